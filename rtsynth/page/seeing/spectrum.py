"""The spectrum of what has just been heard, from the tape."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.layout import TAPE, TAPED, Memory

WINDOW, PADDED = 4096, 8192  # frames; zeros behind them bring a bin nearer to every sine
BANDS, LOWEST, HIGHEST = 96, 30.0, 16_000.0  # Hz
SILENCE = -90.0  # dBFS
FAINTEST = 1e-6


class Spectrum:
    """The topic `spectrum`: BANDS bands, evenly spaced by pitch from LOWEST to HIGHEST. One thread."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._bins = np.fft.rfftfreq(PADDED, 1.0 / float(memory.state[0]["rate"]))
        edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1)
        within = self._bins[(self._bins > LOWEST) & (self._bins < HIGHEST)]
        self._places = np.union1d(edges[:-1], within)  # Hz; low bands may hold no bin, but their lower edge
        self._begins = np.searchsorted(self._places, edges[:-1])
        hann = np.hanning(WINDOW + 1)[:-1]
        self._window = (hann * 2.0 / hann.sum()).astype(np.float32)  # a sine of full scale reads 1

    def look(self) -> list[int]:
        """The strongest in each band of the mix to mono, in dBFS, SILENCE at least."""
        levels = 20.0 * np.log10(np.maximum(self._magnitudes(), FAINTEST))
        between = np.interp(self._places, self._bins, levels, right=SILENCE)
        bands = np.maximum.reduceat(between, self._begins)
        whole: list[int] = np.clip(np.rint(bands), SILENCE, 0.0).astype(int).tolist()
        return whole

    def _magnitudes(self) -> NDArray[np.float32]:
        """Of the last WINDOW frames, by bin."""
        end = int(self.memory.marks[TAPED])
        frames = self.memory.tape[np.arange(end - WINDOW, end) % TAPE]
        return np.abs(np.fft.rfft(frames.mean(axis=1) * self._window, PADDED))
