"""Means over seeds, and how sure they are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

CONFIDENCE = 0.95
ANY, LENGTH, SHARE = (-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0)
"""Ranges of figures."""


class Interval(NamedTuple):
    """A mean and the bounds of its confidence interval, each [...]."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def over_seeds(values: ArrayLike, within: tuple[float, float] = ANY) -> Interval:
    """Student's t interval of the mean over seeds: few as they are, a bootstrap of them would be too narrow.

    Args:
        values: [seeds, ...].
        within: what the figure can be; the bounds are cut off there.

    Returns:
        The interval [...]; bounds are NaN for a single seed.
    """
    array = np.asarray(values, np.float64)
    count = len(array)
    mean = array.mean(axis=0)
    if count < 2:
        unknown = np.full_like(mean, np.nan)
        return Interval(mean, unknown, unknown)
    half = t.ppf((1 + CONFIDENCE) / 2, count - 1) * array.std(axis=0, ddof=1) / np.sqrt(count)
    return Interval(mean, np.clip(mean - half, *within), np.clip(mean + half, *within))
