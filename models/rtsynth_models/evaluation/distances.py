"""How far a set of generated notes is from a set of real ones, as in GANSynth (Engel et al. 2019)."""

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

Array = NDArray[np.float64]
BINS = 50
SIGNIFICANT = 1.96  # standard errors: 5 %


def frechet(a: Array, b: Array) -> float:
    """Fréchet distance of the Gaussians of two sets of features, (N, D) and (M, D)."""
    first, second = np.cov(a.T), np.cov(b.T)
    half = _root(first)
    cross = _root(half @ second @ half)
    shift = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(shift + np.trace(first) + np.trace(second) - 2 * np.trace(cross))


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)


def inception(chances: Array) -> float:
    """Inception score of class probabilities (N, C): exp of the mean divergence from their mean."""
    mean = chances.mean(0)
    return float(np.exp((chances * (np.log(chances + 1e-12) - np.log(mean + 1e-12))).sum(1).mean()))


def entropy(chances: Array) -> float:
    """Mean entropy in nats of class probabilities (N, C)."""
    return float(-(chances * np.log(chances + 1e-12)).sum(1).mean())


def different_bins(reference: Array, real: Array, other: Array, seed: int, bins: int = BINS) -> float:
    """NDB / K (Richardson 2018): share of k-means bins of `reference` that `other` fills unlike `real`."""
    count = min(bins, len(reference) // 4)
    centres = kmeans2(reference, count, minit="++", seed=seed)[0]
    shares = [np.bincount(_nearest(x, centres), minlength=count) / len(x) for x in (real, other)]
    pooled = (shares[0] * len(real) + shares[1] * len(other)) / (len(real) + len(other))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(real) + 1 / len(other)))
    return float(np.mean(np.abs(shares[0] - shares[1]) > SIGNIFICANT * error))


def _nearest(x: Array, centres: Array) -> NDArray[np.int64]:
    squares = (x**2).sum(1)[:, None] - 2 * x @ centres.T + (centres**2).sum(1)
    return np.asarray(squares.argmin(1))
