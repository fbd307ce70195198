"""Training in one process, without ROS: the same run, driven by a Gymnasium environment."""

from collections.abc import Callable

import gymnasium
import numpy as np
from numpy.typing import NDArray

from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.experience import Transition
from msaclag_learner.training_run import Status, TrainingRun


def train(
    environment: gymnasium.Env[NDArray[np.float32], NDArray[np.float32]],
    task: str,
    config: TrainingConfig,
    watch: Callable[[Status], None] = lambda status: None,
) -> dict[str, object]:
    """Train and evaluate on `environment`, whose `info` holds the cost; `watch` is called after each step.

    Returns:
        The run's summary, which also lies in its folder; on Ctrl-C what there is so far.
    """
    state_space, action_space = environment.observation_space, environment.action_space
    assert state_space.shape is not None and action_space.shape is not None
    run = TrainingRun(config, task, state_space.shape[0], action_space.shape[0])
    try:
        environment.reset(seed=config.seed)
        while not run.trained:
            _episode(environment, run, watch, evaluation=False)
        while not run.evaluated:
            _episode(environment, run, watch, evaluation=True)
    finally:
        run.close()
    return run.summary()


def _episode(
    environment: gymnasium.Env[NDArray[np.float32], NDArray[np.float32]],
    run: TrainingRun,
    watch: Callable[[Status], None],
    *,
    evaluation: bool,
) -> None:
    observation, _ = environment.reset()
    if not evaluation:
        run.first_state(observation)
    ended = False
    while not ended:
        action = run.act(observation, evaluation=evaluation)
        following, reward, terminated, truncated, info = environment.step(action)
        ended = terminated or truncated
        executed = np.asarray(info.get("action_executed", action), np.float32)
        cost = int(info["cost"])
        figures = {name: float(value) for name, value in info.items() if isinstance(value, (int, float))}
        transition = Transition(observation, executed, float(reward), cost, following, terminated)
        run.take_in(transition, figures, ended=ended, evaluation=evaluation)
        while not evaluation and run.due():
            run.update()
        observation = following
        watch(run.status())
