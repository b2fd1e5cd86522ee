"""What pitch a set of partials has: that of the stiff string whose harmonics they are nearest to."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
QUIET = 1e-4  # power of the weakest harmonic heeded, relative to the strongest
DOUBT_CENTS = 5.0  # a harmonic so far from the others counts half
STIFFEST = 2.6  # cents per squared harmonic number: a stiffness of 0.003
FEWEST_STIFF = 4  # harmonics that can tell stiffness from chance


def fit_pitch(found: Array) -> float:
    """Cents of the first harmonic of a stiff string through rows (H, 3) of number, cents and power."""
    number, cents, power = found[found[:, 2] > QUIET * found[:, 2].max()].T
    basis = np.stack([np.ones_like(number), number**2 - 1], 1)[:, : 2 if len(number) >= FEWEST_STIFF else 1]
    trust, line = power**0.25, np.zeros(2)
    for _ in range(5):
        root = np.sqrt(trust)
        solved = np.linalg.lstsq(basis * root[:, None], cents * root, rcond=None)[0]
        line = np.append(solved, 0.0)[:2]
        if not 0 <= line[1] <= STIFFEST:
            line[1] = np.clip(line[1], 0, STIFFEST)
            line[0] = np.average(cents - line[1] * (number**2 - 1), weights=trust)
        miss = cents - line[0] - line[1] * (number**2 - 1)
        trust = power**0.25 / (1 + (miss / DOUBT_CENTS) ** 2)
    return float(line[0])
