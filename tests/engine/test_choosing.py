"""What plays a bundle is measured, and what fails, differs or is not trusted does not play."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import rtsynth_presets
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.errors import EngineError
from rtsynth_engine.generators import choosing
from rtsynth_engine.generators.choosing import Backend, Choice, choose_generator
from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.generators.fallback import Fallback
from rtsynth_engine.generators.onnx import OnnxGenerator

SHIPPED = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"


class Paced(OnnxGenerator):
    """A generator whose steps are said to take `many` milliseconds at 64 voices; `louder` by a factor."""

    def __init__(self, bundle: Bundle, many: float, louder: float = 1.0) -> None:
        super().__init__(bundle)
        self.many, self.louder, self.closed = many, louder, False

    def step(self, rows, time):
        frames = super().step(rows, time)
        frames *= np.float32(self.louder)
        return frames

    def close(self) -> None:
        self.closed = True
        super().close()


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(SHIPPED)


@pytest.fixture
def choose(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Choice]:
    """Chooses where the processor's steps take 1 ms and there are `others`, which open as told."""

    def pace(generator: Generator, notes, seconds: float, budget: float) -> np.ndarray:
        many = getattr(generator, "many", 1.0)
        return np.full(20, 0.001 * (many if len(notes.rows) == choosing.MANY else 0.1))

    def choose(wanted: str, *others: Callable[[], Generator], lacking: tuple[str, ...] = ()) -> Choice:
        backends = [Backend(f"other {i}", opener) for i, opener in enumerate(others)]
        monkeypatch.setattr(choosing, "time_steps", pace)
        monkeypatch.setattr(choosing, "on_gpu", lambda bundle, trusted: (backends, list(lacking)))
        return choose_generator(bundle, wanted)

    return choose


def broken() -> Generator:
    raise RuntimeError("CUDA error: out of memory\nand more")


def test_without_a_gpu_the_processor_plays_and_nothing_is_measured(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "has_gpu", lambda: False)
    choice = choose_generator(bundle)
    assert isinstance(choice.generator, OnnxGenerator)
    assert choice.measured == ()
    assert "no NVIDIA GPU" in choice.told


def test_choosing_without_a_gpu_imports_no_torch() -> None:
    code = (
        "import sys; from rtsynth_engine.generators import choosing;"
        "from rtsynth_engine.bundles import load_bundle;"
        f"choosing.has_gpu = lambda: False; choosing.choose_generator(load_bundle({str(SHIPPED)!r}));"
        "print('torch' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


def test_the_fastest_plays_with_the_processor_behind_it(bundle: Bundle, choose) -> None:
    slow, fast = Paced(bundle, 0.8), Paced(bundle, 0.2)
    choice = choose("auto", lambda: slow, lambda: fast)
    assert isinstance(choice.generator, Fallback)
    assert choice.generator.primary is fast
    assert isinstance(choice.generator.spare, OnnxGenerator)
    assert (slow.closed, fast.closed) == (True, False)
    assert (
        "other 1 plays: 8 and 64 voices take processor 0.10 and 1.00 ms, other 0 0.10 and 0.80" in choice.told
    )
    assert "\n" not in choice.told


def test_a_gpu_that_is_slower_than_the_processor_does_not_play(bundle: Bundle, choose) -> None:
    slow = Paced(bundle, 1.5)
    choice = choose("auto", lambda: slow)
    assert type(choice.generator) is OnnxGenerator
    assert slow.closed
    assert "processor plays" in choice.told


def test_a_person_who_wants_the_gpu_gets_it_though_it_is_slower(bundle: Bundle, choose) -> None:
    choice = choose("cuda", lambda: Paced(bundle, 20.0))
    assert isinstance(choice.generator, Fallback)
    assert "other 0 plays (none is in time)" in choice.told


def test_a_person_who_wants_the_processor_gets_it_unmeasured(bundle: Bundle, choose) -> None:
    choice = choose("cpu", lambda: Paced(bundle, 0.1))
    assert type(choice.generator) is OnnxGenerator
    assert choice.measured == ()


def test_what_plays_something_else_than_the_processor_does_not_play(bundle: Bundle, choose) -> None:
    choice = choose("auto", lambda: Paced(bundle, 0.1, louder=1.01))
    assert type(choice.generator) is OnnxGenerator
    assert "plays something else than the processor" in choice.told


def test_a_gpu_that_fails_does_not_play_and_its_reason_is_told_in_one_line(bundle: Bundle, choose) -> None:
    choice = choose("auto", broken)
    assert type(choice.generator) is OnnxGenerator
    assert "other 0 fails: CUDA error: out of memory" in choice.told
    assert "\n" not in choice.told


@pytest.mark.parametrize("others", [(), (broken,)])
def test_wanting_a_gpu_where_none_plays_is_refused_with_the_reason(choose, others) -> None:
    with pytest.raises(EngineError, match=r"nothing can play on CUDA: .*--device cpu"):
        choose("cuda", *others, lacking=("no TorchScript",))


def test_an_unknown_device_is_refused(bundle: Bundle) -> None:
    with pytest.raises(EngineError, match="choose auto, cpu, cuda"):
        choose_generator(bundle, "tpu")


@pytest.mark.parametrize(
    ("script", "trusted", "named", "told"),
    [
        (b"", True, False, "holds no TorchScript"),
        (b"script", False, False, "--trust"),
        (b"script", True, True, ""),
    ],
)
def test_torchscript_is_only_run_where_there_is_some_that_is_trusted(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, script: bytes, trusted: bool, named: bool, told: str
) -> None:
    monkeypatch.setattr(choosing, "has_gpu", lambda: True)
    scripted = bundle.with_files({"note.ts": script, "generator.ts": script})
    backends, lacking = choosing.on_gpu(scripted, trusted)
    assert ("TorchScript on CUDA" in [backend.name for backend in backends]) == named
    assert told in " ".join(lacking)
