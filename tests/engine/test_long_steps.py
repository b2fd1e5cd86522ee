"""Long steps: one step of the network carries an old note on by many frames."""

import numpy as np
import pytest

from tests.engine.parts import ON, Organ, Steady, level, make_engine, render


class Counting(Organ):
    """An organ that counts the voices it steps; `memoryless` may be taken from it."""

    def __init__(self, memoryless: bool = True) -> None:
        self.memoryless, self.stepped = memoryless, 0

    def step(self, rows, time):
        self.stepped += len(rows)
        return super().step(rows, time)


@pytest.mark.parametrize(("memoryless", "steps"), [(True, (45, 65)), (False, (365, 380))])
def test_a_step_carries_an_old_note_further_where_the_network_can_be_asked_for_any_time(
    memoryless: bool, steps: tuple[int, int]
) -> None:
    engine = make_engine(generator=(generator := Counting(memoryless)))
    generator.stepped = 0
    render(engine, [(0.0, ON, 69, 100)], 4.0)  # 750 frames
    assert steps[0] < generator.stepped < steps[1]


def test_a_note_carried_on_by_long_steps_sounds_as_by_short_ones() -> None:
    long, short = (
        render(make_engine(generator=Counting(memoryless), reverb=0.0), [(0.0, ON, 69, 100)], 4.0)[0]
        for memoryless in (True, False)
    )
    np.testing.assert_allclose(long, short, atol=2e-3 * np.abs(short).max())  # half a frame of a slow decay


def test_what_a_network_does_to_every_other_frame_does_not_become_slow() -> None:
    class Sawing(Steady):
        def step(self, rows, time):
            frames = super().step(rows, time)
            frames[:, :, 0] *= np.array([1.2, 0.8], np.float32)
            return frames

    sound = render(make_engine(generator=Sawing([0.2]), reverb=0.0), [(0.0, ON, 69, 127)], 3.0)[0]
    levels = np.array([level(sound[i : i + 2400], 48_000, 440.0) for i in range(9600, 140_000, 480)])
    assert np.ptp(levels) / levels.mean() < 0.01
