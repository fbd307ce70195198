"""What the seeds say together.

Over tasks as in Agarwal et al. (2021): interquartile means with stratified bootstrap intervals, and probabilities of
improvement; by SciPy, for their package rliable brings eight others of which one call each would be used.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import bootstrap, mannwhitneyu, trim_mean, ttest_1samp

CONFIDENCE = 0.95
RESAMPLES = 2000

Scores = Mapping[str, Sequence[float]]
"""Of one algorithm: a score for each seed, by task."""


class Estimate(NamedTuple):
    """A figure and the bounds of its confidence interval, NaN where a task has but one seed."""

    value: float
    low: float
    high: float


def mean(values: ArrayLike, within: tuple[float, float] = (-np.inf, np.inf)) -> Estimate:
    """The mean over seeds of one task, with Student's t interval: a bootstrap of a few would be too narrow.

    Its bounds are cut off where the figure cannot be: they stay `within` these.
    """
    array = np.asarray(values, np.float64)
    if len(array) < 2:
        return Estimate(float(array.mean()), np.nan, np.nan)
    if np.ptp(array) == 0:
        return Estimate(*[float(array[0])] * 3)
    interval = ttest_1samp(array, 0).confidence_interval(CONFIDENCE)
    return Estimate(float(array.mean()), *map(float, np.clip((interval.low, interval.high), *within)))


def interquartile_mean(scores: Scores) -> Estimate:
    """The mean of the middle half of all scores; each task's seeds are resampled among themselves."""

    def statistic(*tasks: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        return np.asarray(trim_mean(np.concatenate(tasks, axis=axis), 0.25, axis=axis))

    return _bootstrapped([np.asarray(values, np.float64) for values in scores.values()], statistic)


def probability_of_improvement(scores: Scores, others: Scores) -> Estimate:
    """How probable it is that a score is higher than one of the `others`, in the mean over tasks, the same of both."""
    split = len(scores)

    def statistic(*samples: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        pairs = zip(samples[:split], samples[split:], strict=True)
        return np.mean([_superiority(ours, theirs) for ours, theirs in pairs], axis=0)

    samples = [np.asarray(each[task], np.float64) for each in (scores, others) for task in scores]
    return _bootstrapped(samples, statistic)


def _superiority(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(ours > theirs) + ½ P(ours = theirs) along the last axis: Mann and Whitney's U over the number of pairs."""
    statistic = mannwhitneyu(ours, theirs, axis=-1, method="asymptotic").statistic
    return np.asarray(statistic / (ours.shape[-1] * theirs.shape[-1]))


def _bootstrapped(samples: Sequence[NDArray[np.float64]], statistic: Callable[..., NDArray[np.float64]]) -> Estimate:
    """A statistic [...] of samples [..., seeds], each resampled by itself, with its percentile interval."""
    value = float(statistic(*samples))
    if min(map(len, samples)) < 2:
        return Estimate(value, np.nan, np.nan)
    if all(np.ptp(sample) == 0 for sample in samples):
        return Estimate(value, value, value)
    found = bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=True,
        batch=500,
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Estimate(value, float(found.low), float(found.high))
