"""What networks cost for a second of sound on one core: GANSynth's size, RAVE's size, and PartialGAN.

The two peers have random weights: their arithmetic does not depend on them. All are timed by the CPU time of
this process with one thread. PartialGAN is its network alone, at the short steps of a young note: partials
and noise are made elsewhere (`cost` has all of it). "first" is the computing before a note's first sample
where nothing is ready; the engine has the beginnings of notes ready.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from rtsynth.lineup import choose_lineup
from rtsynth_engine.generators.onnx import OnnxGenerator

from .report import Row, Say, need

MIDDLE_C = 60.0


@dataclass(frozen=True)
class Setting:
    """`rounds` of each; `voices` of the peers at once; peers' channels are divided by `smaller`."""

    rounds: int = 7
    voices: tuple[int, ...] = (1, 8)
    smaller: int = 1


FULL, QUICK = Setting(), Setting(rounds=3, voices=(1,))
OUR_VOICES, OUR_ROUNDS = (1, 8, 64), 40


def run(setting: Setting, say: Say) -> list[Row]:
    """Rows with parameters, multiplications per second of sound, and time."""
    need(modules=("torch", "onnx"))
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            rows = [row for measure in (_gansynth, _decoder) for row in measure(setting, say)]
    finally:
        torch.set_num_threads(threads)
    return rows + _partialgan(say)


def _gansynth(setting: Setting, say: Say) -> list[Row]:
    import torch

    from .gansynth import CHANNELS, LATENT, PITCHES, SECONDS, GanSynth

    network = GanSynth(tuple(channels // setting.smaller for channels in CHANNELS)).eval()
    counted = _counted(network, torch.randn(1, LATENT + PITCHES), SECONDS)
    rows = []
    for voices in setting.voices:
        say(f"GANSynth's size: {_words(counted)}; {voices} at once")
        noise = torch.randn(voices, LATENT + PITCHES)
        spent = _times(partial(network, noise), setting.rounds)
        what = f"of GANSynth's size, {SECONDS:g} s note"
        rows.append({"what": what, **counted, **_figures(spent, SECONDS, voices)})
    return rows


def _decoder(setting: Setting, say: Say) -> list[Row]:
    import torch

    from .decoder import CAPACITY, LATENT, RATE, SAMPLES, Decoder

    rows = []
    for voices in setting.voices:
        network = Decoder(voices, CAPACITY // setting.smaller).eval()
        counted = _counted(Decoder(1, CAPACITY // setting.smaller), torch.randn(1, LATENT, 1), SAMPLES / RATE)
        say(f"RAVE v2's size: {_words(counted)}; {voices} at once")
        latent = torch.randn(voices, LATENT, 1)
        spent = _times(partial(network, latent), 8 * setting.rounds)
        what = f"of RAVE v2's size, block of {SAMPLES}"
        rows.append({"what": what, **counted, **_figures(spent, SAMPLES / RATE, voices)})
    return rows


def _counted(network: Any, given: Any, seconds: float) -> Row:
    """Parameters, and multiplications of convolutions and linear layers for one voice."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.inference_mode(False), torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(given.clone())
    macs = counter.get_total_flops() / 2
    parameters = sum(weights.numel() for weights in network.parameters())
    return _sizes(parameters, macs, seconds)


def _sizes(parameters: int, macs: float, seconds: float) -> Row:
    """In millions; `macs` are multiplications and additions in one go, which gives `seconds` of sound."""
    return {
        "parameters_M": round(parameters / 1e6, 2),
        "GMAC_in_one_go": round(macs / 1e9, 4),
        "GMAC_per_second": round(macs / 1e9 / seconds, 3),
    }


def _words(sizes: Row) -> str:
    return "{parameters_M} M parameters, {GMAC_in_one_go} GMAC in one go".format(**sizes)


def _partialgan(say: Say) -> list[Row]:
    bundle = choose_lineup(None).bundle
    seconds = bundle.head.frames_per_step / bundle.head.frame_rate
    generator = OnnxGenerator(bundle)
    generator.prepare(max(OUR_VOICES))
    counted = _our_size(bundle.files["generator.onnx"], seconds)
    rows = []
    for voices in OUR_VOICES:
        say(f"{bundle.name}: {_words(counted)}; {voices} at once")
        spent, first = _step_times(generator, voices)
        figures = _figures(spent, seconds, voices) | {"first_ms": round(1000 * float(np.median(first)), 2)}
        rows.append({"what": f"{bundle.name}, step of {1000 * seconds:.1f} ms", **counted, **figures})
    generator.close()
    return rows


def _our_size(model: bytes, seconds: float) -> Row:
    """Of the step network: linear layers that each note meets once a step, so a multiplication each."""
    import onnx

    weights = onnx.load_from_string(model).graph.initializer
    size = sum(int(np.prod(weight.dims)) for weight in weights)
    return _sizes(size, float(size), seconds)


def _step_times(generator: OnnxGenerator, voices: int) -> tuple[list[float], list[float]]:
    """Seconds of one step of `voices` notes; and of conditioning them and their first step."""
    rows, at = np.arange(voices), np.full(voices, 0.5, np.float32)
    latent = np.zeros((voices, generator.bundle.latent), np.float32)
    pitch, velocity = np.full(voices, MIDDLE_C, np.float32), np.full(voices, 0.8, np.float32)

    def begin() -> None:
        generator.reset(rows, pitch, velocity, latent)
        generator.step(rows, at)

    return _times(lambda: generator.step(rows, at), OUR_ROUNDS), _times(begin, OUR_ROUNDS)


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    """CPU seconds of this process for `work`, once per round; the first, which warms up, is left out."""
    spent = []
    for _ in range(rounds + 1):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return spent[1:]


def _figures(spent: list[float], seconds: float, voices: int) -> Row:
    middle, longest = float(np.median(spent)), max(spent)
    return {
        "voices": voices,
        "ms_in_one_go": round(1000 * middle, 2),
        "longest_ms": round(1000 * longest, 2),
        "percent_of_a_core_a_voice": round(100 * middle / seconds / voices, 3),
        "first_ms": round(1000 * middle, 2),
    }
