"""SAC with a fixed penalty: what one does without a multiplier that learns. The reward critics learn r − k c."""

from torch import Tensor

from msaclag_learner.algorithm import Algorithm
from msaclag_learner.samples import INNER, Samples


class SacPenalty(Algorithm):
    """k is `initial_multiplier`, of each agent its own."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        price = self.each(lambda config: config.initial_multiplier).unsqueeze(-1)
        losses = self.learn_critics(samples, price * samples.inner.costs)
        drawn = self.actor.draw(samples.inner.states, samples.noise[:, INNER])
        valued = self.critics.valued(samples.inner.states, drawn.actions)
        self.ascend_value(drawn, valued.reward_by_action)
        self.ascend_entropy_target(drawn)
        return losses | {"entropy": -drawn.log_probabilities.mean(-1)}
