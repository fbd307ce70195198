"""A step as an environment tells it."""

from typing import NamedTuple

from msaclag_learner.transition import Transition


class Step(NamedTuple):
    """What happened between two observations.

    Attributes:
        transition: what is learned from.
        info: figures of the step.
        first: of its episode.
        ended: the episode ended with it.
        evaluation: of an episode that is not learned from.
        moved: it took time or had a cost; an interrupted episode may end by one in which nothing happened.
    """

    transition: Transition
    info: dict[str, float]
    first: bool
    ended: bool
    evaluation: bool
    moved: bool
