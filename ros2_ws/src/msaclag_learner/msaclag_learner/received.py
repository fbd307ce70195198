"""What a step's message tells a learner, or a person in its place."""

import numpy as np

from msaclag_learner.step import Step
from msaclag_learner.transition import Transition
from msaclag_msgs.msg import Transition as TransitionMessage


def received(message: TransitionMessage) -> Step:
    """Read a message."""
    transition = Transition(
        observation=np.asarray(message.observation, np.float32),
        action=np.asarray(message.action, np.float32),
        reward=message.reward,
        cost=message.cost,
        next_observation=np.asarray(message.next_observation, np.float32),
        terminated=message.terminated,
    )
    return Step(
        transition,
        info=dict(zip(message.info_names, message.info_values, strict=True)),
        first=message.step == 0,
        ended=message.terminated or message.truncated,
        evaluation=message.evaluation,
        moved=message.duration > 0 or message.cost == 1,
    )
