"""SAC with a tuned temperature (SACv2, Haarnoja et al., 2018): no constraint; the yardstick."""

from torch import Tensor

from msaclag_learner.algorithm import Algorithm
from msaclag_learner.samples import Samples


class Sac(Algorithm):
    """Reward and entropy alone."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        inner, noise = samples.inner, samples.noise.unbind(1)
        reward_loss = self.learn_reward_critics(inner, noise[1])
        drawn = self.actor.draw(inner.states, noise[2])
        reward = self.reward_critics.valued(inner.states, drawn.actions)
        self.ascend_value(drawn, reward.by_action)  # Eq. 6
        self.ascend_entropy_target(drawn)
        return {"reward_critic_loss": reward_loss, "entropy": -drawn.log_probabilities.mean(-1)}
