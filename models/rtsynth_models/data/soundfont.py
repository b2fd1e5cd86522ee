"""Single notes from a SoundFont, rendered dry by the fluidsynth command."""

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray

from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import read_headers

SAMPLE_RATE = 48_000
SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")  # where Debian's fluid-soundfont-gm puts it
LEAD_SECONDS, HOLD_SECONDS, RELEASE_SECONDS, GAP_SECONDS = 0.05, 4.2, 1.0, 0.402
NOTE_SECONDS = LEAD_SECONDS + HOLD_SECONDS + RELEASE_SECONDS
TICKS_PER_SECOND = 750  # of 64 samples, as FluidSynth counts: every note starts alike
DRUM_CHANNEL = 9  # counted from 0
SILENT = 1e-5  # peak amplitude
AT_ONCE = 100  # notes per run of fluidsynth: 220 MB of samples on disk
GAIN = "4.0"  # floating point samples: nothing clips, and quiet notes stay well above the -110 dB floor
FLUIDSYNTH = ("fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", GAIN, "-r", str(SAMPLE_RATE))
OPTIONS = ("-o", "synth.polyphony=256", "-o", "audio.period-size=64", "-O", "float", "-T", "wav")

Note = tuple[int, int]  # MIDI number, velocity 1..127


def render_notes(
    program: int,
    notes: list[Note],
    soundfont: Path = SOUNDFONT,
    hold: float = HOLD_SECONDS,
    *,
    drums: bool = False,
    scratch: Path | None = None,
) -> NDArray[np.float32]:
    """Render each note alone, held `hold` seconds; returns the left channel, (notes, samples) at 48 kHz.

    A note starts LEAD_SECONDS into its row and ends RELEASE_SECONDS after its note-off. One channel only: the
    two of a stereo sample would comb-filter. `program` is a kit's for `drums`; `scratch` is a folder for
    what lies on disk meanwhile. Raises DataError without fluidsynth or the SoundFont, or when it fails.
    """
    read_headers(soundfont)  # for FluidSynth plays another one, and says nothing, when it cannot read this
    channel = DRUM_CHANNEL if drums else 0
    parts = [notes[i : i + AT_ONCE] for i in range(0, len(notes), AT_ONCE)]
    return np.concatenate([_render(program, channel, part, soundfont, hold, scratch) for part in parts])


def render_note(program: int, pitch: int, velocity: int, soundfont: Path = SOUNDFONT) -> NDArray[np.float64]:
    """One note that can be heard, (samples,) at 48 kHz, LEAD_SECONDS before its onset; else DataError."""
    sound = render_notes(program, [(pitch, velocity)], soundfont)[0].astype(np.float64)
    if np.abs(sound).max() < SILENT:
        raise DataError(f"{soundfont.name} plays nothing at program {program}, pitch {pitch}")
    return sound


def _render(
    program: int, channel: int, notes: list[Note], soundfont: Path, hold: float, scratch: Path | None
) -> NDArray[np.float32]:
    notes = [notes[0], *notes]  # FluidSynth's first note of all begins some samples late: it is left out
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        midi, wav = Path(folder, "notes.mid"), Path(folder, "notes.wav")
        _score(program, channel, notes, hold).save(midi)
        _run([*FLUIDSYNTH, *OPTIONS, "-F", str(wav), str(soundfont), str(midi)])
        signal = _read(wav)
    if len(signal) < (_start(len(notes), hold) - GAP_SECONDS) * SAMPLE_RATE:
        raise DataError(f"fluidsynth stopped early: is the disk of {scratch or tempfile.gettempdir()} full?")
    return _cut(signal, len(notes), hold)[1:]


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        raise DataError("fluidsynth is not installed: sudo apt-get install fluidsynth") from None
    except subprocess.CalledProcessError as error:
        raise DataError(f"fluidsynth failed with status {error.returncode}: {' '.join(command)}") from error


def _read(wav: Path) -> NDArray[np.float32]:
    try:
        signal: NDArray[np.float32] = soundfile.read(wav, dtype="float32", always_2d=True)[0][:, 0]
        return signal
    except soundfile.LibsndfileError:
        return np.zeros(0, np.float32)


def _length(hold: float) -> float:
    return LEAD_SECONDS + hold + RELEASE_SECONDS


def _start(index: int, hold: float) -> float:
    return 0.5 + index * (_length(hold) + GAP_SECONDS)


def _score(program: int, channel: int, notes: list[Note], hold: float) -> mido.MidiFile:
    events = [(0.0, mido.Message("program_change", program=program))]
    for i, (pitch, velocity) in enumerate(notes):
        on, off = _start(i, hold), _start(i, hold) + hold
        events.append((on, mido.Message("note_on", note=pitch, velocity=velocity)))
        events.append((off, mido.Message("note_off", note=pitch)))
        events.append((off + RELEASE_SECONDS + 0.1, mido.Message("control_change", control=120)))
    events.append((_start(len(notes), hold), mido.Message("control_change", control=123)))
    track, last = mido.MidiTrack(), 0
    for seconds, message in events:
        tick = round(seconds * TICKS_PER_SECOND)
        track.append(message.copy(channel=channel, time=tick - last))
        last = tick
    half = TICKS_PER_SECOND // 2  # the default is 120 beats a minute
    return mido.MidiFile(ticks_per_beat=half, tracks=[track])


def _cut(signal: NDArray[np.float32], notes: int, hold: float) -> NDArray[np.float32]:
    length = round(_length(hold) * SAMPLE_RATE)
    rows = np.zeros((notes, length), np.float32)
    for i, row in enumerate(rows):
        first = round((_start(i, hold) - LEAD_SECONDS) * SAMPLE_RATE)
        found = signal[first : first + length]
        row[: len(found)] = found
    return rows
