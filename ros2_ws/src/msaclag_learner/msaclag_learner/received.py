"""What a step's message tells a learner, or a person in its place."""

from typing import NamedTuple

import numpy as np

from msaclag_learner.experience import Transition
from msaclag_msgs.msg import Transition as TransitionMessage


class Received(NamedTuple):
    """A step as it was told.

    Attributes:
        transition: what is learned from.
        info: figures of the step.
        moved: the step took time or had a cost; an interrupted episode may end by one in which nothing happened.
    """

    transition: Transition
    info: dict[str, float]
    moved: bool


def received(message: TransitionMessage) -> Received:
    """Read a message."""
    transition = Transition(
        observation=np.asarray(message.observation, np.float32),
        action=np.asarray(message.action, np.float32),
        reward=message.reward,
        cost=message.cost,
        next_observation=np.asarray(message.next_observation, np.float32),
        terminated=message.terminated,
    )
    info = dict(zip(message.info_names, message.info_values, strict=True))
    return Received(transition, info, moved=message.duration > 0 or message.cost == 1)
