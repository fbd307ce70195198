"""SAC with a tuned temperature (SACv2, Haarnoja et al., 2018): no constraint; the yardstick."""

from torch import Tensor

from msaclag_learner.algorithm import Algorithm
from msaclag_learner.samples import INNER, Samples


class Sac(Algorithm):
    """Reward and entropy alone."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        losses = self.learn_critics(samples)
        drawn = self.actor.draw(samples.inner.states, samples.noise[:, INNER])
        valued = self.critics.valued(samples.inner.states, drawn.actions)
        self.ascend_value(drawn, valued.reward_by_action)  # Eq. 6
        self.ascend_entropy_target(drawn)
        return losses | {"entropy": -drawn.log_probabilities.mean(-1)}
