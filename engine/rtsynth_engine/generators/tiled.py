"""Generators of whole-note images (GANSynth and its kin), run in exact tiles so that they stream."""

from time import thread_time
from typing import ClassVar

import numpy as np

from ..bundles import Bundle
from ..errors import BundleError
from ..heads.spectral import RISE, SpectralHead
from ..layout import FRAME
from .contract import Character, Floats, Rows, plain_character
from .sessions import CPU, open_session
from .steady import ENOUGH, SHORTEST, falling, folded, steady_part
from .tiles import Tiles

F4 = np.float32
AT_ONCE = 16  # voices in one run of the network: what they take in memory stays small
BUSY_SECONDS = 0.08  # half of what other voices have in store: for so long may a step begin notes


class TiledGenerator:
    """Seed, levels and image of a bundle, columns as they are needed, and the spectral head after them.

    A voice has `played` so many columns, from the lead before the onset on; `latest` are the samples of the
    last one. `spot` counts columns, too, but goes back to the steady part when a new latent comes at the end.
    Columns `since` … `last` of its image are steady and of its latent; each band changes by `fall` a column
    there, and has `faded` by so much when they come again.
    """

    velocity_layers: ClassVar[int] = 1
    memoryless = False

    def __init__(self, bundle: Bundle, provider: str = CPU) -> None:
        self.bundle, self.frames_per_step = bundle, bundle.head.frames_per_step
        if bundle.head.spectrum is None:
            raise BundleError(f"{bundle.name}: the head has no spectrum; export the bundle again")
        self.spectrum, self.rate = bundle.head.spectrum, bundle.head.sample_rate
        levels = sum(name.startswith("level-") for name in bundle.files)
        names = ["seed", "image", *(f"level-{number + 1}" for number in range(levels))]
        opened = [open_session(bundle.files[f"{name}.onnx"], bundle.name, provider) for name in names]
        self.seed, self.image, *self.levels = opened
        self.classes = np.array(bundle.classes)
        self.first, self.last = self._steady()
        self._try()

    def _try(self) -> None:
        """Make one column. Raises BundleError where the networks do not fit together."""
        try:
            tiles, row = Tiles(self.levels, self.image, 1, 2), np.zeros(1, np.int64)
            tiles.start(row, self._seeds(np.zeros((1, self.bundle.latent + 1), F4)), row)
            tiles.advance(row, row + 1)
        except Exception as error:  # ONNX Runtime raises a family of its own without a common public base
            cause = str(error).splitlines()[0]
            raise BundleError(
                f"{self.bundle.name}: the networks cannot be run ({cause}); export the bundle again"
            ) from error
        made, told = tiles.image.memory.shape[2:], (self.spectrum.columns, self.spectrum.bins)
        if made != told:
            raise BundleError(
                f"{self.bundle.name}: images have {made[0]} columns and {made[1]} bins instead of "
                f"{told[0]} and {told[1]}; export the bundle again"
            )

    def _steady(self) -> tuple[int, int]:
        """Of the columns whose windows end before the longest trained time."""
        spectrum = self.spectrum
        before = spectrum.lead + self.bundle.head.longest_seconds * self.rate - spectrum.window
        return steady_part(min(int(before / spectrum.hop) + 1, spectrum.columns))

    def prepare(self, rows: int) -> None:
        """Make room for `rows` voices and run everything once."""
        spectrum, samples = self.spectrum, self.frames_per_step * FRAME
        self.tiles = Tiles(self.levels, self.image, rows, max(samples // spectrum.hop, 2))
        self.head = SpectralHead(spectrum, rows)
        self.played, self.spot, self.since = (np.zeros(rows, np.int64) for _ in range(3))
        self.latest = np.zeros((rows, spectrum.hop), F4)
        self.fall, self.faded = np.zeros((rows, spectrum.bins), F4), np.zeros((rows, spectrum.bins), F4)
        self.measured = np.zeros(rows, np.bool_)
        self.wished = np.zeros((rows, self.bundle.latent + 1), F4)
        self.sound = np.zeros((rows, samples), F4)
        self.since[:] = self.first
        each = [self._warm(np.arange(min(rows, count))) for count in (AT_ONCE, 1, 1)]
        self.rows_at_once = max(int(BUSY_SECONDS / each[-1]), 1)

    def _warm(self, rows: Rows) -> float:
        """Begin notes that nobody hears; seconds of the processor that it took."""
        nothing, begun = np.zeros(len(rows), F4), thread_time()
        self.reset(rows, nothing, nothing, np.zeros((len(rows), self.bundle.latent), F4))
        self.step(rows, nothing)
        return thread_time() - begun

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Start notes, at the nearest pitch that the network knows; it does not listen to velocity."""
        self._forget(rows)
        self._begin(rows, self._wish(pitch, latent))
        return self._character(len(rows))

    def _forget(self, rows: Rows) -> None:
        self.head.reset(rows)
        self.played[rows] = self.spot[rows] = 0
        self.since[rows] = self.first
        self.measured[rows] = False
        for array in (self.latest, self.fall, self.faded):
            array[rows] = 0.0

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Let the next columns come from another latent or pitch; phases go on, so nothing clicks."""
        wish = self._wish(pitch, latent)
        moved = (wish != self.wished[rows]).any(axis=1)
        self._turn(rows[moved])
        self._begin(rows[moved], wish[moved])
        return self._character(len(rows))

    def _turn(self, rows: Rows) -> None:
        """Make ready for another latent. Too near its end for a steady part of that one, a note goes back to
        where its steady part begins.
        """
        over = rows[self.spot[rows] > self.last + 1 - SHORTEST]
        self._measure(over)
        back = self._columns(over, -1, 1)[:, 0] - (self.first - 1)
        self.faded[over] += self.fall[over] * back[:, None]
        self.spot[over] = self.first
        self.since[rows] = np.maximum(self.spot[rows], self.first)
        self.measured[rows] = False

    def _wish(self, pitch: Floats, latent: Floats) -> Floats:
        """What the network is told: the latent and the number of the nearest pitch that it knows."""
        known = np.abs(self.classes - pitch[:, None]).argmin(axis=1)
        return np.column_stack([latent, known]).astype(F4)

    def _begin(self, rows: Rows, wish: Floats) -> None:
        """Let the next columns be what is wished."""
        if len(rows):
            self.wished[rows] = wish
            self.tiles.start(rows, self._seeds(wish), self.spot[rows])

    def _seeds(self, wish: Floats) -> Floats:
        inputs = {"latent": np.ascontiguousarray(wish[:, :-1]), "pitch": wish[:, -1].astype(np.int64)}
        return np.asarray(self.seed.run(["x"], inputs)[0], F4)

    def _character(self, count: int) -> Character:
        slopes = np.zeros((count, 2), F4)
        slopes[:, 0] = self.bundle.head.release_db
        return plain_character(slopes)

    def step(self, rows: Rows, time: Floats) -> Floats:
        """The samples that begin `time` (n,) seconds after note-on.

        What lies between them and those before is made, too, for phases add up.
        """
        hop, lead = self.spectrum.hop, self.spectrum.lead
        first = np.rint(time.astype(np.float64) * self.rate / FRAME).astype(np.int64) * FRAME + lead
        self._rewind(rows[first < (self.played[rows] - 1) * hop])
        self._collect(np.arange(len(rows)), self.latest[rows], (self.played[rows] - 1) * hop - first)
        end = -(-(first + self.sound.shape[1]) // hop)
        while (left := end - self.played[rows]).any():
            count = np.minimum(left, self.tiles.tile)
            for number in np.unique(count[count > 0]):
                chosen = np.flatnonzero(count == number)[:AT_ONCE]
                begin = self.played[rows[chosen]] * hop - first[chosen]
                self._collect(chosen, self._play(rows[chosen], int(number)), begin)
        sound = self.sound[: len(rows)]
        sound[first == lead, : len(RISE)] *= RISE
        return sound.reshape(len(rows), -1, FRAME)

    def _rewind(self, rows: Rows) -> None:
        """Begin notes anew that are asked for what has been."""
        if len(rows):
            self._forget(rows)
            self.tiles.restart(rows, self.spot[rows])

    def _collect(self, places: Rows, sound: Floats, begin: Rows) -> None:
        """Put `sound` (n, samples), which begins `begin` (n,) samples after what is asked for, where it is
        asked for.
        """
        for place, samples, at in zip(places, sound, begin, strict=True):
            wanted = self.sound[place, max(at, 0) : max(at + len(samples), 0)]
            wanted[:] = samples[max(-at, 0) :][: len(wanted)]

    def _play(self, rows: Rows, count: int) -> Floats:
        """The next `count` columns of voices as samples (n, count * hop)."""
        columns = self._columns(rows, -1, count + 1)
        self.tiles.advance(rows, columns.max(axis=1) + 1)
        self._measure(rows[self.spot[rows] + count > self.last + 1])
        faded = np.cumsum(1 - np.diff(columns, axis=1), axis=1)[:, :, None] * self.fall[rows][:, None]
        faded += self.faded[rows][:, None]
        self.faded[rows] = faded[:, -1]
        image = self.tiles.image.memory[rows[:, None], :, columns[:, 1:]]
        power = self.spectrum.offset + self.spectrum.scale * image[:, :, 0] + faded
        sound = self.head.render(rows, power, image[:, :, 1])
        self.played[rows] += count
        self.spot[rows] += count
        self.latest[rows] = sound[:, -self.spectrum.hop :]
        return sound

    def _columns(self, rows: Rows, first: int, count: int) -> Rows:
        """Columns of the image (n, count) that sound from `first` after the next one on."""
        time = self.spot[rows][:, None] + first + np.arange(count)
        return folded(time, self.since[rows][:, None], self.last)

    def _measure(self, rows: Rows) -> None:
        """Find out how fast the steady parts of voices fall, once for each latent that sounded for long."""
        for row in rows[~self.measured[rows]]:
            end = self.tiles.ready[row]
            first = self.since[row] if end - self.since[row] >= ENOUGH else self.first
            image = self.tiles.image.memory[row, 0, first:end]
            self.fall[row] = falling(image * self.spectrum.scale, self.spectrum.hop / self.rate)
        self.measured[rows] = True

    def close(self) -> None:
        """Let go of sessions and buffers."""
        for name in ("seed", "image", "levels", "tiles", "head"):
            vars(self).pop(name, None)
