"""SACv2-Lag: the Lagrangian of Eq. 11 with a fixed threshold ε and SACv2's temperature."""

from torch import Tensor

from msaclag_learner.constrained import ConstrainedAlgorithm
from msaclag_learner.samples import Samples


class SacLag(ConstrainedAlgorithm):
    """Meta SAC-Lag without its meta-gradients."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        inner, noise = samples.inner, samples.noise.unbind(1)
        safety_loss = self.learn_safety_critics(samples.safety, noise[0])
        reward_loss = self.learn_reward_critics(inner, noise[1])
        drawn = self.actor.draw(inner.states, noise[2])
        reward = self.reward_critics.valued(inner.states, drawn.actions)
        cost = self.safety_critics.valued(inner.states, drawn.actions)
        expected_cost = cost.values.mean(-1)
        self.ascend_multiplier(expected_cost)
        self.ascend_value(drawn, reward.by_action - self.multiplier.view(-1, 1, 1) * cost.by_action)
        self.ascend_entropy_target(drawn)
        return {
            "safety_critic_loss": safety_loss,
            "reward_critic_loss": reward_loss,
            "expected_cost": expected_cost,
            "entropy": -drawn.log_probabilities.mean(-1),
        }
