"""TorchScript of the nn~ and RAVE world: what RAVE's own export gives is streamed, voice by voice."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from torch import nn

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.nn_tilde import find_method, methods_of, open_script
from rtsynth_engine.generators.script import ScriptGenerator
from rtsynth_engine.layout import BLEND_FROM, FRAME
from tests.engine.parts import OFF, ON, render
from tests.engine.scripts import (
    F4,
    LATENTS,
    RATE,
    RATIO,
    RAVE,
    LateNoise,
    Recurrent,
    Settable,
    Short,
    Small,
    bundle,
    exported,
    notes,
    opened,
    played,
    row,
    runs_of,
)


def test_a_rave_sounds_as_its_own_decode_says_once_it_has_come_to_life() -> None:
    note, generator = notes(1), opened()
    own = open_script(torch, RAVE, "rave.ts")
    for name, buffer in own.named_buffers():
        if name.endswith((".pad", ".cache")):
            buffer.zero_()
    with torch.no_grad():
        latents = torch.from_numpy(note[2])[:, :, None].expand(-1, -1, generator.lead + 4).contiguous()
        expected = own.decode(latents)[:, 0].numpy()[:, generator.lead * RATIO :]
    assert 1 < generator.lead < 20
    assert np.abs(expected[:, :RATIO]).max() > 0.5 * np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(played(generator, [3], note), expected, atol=1e-6)


def test_a_note_that_was_begun_before_begins_at_once() -> None:
    generator, note = opened(), notes(1)
    first = played(generator, [2], note)
    made = runs_of(generator)
    np.testing.assert_array_equal(played(generator, [5], note, steps=1), first[:, : generator.length])
    assert len(made) == 1


@pytest.mark.parametrize("script", [RAVE, None], ids=["RAVE", "noise"])
def test_voices_of_a_batch_sound_as_they_do_alone(script: bytes | None) -> None:
    settings = {"script": script} if script else {"script": exported(Small(0.1)), "latent": 2}
    note = notes(5, settings.get("latent", LATENTS))
    together = played(opened(**settings), [4, 0, 2, 7, 1], note)
    for index in range(5):
        alone = played(opened(**settings), [index], row(note, index))
        np.testing.assert_allclose(alone[0], together[index], atol=1e-6)


def test_interleaved_notes_keep_their_own_caches() -> None:
    generator, note = opened(), notes(2)
    expected = [played(opened(), [0], row(note, index))[0] for index in range(2)]
    rows = [np.array([5]), np.array([1])]
    for index in range(2):
        generator.reset(rows[index], *row(note, index))
    found: list[list[np.ndarray]] = [[], []]
    for step in range(4):
        for index in range(2):
            at = np.full(1, step * 4 * FRAME / RATE, F4)
            found[index].append(generator.step(rows[index], at).ravel().copy())
    for index in range(2):
        np.testing.assert_allclose(np.concatenate(found[index]), expected[index], atol=1e-6)


def test_a_new_note_knows_nothing_of_the_one_before() -> None:
    generator, note = opened(), notes(2)
    first = played(generator, [0], row(note, 0))
    played(generator, [0], row(note, 1))
    np.testing.assert_array_equal(played(generator, [0], row(note, 0)), first)


def test_a_stream_begins_where_the_attack_cache_ends() -> None:
    note, generator = notes(1), opened()
    whole = played(generator, [0], note, steps=8)[0]
    late = played(generator, [0], note, steps=3, begin=BLEND_FROM)[0]
    np.testing.assert_allclose(late, whole[BLEND_FROM * FRAME :][: len(late)], atol=1e-7)
    odd = played(generator, [0], note, steps=2, begin=5)[0]
    np.testing.assert_allclose(odd, whole[5 * FRAME :][: len(odd)], atol=1e-7)


def test_a_stream_catches_up_in_one_run() -> None:
    generator, note = opened(), notes(1)
    generator.reset(np.array([0]), *note)
    made = runs_of(generator)
    generator.step(np.array([0]), np.array([BLEND_FROM * FRAME / RATE], F4))
    assert len(made) == 1


def test_noise_is_found_before_it_is_heard() -> None:
    assert opened(exported(LateNoise()), latent=2).script.random
    assert not opened(exported(Small()), latent=2).script.random


def test_a_stream_that_has_missed_a_second_does_not_make_up_for_it() -> None:
    note, generator = notes(1), opened()
    played(generator, [0], note)
    made = runs_of(generator)
    generator.step(np.array([0]), np.array([5.0], F4))
    assert len(made) <= 2


def test_noise_is_the_same_whenever_a_note_is_played() -> None:
    script, note = exported(Small(0.1)), notes(1, 2)
    one, other = (played(opened(script, latent=2), [index], note) for index in (0, 6))
    np.testing.assert_array_equal(one, other)
    quiet = played(opened(exported(Small()), latent=2), [0], note)
    assert np.std(np.diff(one - quiet)) > 0.01


def test_a_state_without_slots_is_kept_for_each_voice() -> None:
    script = exported(Recurrent())
    note = notes(3, 1)
    together = played(opened(script, latent=1), [0, 1, 2], note)
    for index in range(3):
        np.testing.assert_allclose(
            together[index], played(opened(script, latent=1), [4], row(note, index))[0]
        )


def test_pitch_and_velocity_move_latents_along_their_ways() -> None:
    ways = {"pitch": np.eye(LATENTS, dtype=F4)[0], "velocity": np.eye(LATENTS, dtype=F4)[1]}
    generator = opened(steering_safetensors=save(ways))
    assert generator.velocity_layers == 5
    still, zero = opened(), np.zeros((1, LATENTS), F4)
    assert still.velocity_layers == 1
    moved = zero.copy()
    moved[0, :2] = 2.0, 0.25
    np.testing.assert_array_equal(
        played(generator, [0], (np.array([84.0], F4), np.ones(1, F4), zero)),
        played(still, [0], (np.array([60.0], F4), np.array([0.75], F4), moved)),
    )


def test_attributes_are_set_before_a_network_plays() -> None:
    torch.manual_seed(0)
    script, note = exported(Settable()), notes(1, 2)
    louder = opened(script, latent=2, steering_safetensors=save({"set.gain": np.array([2.0])}))
    np.testing.assert_allclose(
        played(louder, [0], note), 2.0 * played(opened(script, latent=2), [0], note), rtol=1e-5
    )


def test_a_moved_latent_goes_on_from_the_caches_of_the_note() -> None:
    generator, note = opened(), notes(1)
    played(generator, [0], note)
    generator.condition(np.array([0]), note[0], note[1], note[2] + 1.0)
    at = np.array([16 * FRAME / RATE], F4)
    carried = generator.step(np.array([0]), at).copy()
    fresh = played(generator, [0], (note[0], note[1], note[2] + 1.0), steps=1)
    assert np.abs(carried.ravel() - fresh.ravel()).max() > 1e-6


def test_methods_and_their_numbers_are_told() -> None:
    network = open_script(torch, RAVE, "rave.ts")
    assert methods_of(network) == {
        "encode": (1, 1, 8, 1024),
        "decode": (8, 1024, 1, 1),
        "forward": (1, 1, 1, 1),
    }
    assert find_method(network, "rave.ts") == ("decode", LATENTS, RATIO)
    with pytest.raises(
        BundleError, match=r"no method 'forward' that makes sound of latents; its methods are: .*decode"
    ):
        find_method(network, "rave.ts", "forward")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (bundle(b"PK\x03\x04"), "model.ts cannot be opened"),
        (bundle(exported(nn.Linear(2, 2))), "its methods are: none"),
        (bundle(latent=3), "takes 8 latents instead of 3"),
        (bundle(exported(Short()), latent=1), "forward gives (1, 1, 2) instead of (1, channels, 16)"),
        (bundle(steering_safetensors=b"\xff" * 64), "steering.safetensors is no safetensors file"),
        (bundle(steering_safetensors=save({"pitch": np.zeros(3, F4)})), "ways that are not of 8 numbers"),
        (
            bundle(steering_safetensors=save({"set.gain": np.zeros(1)})),
            "no attribute 'gain' of 1 numbers; it has: learn",
        ),
        (
            bundle(steering_safetensors=save({"set.learn_target": np.zeros(2)})),
            "no attribute 'learn_target' of 2",
        ),
    ],
)
def test_a_script_that_does_not_fit_is_refused_in_one_line(found: Bundle, told: str) -> None:
    with pytest.raises(BundleError) as caught:
        ScriptGenerator(found)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_pickle_in_place_of_a_script_is_not_run(tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    content = io.BytesIO()
    torch.save({"weights": Payload()}, content)
    with pytest.raises(BundleError, match="cannot be opened"):
        ScriptGenerator(bundle(content.getvalue()))
    assert not (tmp_path / "ran").exists()


def test_a_closed_generator_can_be_closed_again() -> None:
    generator = opened()
    generator.close()
    generator.close()


def test_an_instrument_of_a_script_plays_in_the_engine() -> None:
    engine = Engine(bundle(), generator=ScriptGenerator(bundle()))
    engine.set_sound(0, Sound((0.5,) * LATENTS, low=59, high=61))
    engine.prepare()
    sound = render(engine, [(0.0, ON, 60, 100), (0.9, OFF, 60, 0)], 2.5)
    held, after = sound[:, : round(0.9 * engine.rate)], sound[:, round(2.4 * engine.rate) :]
    assert np.abs(held).max() > 1e-4
    assert np.abs(held[:, round(0.8 * engine.rate) :]).max() > 0.2 * np.abs(held).max()
    assert np.abs(after).max() < 1e-3 * np.abs(held).max()
    assert engine.memory.telemetry[0]["late_blocks"] == 0
