"""SACv2-Lag: the Lagrangian of Eq. 11 with a fixed threshold ε and SACv2's temperature."""

from torch import Tensor

from msaclag_learner.constrained import ConstrainedAlgorithm
from msaclag_learner.samples import INNER, Samples


class SacLag(ConstrainedAlgorithm):
    """Meta SAC-Lag without its meta-gradients."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        losses = self.learn_critics(samples)
        drawn = self.actor.draw(samples.inner.states, samples.noise[:, INNER])
        valued = self.critics.valued(samples.inner.states, drawn.actions)
        expected_cost = valued.cost.mean(-1)
        self.ascend_multiplier(expected_cost)
        self.ascend_value(drawn, valued.reward_by_action - self.multiplier.view(-1, 1, 1) * valued.cost_by_action)
        self.ascend_entropy_target(drawn)
        return losses | {"expected_cost": expected_cost, "entropy": -drawn.log_probabilities.mean(-1)}
