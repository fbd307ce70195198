"""dJ_ε/dε and dJ_α/dα against differentiation through the unrolled RMSProp step, in float64."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from msaclag_learner import policy
from msaclag_learner.configuration import MetaSacLagConfig
from msaclag_learner.critics import CriticPair
from msaclag_learner.meta_sac_lag import MetaSacLag

STATES, ACTIONS, BATCH = 5, 2, 16
CONFIG = MetaSacLagConfig(hidden=(12, 9), batch=BATCH, multiplier_rate=0.05, policy_rate=0.02)


def run_network(learner: MetaSacLag, parameters: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
    value = states
    layers = learner.network.layers(parameters.unsqueeze(0))
    for index, (weight, bias) in enumerate(layers):
        value = value @ weight[0] + bias[0]
        value = value.relu() if index < len(layers) - 1 else value
    mean, log_std = value.chunk(2, -1)
    return mean, log_std.clamp(*policy.LOG_STD_RANGE)


def textbook_sample(learner: MetaSacLag, parameters: Tensor, states: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    mean, log_std = run_network(learner, parameters, states)
    normal = torch.distributions.Normal(mean, log_std.exp())
    before_tanh = mean + log_std.exp() * noise
    actions = before_tanh.tanh()
    return actions, (normal.log_prob(before_tanh) - (1 - actions.square()).log()).sum(-1)


def textbook_value(critics: CriticPair, states: Tensor, actions: Tensor) -> Tensor:
    values = []
    for parameters in critics.parameters:
        value = torch.cat((states, actions), -1)
        layers = critics.network.layers(parameters.unsqueeze(0))
        for index, (weight, bias) in enumerate(layers):
            value = value @ weight[0] + bias[0]
            value = value.relu() if index < len(layers) - 1 else value
        values.append(value.squeeze(-1))
    stacked = torch.stack(values)
    return stacked.sigmoid().amax(0) if critics.kind == "safety" else critics.scale * stacked.amin(0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), dead=st.booleans(), multiplier=st.sampled_from([0.0, 0.01, 3.0]), warm=st.booleans())
def test_meta_gradients_equal_those_through_the_unrolled_step(
    seed: int, dead: bool, multiplier: float, warm: bool
) -> None:
    learner = MetaSacLag(CONFIG, STATES, ACTIONS, [seed], dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed + 1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    learner.multiplier.fill_(multiplier)
    learner.threshold.fill_(0.7)
    learner.log_temperature.fill_(-1.3)
    if dead:  # a unit that never fires: its gradients are exactly 0
        learner.network.layers(learner.policy)[0][1][0, 0, 0] = -100
    if warm:
        learner.policy_optimiser.square.copy_(normal(1, learner.network.size).square() * 1e-4)
        learner.multiplier_optimiser.square.fill_(0.2)
    states, outer, initial = normal(1, BATCH, STATES), normal(1, BATCH, STATES), normal(1, BATCH, STATES)

    before = {name: tensor.clone() for name, tensor in learner.state().items()}
    learner.generators[0].manual_seed(seed)
    drawn = policy.sample(learner.network, learner.policy, states, learner.noise(states))
    expected_cost, cost_by_action = learner.safety_critics.mean_value_gradient(states, drawn.actions)
    multiplier_by_threshold = learner.update_multiplier(expected_cost)
    step = learner.update_policy(states, drawn, cost_by_action)
    by_threshold = learner.threshold_gradient(outer, step, multiplier_by_threshold)
    by_temperature = learner.temperature_gradient(initial, step)

    learner.generators[0].manual_seed(seed)
    noise, outer_noise = learner.noise(states)[0], learner.noise(outer)[0]
    phi = before["policy"][0].clone().requires_grad_()
    epsilon = before["threshold"][0].clone().requires_grad_()
    alpha = before["log_temperature"][0].exp().requires_grad_()
    actions, log_probabilities = textbook_sample(learner, phi, states[0], noise)
    reward_value = textbook_value(learner.reward_critics, states[0], actions).mean()
    cost_value = textbook_value(learner.safety_critics, states[0], actions).mean()
    slack = cost_value.detach() - epsilon
    square = 0.99 * before["multiplier.optimiser.square"][0] + 0.01 * slack.square()
    nu = (before["multiplier"][0] + CONFIG.multiplier_rate * slack / (square + 1e-12).sqrt()).clamp(min=0)
    lagrangian = reward_value - alpha * log_probabilities.mean() - nu * cost_value
    (gradient,) = torch.autograd.grad(lagrangian, phi, create_graph=True)
    square = 0.99 * before["policy.optimiser.square"][0] + 0.01 * gradient.square()
    phi_new = phi + CONFIG.policy_rate * gradient / (square + 1e-12).sqrt()
    torch.testing.assert_close(learner.policy[0], phi_new.detach(), rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(learner.multiplier[0], nu.detach())

    new_actions, _ = textbook_sample(learner, phi_new, outer[0], outer_noise)
    worst = nu.detach() * textbook_value(learner.safety_critics, outer[0], new_actions)
    worst = (worst - textbook_value(learner.reward_critics, outer[0], new_actions)).mean()
    (expected,) = torch.autograd.grad(worst, epsilon, retain_graph=True)
    torch.testing.assert_close(by_threshold[0], expected, rtol=1e-6, atol=1e-14)

    mean_actions = run_network(learner, phi_new, initial[0])[0].tanh()
    best = textbook_value(learner.reward_critics, initial[0], mean_actions)
    best = (best - nu.detach() * textbook_value(learner.safety_critics, initial[0], mean_actions)).mean()
    (expected,) = torch.autograd.grad(best, alpha)
    torch.testing.assert_close(by_temperature[0], expected, rtol=1e-6, atol=1e-14)
    assert torch.isfinite(by_threshold).all() and torch.isfinite(by_temperature).all()
