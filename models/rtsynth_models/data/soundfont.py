"""Single notes from a SoundFont, rendered dry by the fluidsynth command."""

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")  # where Debian's fluid-soundfont-gm puts it
LEAD_SECONDS, HOLD_SECONDS, RELEASE_SECONDS, GAP_SECONDS = 0.05, 4.2, 1.0, 0.4
NOTE_SECONDS = LEAD_SECONDS + HOLD_SECONDS + RELEASE_SECONDS
TICKS_PER_SECOND = 960
GAIN = "4.0"  # floating point samples: nothing clips, and quiet notes stay well above the -110 dB floor
FLUIDSYNTH = ("fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", GAIN, "-r", str(SAMPLE_RATE))
OPTIONS = ("-o", "synth.polyphony=256", "-o", "audio.period-size=64", "-O", "float", "-T", "wav")

Note = tuple[int, int]  # MIDI number, velocity 1..127


def render_notes(
    program: int, notes: list[Note], soundfont: Path = SOUNDFONT, hold: float = HOLD_SECONDS
) -> NDArray[np.float32]:
    """Render each note alone, held `hold` seconds; returns the left channel, (notes, samples) at 48 kHz.

    A note starts LEAD_SECONDS into its row. One channel only: the two of a stereo sample would comb-filter.
    Raises FileNotFoundError without fluidsynth or the SoundFont, CalledProcessError when fluidsynth fails.
    """
    if not soundfont.exists():
        raise FileNotFoundError(f"no SoundFont at {soundfont}: install fluid-soundfont-gm or name another")
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder, "notes.mid"), Path(folder, "notes.wav")
        _score(program, notes, hold).save(midi)
        command = [*FLUIDSYNTH, *OPTIONS, "-F", str(wav), str(soundfont), str(midi)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return _cut(soundfile.read(wav, dtype="float32", always_2d=True)[0][:, 0], len(notes))


def _start(index: int) -> float:
    return 0.5 + index * (NOTE_SECONDS + GAP_SECONDS)


def _score(program: int, notes: list[Note], hold: float) -> mido.MidiFile:
    events = [(0.0, mido.Message("program_change", program=program))]
    for i, (pitch, velocity) in enumerate(notes):
        on, off = _start(i), _start(i) + hold
        events.append((on, mido.Message("note_on", note=pitch, velocity=velocity)))
        events.append((off, mido.Message("note_off", note=pitch)))
        events.append((off + RELEASE_SECONDS + 0.1, mido.Message("control_change", control=120)))
    events.append((_start(len(notes)), mido.Message("control_change", control=123)))
    track, last = mido.MidiTrack(), 0
    for seconds, message in events:
        tick = round(seconds * TICKS_PER_SECOND)
        track.append(message.copy(time=tick - last))
        last = tick
    return mido.MidiFile(
        ticks_per_beat=TICKS_PER_SECOND // 2, tracks=[track]
    )  # the default is 120 beats a minute


def _cut(signal: NDArray[np.float32], notes: int) -> NDArray[np.float32]:
    length = round(NOTE_SECONDS * SAMPLE_RATE)
    rows = np.zeros((notes, length), np.float32)
    for i, row in enumerate(rows):
        first = round((_start(i) - LEAD_SECONDS) * SAMPLE_RATE)
        found = signal[first : first + length]
        row[: len(found)] = found
    return rows
