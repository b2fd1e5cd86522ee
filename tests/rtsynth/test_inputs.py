"""Where MIDI comes from: what was asked for must be there, what was not may be missing."""

import pytest

from rtsynth import inputs
from rtsynth.errors import DeviceError, HostError
from rtsynth.inputs import MidiPlan, follow_midi, open_midi, plan_midi, start_midi
from rtsynth.midi.names import MidiPortError
from rtsynth.midi.ports import MidiProcess
from rtsynth_engine.drivers.null import NullDriver

SILENT_SYSTEM = "no MIDI system answers"


class Refused:
    """A MIDI process that cannot open its ports."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def open(self) -> None:
        raise MidiPortError(SILENT_SYSTEM)


@pytest.fixture
def no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MidiProcess", Refused)


def test_jack_reads_its_own_midi_unless_told_otherwise() -> None:
    assert plan_midi((), "jack: rtsynth") == MidiPlan(jack=True)
    assert plan_midi(("virtual",), "jack: rtsynth") == MidiPlan(virtual=True)
    assert plan_midi(("jack", "Piano"), "jack: rtsynth") == MidiPlan(jack=True, ports=("Piano",))


def test_unless_told_otherwise_every_input_is_heard_that_there_is_or_will_be() -> None:
    assert plan_midi((), "null") == MidiPlan(virtual=True, every=True, asked=False)


def opened(wanted: tuple[str, ...]) -> MidiProcess | None:
    plan = plan_midi(wanted, "null")
    return open_midi(plan, start_midi(plan))


def test_jack_midi_needs_the_jack_driver() -> None:
    with pytest.raises(DeviceError, match="--audio jack"):
        plan_midi(("jack",), "null")


def test_none_stands_alone() -> None:
    assert opened(("none",)) is None
    with pytest.raises(HostError, match="stands alone"):
        plan_midi(("none", "virtual"), "null")


@pytest.mark.usefixtures("no_system")
def test_without_a_midi_system_the_instrument_still_plays_and_says_so_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert opened(()) is None
    assert capsys.readouterr().err == f"rtsynth: no MIDI input: {SILENT_SYSTEM}\n"


@pytest.mark.usefixtures("no_system")
def test_a_port_that_was_asked_for_must_be_there() -> None:
    with pytest.raises(MidiPortError, match=SILENT_SYSTEM):
        opened(("virtual",))


class Ports:
    """A MIDI process with two inputs, and an engine that takes down which ports it lets go."""

    def __init__(self, alive: bool) -> None:
        self.names = {0: "Keys", 7: "rtsynth"}
        self.released: list[int] = []
        self._alive = alive

    def alive(self) -> bool:
        return self._alive

    def news(self) -> list[str]:
        return ["Keys arrived"]

    def release_port(self, port: int) -> None:
        self.released.append(port)


def test_what_ports_tell_is_passed_on() -> None:
    ports = Ports(alive=True)
    assert follow_midi(NullDriver(), ports, ports) == ["Keys arrived"]
    assert ports.released == []
    assert follow_midi(NullDriver(), None, ports) == []


def test_when_the_midi_process_has_ended_all_that_its_ports_held_is_let_go_once() -> None:
    ports = Ports(alive=False)
    for _ in range(3):
        follow_midi(NullDriver(), ports, ports)
    assert ports.released == [0, 7]
    assert ports.names == {}


def test_sources_of_jack_that_come_and_go_are_told_in_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    class Jack:
        def news(self) -> dict[str, bool]:
            return {"a2j:Keys\n": True, "x" * 200: False}

    monkeypatch.setattr(inputs, "JackDriver", Jack)
    arrived, gone = follow_midi(Jack(), None, Ports(alive=True))
    assert arrived == 'MIDI input "a2j:Keys�" arrived'
    assert gone.startswith('MIDI input "xxx')
    assert gone.endswith('…" is gone')
