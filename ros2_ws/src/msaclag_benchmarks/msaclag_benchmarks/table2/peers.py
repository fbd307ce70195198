"""Stable-Baselines3's SAC on the same tasks: reward alone, or with a fixed penalty on the cost.

It learns the same steps from the same episodes, with networks, batch, rates and updates of SAC in the learner; it
neither normalises states nor averages its policy. Needs the package stable-baselines3.
"""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray
from stable_baselines3 import SAC
from stable_baselines3.common.callbacks import BaseCallback

from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.outcome import Columns, Outcome, Tell, curve_period
from msaclag_benchmarks.table2.recording import Recorded, made

Array = NDArray[np.float32]


class Penalised(gymnasium.Wrapper[Array, Array, Array, Array]):
    """A violating step pays less."""

    def __init__(self, environment: gymnasium.Env[Array, Array], penalty: float) -> None:
        """Take `penalty` off the reward where the cost is 1."""
        super().__init__(environment)
        self._penalty = penalty

    def step(self, action: Array) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """As the environment's, but for the reward."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return observation, float(reward) - self._penalty * info["cost"], terminated, truncated, info


class Watcher(BaseCallback):
    """Keeps α, and tells of the progress."""

    def __init__(self, steps: int, tell: Tell) -> None:
        """Watch a training of so many `steps`."""
        super().__init__()
        self.curves: Columns = {"step": [], "temperature": []}
        self._period, self._tell = curve_period(steps), tell

    def _on_step(self) -> bool:
        assert isinstance(self.model, SAC) and self.model.log_ent_coef is not None
        if self.num_timesteps % self._period == 0 and self.num_timesteps > self.model.learning_starts:
            self.curves["step"].append(self.num_timesteps)
            self.curves["temperature"].append(float(self.model.log_ent_coef.detach().exp()))
        self._tell(self.num_timesteps)
        return True


def train(batch: Batch, tell: Tell) -> list[Outcome]:
    """Train and judge the agents of `batch`, one after the other; returns what each leaves.

    Raises:
        ExperienceError: an environment tells no cost.
    """
    return [_trained(batch, seed, tell) for seed in batch.seeds]


def _trained(batch: Batch, seed: int, tell: Tell) -> Outcome:
    training, config = batch.training, batch.config
    environment = made(batch.environment, seed)
    every = max(1, round(1 / training.updates_per_step))
    model = SAC(
        "MlpPolicy",
        Penalised(environment, batch.penalty),
        learning_rate=config.policy_rate,
        buffer_size=batch.capacity,
        learning_starts=training.warmup,
        batch_size=config.batch,
        tau=config.polyak,
        gamma=config.reward_discount,
        train_freq=every,
        gradient_steps=round(every * training.updates_per_step),
        policy_kwargs={"net_arch": list(config.hidden)},
        seed=seed,
        device=batch.device,
    )
    watcher = Watcher(training.steps, tell)
    try:
        model.learn(training.steps, callback=watcher)
        episodes = environment.episodes
        environment.begin("evaluation")
        _evaluate(model, environment, batch, tell)
    finally:
        environment.close()
    return Outcome(episodes, watcher.curves, environment.episodes)


def _evaluate(model: SAC, environment: Recorded, batch: Batch, tell: Tell) -> None:
    done = batch.training.steps
    for _ in range(batch.training.evaluation_episodes):
        observation, _ = environment.reset()
        ended = False
        while not ended:
            action, _ = model.predict(observation, deterministic=True)
            observation, _, terminated, truncated, _ = environment.step(action)
            ended = terminated or truncated
            done += 1
            tell(done)
