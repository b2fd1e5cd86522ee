"""ONNX Runtime's buffers, shared with the session or copied to its device; on CUDA too where it is there."""

import dataclasses
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import rtsynth_presets
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.errors import EngineError
from rtsynth_engine.generators.choosing import has_gpu
from rtsynth_engine.generators.comparing import disagreement, some_notes
from rtsynth_engine.generators.onnx import OnnxGenerator
from rtsynth_engine.generators.sessions import CPU, CUDA
from rtsynth_engine.layout import NOISE, PARTIALS, USED
from tests.engine.parts import HEAD, organ_bundle

SHIPPED = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"
PROVIDERS = [CPU, *[CUDA] * (CUDA in onnxruntime.get_available_providers() and has_gpu())]
COPIED = "copied"  # buffers of the session's own on the processor, as they are on a GPU


def value(name: str, *shape: int):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["V", *shape])


def network(nodes, inputs, outputs, **weights: np.ndarray) -> bytes:
    kept = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    made = [helper.make_node(kind, source, [target]) for kind, source, target in nodes]
    graph = helper.make_graph(made, "small", inputs, outputs, kept)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())


def counting() -> Bundle:
    """As loud as its latent says, times the number of steps that were made of the note before."""
    one = np.ones((1, 1), np.float32)
    note = network(
        [
            ("Identity", ["latent"], "film"),
            ("Identity", ["latent"], "static"),
            ("MatMul", ["latent", "two"], "slopes"),
        ],
        [value("pitch"), value("velocity"), value("latent", 1)],
        [value("film", 1), value("static", 1), value("slopes", 2)],
        two=np.ones((1, 2), np.float32),
    )
    sizes = {"amplitude": PARTIALS, "ratio": PARTIALS, "noise": USED - NOISE}
    step = network(
        [
            ("Mul", ["film", "state_0"], "loud"),
            ("Add", ["state_0", "one"], "next_state_0"),
            *[("MatMul", ["loud", f"{name}_wide"], f"{name}_flat") for name in sizes],
            *[("Reshape", [f"{name}_flat", f"{name}_shape"], name) for name in sizes],
        ],
        [value("film", 1), value("static", 1), value("time"), value("state_0", 1)],
        [*[value(name, 2, size) for name, size in sizes.items()], value("next_state_0", 1)],
        one=one,
        **{f"{name}_wide": np.ones((1, 2 * size), np.float32) for name, size in sizes.items()},
        **{f"{name}_shape": np.array([-1, 2, size]) for name, size in sizes.items()},
    )
    return dataclasses.replace(
        organ_bundle(HEAD).with_files({"note.onnx": note, "generator.onnx": step}), states=((1,),)
    )


def opened(bundle: Bundle, kind: str) -> OnnxGenerator:
    generator = OnnxGenerator(bundle, CPU if kind == COPIED else kind)
    if kind == COPIED:
        generator.device = "cpu"
    generator.prepare(64)
    return generator


def loudness(generator: OnnxGenerator, rows: list[int]) -> list[float]:
    return generator.step(np.array(rows), np.zeros(len(rows), np.float32))[:, 1, 7].tolist()


@pytest.mark.parametrize("kind", [COPIED, *PROVIDERS])
def test_each_voice_keeps_its_state_through_batches_of_other_voices(kind: str) -> None:
    generator = opened(counting(), kind)
    levels = np.array([1.0, 2.0, 3.0], np.float32)
    generator.reset(np.array([0, 5, 7]), levels, levels, levels[:, None])
    assert loudness(generator, [0, 5, 7]) == [0.0, 0.0, 0.0]
    assert loudness(generator, [0, 5, 7]) == [1.0, 2.0, 3.0]
    assert loudness(generator, [5]) == [4.0]
    assert loudness(generator, [7, 5, 0]) == [6.0, 6.0, 2.0]


@pytest.mark.parametrize("kind", [COPIED, *PROVIDERS])
@pytest.mark.parametrize("count", [1, 5, 64])
def test_the_shipped_instrument_sounds_the_same_everywhere(kind: str, count: int) -> None:
    bundle = load_bundle(SHIPPED)
    one, other = opened(bundle, CPU), opened(bundle, kind)
    apart = disagreement(one, other, some_notes(count, bundle.latent), 40, 0.1)
    assert max(apart) <= (1e-4 if kind == CUDA else 0.0)


def test_a_provider_that_is_not_there_is_refused_in_one_line() -> None:
    with pytest.raises(EngineError, match="has no MyriadExecutionProvider; install"):
        OnnxGenerator(counting(), "MyriadExecutionProvider")
