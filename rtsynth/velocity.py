"""Velocity curves: how hard a key must be struck to sound how loud."""

import numpy as np
from numpy.typing import NDArray

CURVES = {"soft": 0.6, "linear": 1.0, "hard": 1.7}  # exponents: a soft touch is loud already, or is not yet
FIXED = 100  # velocity of every note; a range of one velocity chooses another
SOFTEST, HARDEST = 1, 127
Curve = str | float  # a name, or an exponent
NAMES = (*CURVES, "fixed")


def table(curve: Curve, low: int = SOFTEST, high: int = HARDEST) -> NDArray[np.float32]:
    """Velocities 0 … 127 to 0 … 1, (128,), never falling: 0 stays 0, 1 … 127 become `low` … `high` of 127."""
    played = np.arange(128.0)
    struck = (np.maximum(played, SOFTEST) - SOFTEST) / (HARDEST - SOFTEST)
    if curve == "fixed":
        answer = np.full(128, (FIXED - SOFTEST) / (HARDEST - SOFTEST))
    else:
        answer = struck ** (CURVES[curve] if isinstance(curve, str) else curve)
    return np.where(played == 0, 0.0, (low + (high - low) * answer) / HARDEST).astype(np.float32)
