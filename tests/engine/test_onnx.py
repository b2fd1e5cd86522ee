"""Generators of bundles: what their networks must give, and what they may."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.onnx import OnnxGenerator
from rtsynth_engine.heads.motion import MOTION
from rtsynth_engine.heads.onset import ONSET_BANDS, ONSET_STEPS
from rtsynth_engine.layout import PARTIALS
from tests.engine.parts import HEAD, ON, organ_bundle, render

Gains = dict[str, tuple[tuple[int, ...], float]]
NOTE: Gains = {"film": ((1,), 1.0), "static": ((1,), 1.0), "slopes": ((2,), 60.0)}
LIVELY: Gains = {"motion": ((MOTION,), 2.0), "onset": ((ONSET_BANDS, ONSET_STEPS), -6.0)}
LIVELY |= {"phase": ((PARTIALS, 2), 0.5)}
STEP: Gains = {"amplitude": ((2, PARTIALS), 0.01), "ratio": ((2, PARTIALS), 1.0), "noise": ((2, 48), 0.0)}


def network(inputs: dict[str, list[object]], outputs: Gains) -> bytes:
    """A network whose every output, in a shape of its own, is the latent, or film, times a number."""
    nodes, weights, results = [], [], []
    source = list(inputs)[-1] if "latent" in inputs else "film"
    for name, (shape, gain) in outputs.items():
        weights += [
            numpy_helper.from_array(np.full((1, int(np.prod(shape))), gain, np.float32), f"{name}_gain"),
            numpy_helper.from_array(np.array([-1, *shape], np.int64), f"{name}_shape"),
        ]
        nodes += [
            helper.make_node("MatMul", [source, f"{name}_gain"], [f"{name}_flat"]),
            helper.make_node("Reshape", [f"{name}_flat", f"{name}_shape"], [name]),
        ]
        results.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["V", *shape]))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    graph = helper.make_graph(nodes, "small", ends, results, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def small_bundle(note: Gains) -> Bundle:
    """An instrument without states whose every partial is as loud as its one latent says."""
    said = network({"pitch": ["V"], "velocity": ["V"], "latent": ["V", 1]}, note)
    step = network({"film": ["V", 1], "static": ["V", 1], "time": ["V"]}, STEP)
    return organ_bundle(HEAD).with_files({"note.onnx": said, "generator.onnx": step})


def ask(generator: OnnxGenerator, latents: list[float]):
    rows = np.arange(len(latents))
    column = np.array(latents, np.float32)
    return generator.reset(rows, column * 0 + 60, column * 0 + 1, column[:, None])


def test_a_network_that_gives_motion_onset_and_phase_is_asked_for_them() -> None:
    generator = OnnxGenerator(small_bundle(NOTE | LIVELY))
    generator.prepare(4)
    slopes, motion, onset, phase = ask(generator, [1.0, 0.5, 0.0])
    np.testing.assert_allclose(slopes, np.outer([60.0, 30.0, 0.0], [1, 1]))
    np.testing.assert_allclose(motion, np.outer([2.0, 1.0, 0.0], np.ones(MOTION)))
    np.testing.assert_allclose(onset[:, 2, 31], [-6.0, -3.0, 0.0])
    np.testing.assert_allclose(phase[:, 95, 1], [0.5, 0.25, 0.0])


def test_a_network_without_them_gives_notes_that_do_not_stir() -> None:
    generator = OnnxGenerator(small_bundle(NOTE))
    generator.prepare(4)
    _, motion, onset, phase = ask(generator, [1.0, 0.5])
    assert motion.shape == (2, MOTION)
    assert onset.shape == (2, ONSET_BANDS, ONSET_STEPS)
    assert not motion.any()
    assert not onset.any()
    assert phase.shape == (2, PARTIALS, 2)
    assert not phase.any()


def test_an_instrument_without_states_plays() -> None:
    engine = Engine(small_bundle(NOTE | LIVELY))
    engine.set_sound(0, Sound((1.0,), low=58, high=62))
    engine.prepare()
    assert np.abs(render(engine, [(0.0, ON, 60, 100)], 0.3)).max() > 0.01
    assert engine.memory.attack_motions[0, 60, 2, 7] == np.float32(2.0)
    assert engine.memory.onsets[0, 1, 5] == np.float32(-6.0)
    assert engine.memory.attack_phases[0, 60, 2, 7, 1] == np.float32(0.5)
    assert engine.memory.phases[0, 7, 1] == np.float32(0.5)


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (NOTE | {"motion": ((MOTION - 1,), 1.0)}, "motion has the shape (183,) instead of (184,)"),
        (NOTE | {"onset": ((3, 31), 1.0)}, "onset has the shape (3, 31) instead of (3, 32)"),
        (NOTE | {"phase": ((95, 2), 1.0)}, "phase has the shape (95, 2) instead of (96, 2)"),
        (NOTE | {"film": ((2,), 1.0)}, "film has the shape (2,) instead of (1,)"),
        ({name: NOTE[name] for name in ("film", "static")}, "gives no slopes"),
    ],
)
def test_a_network_of_the_wrong_shape_is_refused_in_one_line(note: Gains, told: str) -> None:
    with pytest.raises(BundleError) as caught:
        OnnxGenerator(small_bundle(note))
    assert told in str(caught.value)
    assert "export the bundle again" in str(caught.value)
    assert "\n" not in str(caught.value)
