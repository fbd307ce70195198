"""Training in one process, without ROS: the same run, driven by a Gymnasium environment.

Each reset is seeded by its number, so that a run which was killed makes again, to the bit, what it did after its last
checkpoint; the environment must depend on nothing but its seed and the actions since.
"""

from collections.abc import Callable, Mapping
from typing import Any

import gymnasium
import numpy as np
import torch
from numpy.typing import NDArray

from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.demonstrations import NO_CONDITIONS
from msaclag_learner.seeds import episode_seed
from msaclag_learner.status import Status
from msaclag_learner.training_run import TrainingRun
from msaclag_learner.transition import ExperienceError, Transition
from msaclag_ros.interruption import undivided

Environment = gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]


def train(
    environment: Environment,
    task: str,
    config: TrainingConfig,
    watch: Callable[[Status], None] = lambda status: None,
    conditions: Mapping[str, Any] = NO_CONDITIONS,
) -> dict[str, object]:
    """Train and evaluate on `environment`, whose `info` holds the cost; `watch` is called after each step.

    `conditions` are those of the task: a run is resumed, and demonstrations are taken, under the same ones alone.

    An interruption (KeyboardInterrupt) saves what there is; a run resumed from there begins with a new episode.

    Returns:
        The run's summary, which also lies in its folder.

    Raises:
        CheckpointError, DeviceError: see `TrainingRun`.
        ExperienceError: the environment tells something that must not be learned from; what came before is saved.
        DivergedError: what is learned is no longer finite.
    """
    state_space, action_space = environment.observation_space, environment.action_space
    assert state_space.shape is not None and action_space.shape is not None
    torch.set_num_threads(config.threads)
    run = TrainingRun(config, task, state_space.shape[0], action_space.shape[0], conditions)
    try:
        while run.wants_initial_state:
            seed = episode_seed(config.seed, "initial", run.progress.initial_resets)
            run.first_state(environment.reset(seed=seed)[0])
        while not run.trained:
            _training_episode(environment, run, watch)
        while not run.evaluated:
            _evaluation_episode(environment, run, watch)
    finally:
        run.close()
    return run.summary()


def _training_episode(environment: Environment, run: TrainingRun, watch: Callable[[Status], None]) -> None:
    observation, _ = environment.reset(seed=episode_seed(run.config.seed, "training", run.progress.begun))
    run.first_state(observation)
    ended = False
    while not ended:
        transition, figures, ended = _step(environment, observation, run.act(observation, evaluation=False))
        with undivided():
            run.take_in(transition, figures, ended=ended, evaluation=False)
            while run.progress.due():
                run.update()
            run.save_if_due()
        observation = transition.next_observation
        watch(run.status())


def _evaluation_episode(environment: Environment, run: TrainingRun, watch: Callable[[Status], None]) -> None:
    number = len(run.metrics.evaluation.finished)
    observation, _ = environment.reset(seed=episode_seed(run.config.seed, "evaluation", number))
    ended = False
    while not ended:
        transition, figures, ended = _step(environment, observation, run.act(observation, evaluation=True))
        run.take_in(transition, figures, ended=ended, evaluation=True)
        observation = transition.next_observation
        watch(run.status())


def _step(
    environment: Environment, observation: NDArray[np.float32], action: NDArray[np.float32]
) -> tuple[Transition, dict[str, float], bool]:
    """The transition, its figures, and whether the episode is over."""
    following, reward, terminated, truncated, info = environment.step(action)
    if "cost" not in info:
        raise ExperienceError("the environment's info holds no 'cost': it must be 1 where a constraint was violated")
    figures = {name: float(value) for name, value in info.items() if isinstance(value, (int, float))}
    transition = Transition(observation, action, float(reward), info["cost"], following, terminated)
    return transition, figures, terminated or truncated
