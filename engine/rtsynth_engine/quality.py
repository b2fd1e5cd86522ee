"""Quality under load: when callbacks come near their period, quiet partials are left out until there is room.

The floor rises in steps and falls again one by one; a player sees it, and may switch it off.
"""

import numpy as np

from .layout import Memory

FLOORS_DB = (-90.0, -80.0, -70.0, -60.0)  # amplitude below which a partial is skipped, full quality first
CROWDED, ROOMY = 0.7, 0.35  # load, as a share of the period, that raises the floor, and that lowers it
PATIENCE = 20  # roomy looks in a row before the floor is lowered


class Quality:
    """Generator thread only, but for reading `floor`."""

    def __init__(self, memory: Memory) -> None:
        self.memory, self.adaptive = memory, False
        self.step = self.roomy = self.raised = 0
        self._set(0)

    @property
    def floor(self) -> float:
        """Amplitude in dBFS below which partials are skipped. Any thread."""
        return FLOORS_DB[self.step]

    def look(self) -> None:
        """Move the floor by at most one step, as the callback's load asks."""
        load = float(self.memory.telemetry[0]["load"])
        self.roomy = self.roomy + 1 if load < ROOMY else 0
        if load > CROWDED and self.adaptive and self.step < len(FLOORS_DB) - 1:
            self.raised += 1
            self._set(self.step + 1)
        elif self.step > 0 and (self.roomy > PATIENCE or not self.adaptive):
            self._set(self.step - 1)

    def _set(self, step: int) -> None:
        self.step, self.roomy = step, 0
        self.memory.state[0]["audible"] = np.float32(10.0 ** (FLOORS_DB[step] / 20.0))
