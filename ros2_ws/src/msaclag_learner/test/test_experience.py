import dataclasses

import numpy as np
import pytest
import torch

from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.experience import Experience, Sizes
from msaclag_learner.transition import ExperienceError, Transition

STATES, ACTIONS, BATCH = 3, 2, 4


def transition(**changes: object) -> Transition:
    base = Transition(
        observation=np.arange(3, dtype=np.float32),
        action=np.array([0.5, -0.5], np.float32),
        reward=-1.5,
        cost=0,
        next_observation=np.arange(3, 6, dtype=np.float32),
        terminated=False,
    )
    return dataclasses.replace(base, **changes)


def make(agents: int = 1, **options: object) -> Experience:
    return Experience([AlgorithmConfig(batch=BATCH, **options)] * agents, STATES, ACTIONS, capacity=10)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fill(experience: Experience, agent: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    experience.add_first_state(random.normal(size=3), agent)
    for _ in range(15 + seed):
        changes = {"reward": random.normal(), "cost": int(random.uniform() < 0.3), "observation": random.normal(size=3)}
        experience.add(transition(**changes), agent)


def test_a_row_comes_back_as_it_went_in() -> None:
    experience = make()
    experience.add_first_state(np.ones(3, np.float32))
    for _ in range(4):
        experience.add(transition(terminated=True, cost=1, reward=-2.5))
    assert experience.ready()
    samples = experience.sample([generator()])
    for batch in (samples.safety, samples.inner):
        assert batch.states[0, 0].tolist() == [0, 1, 2]
        assert batch.actions[0, 0].tolist() == [0.5, -0.5]
        assert batch.next_states[0, 0].tolist() == [3, 4, 5]
        assert (float(batch.rewards[0, 0]), float(batch.costs[0, 0]), float(batch.terminals[0, 0])) == (-2.5, 1, 1)
    assert samples.initial_states[0, 0].tolist() == [1, 1, 1]
    assert samples.outer_states.shape == (1, BATCH, STATES)
    assert samples.noise.shape == (1, 4, BATCH, ACTIONS)


@pytest.mark.parametrize(("kept", "expected"), [(True, Sizes(2, 1, 0, 0)), (False, Sizes(1, 1, 0, 0))])
def test_violations_go_to_the_safety_buffer_and_by_the_switch_to_the_replay_buffer(kept: bool, expected: Sizes) -> None:
    experience = make(violations_in_replay=kept)
    experience.add(transition())
    experience.add(transition(cost=1, terminated=True))
    assert experience.sizes() == expected


def test_the_safety_critics_share_is_drawn_from_the_safety_buffer_once_it_holds_something() -> None:
    experience = make(violations_in_replay=False, safety_share=0.5)
    experience.add_first_state(np.ones(3, np.float32))
    for _ in range(BATCH):
        experience.add(transition())
    assert experience.sample([generator()]).safety.costs.tolist() == [[0, 0, 0, 0]]
    experience.add(transition(cost=1))
    samples = experience.sample([generator()])
    assert sorted(samples.safety.costs[0].tolist()) == [0, 0, 1, 1]
    assert samples.inner.costs.tolist() == [[0, 0, 0, 0]]


def test_the_oldest_row_is_overwritten() -> None:
    experience = make()
    for reward in range(12):
        experience.add(transition(reward=float(reward)))
    assert sorted(experience.replay().rewards.tolist()) == [float(reward) for reward in range(2, 12)]
    assert experience.sizes().replay == 10


def test_rows_put_in_again_make_the_same_buffers() -> None:
    first, second = make(violations_in_replay=False), make(violations_in_replay=False)
    random = np.random.default_rng(1)
    rows = [first.add(transition(reward=random.normal(), cost=int(random.uniform() < 0.5))) for _ in range(37)]
    states = [first.add_first_state(random.normal(size=3)) for _ in range(12)]
    second.extend(torch.from_numpy(np.stack(rows)))
    second.extend_first_states(torch.from_numpy(np.stack(states)))
    for ours, theirs in zip((*first.replay(), *first.safety()), (*second.replay(), *second.safety()), strict=True):
        assert torch.equal(ours, theirs)
    assert torch.equal(first.initial(), second.initial())
    for ours, theirs in zip(flat(first.sample([generator()])), flat(second.sample([generator()])), strict=True):
        assert torch.equal(ours, theirs)


def test_each_agent_draws_what_it_would_draw_alone() -> None:
    together = make(agents=3)
    for agent in range(3):
        fill(together, agent, seed=agent)
    samples = flat(together.sample([generator(agent) for agent in range(3)]))
    for agent in range(3):
        alone = make()
        fill(alone, 0, seed=agent)
        for ours, theirs in zip(samples, flat(alone.sample([generator(agent)])), strict=True):
            assert torch.equal(ours[agent], theirs[0])


def flat(samples: object) -> list[torch.Tensor]:
    safety, inner, *others = samples  # type: ignore[misc, has-type]
    return [*safety, *inner, *others]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"observation": np.zeros(4, np.float32)}, "observation has shape"),
        ({"observation": np.float32(0)}, "observation has shape"),
        ({"action": np.zeros(3, np.float32)}, "action has shape"),
        ({"action": np.array([np.nan, 0], np.float32)}, "action holds"),
        ({"next_observation": np.array([np.inf, 0, 0], np.float32)}, "next observation holds"),
        ({"next_observation": np.array([1e39, 0, 0])}, "next observation holds"),
        ({"reward": float("nan")}, "reward"),
        ({"reward": -1.1e12}, r"the reward is -1100000000000.0, not a number within ±1e\+12"),
        ({"cost": 2}, "cost is 2"),
        ({"cost": 0.5}, "cost is 0.5"),
        ({"cost": float("nan")}, "cost is nan"),
    ],
)
def test_a_malformed_transition_is_named_and_not_added(changes: dict[str, object], named: str) -> None:
    experience = make()
    with pytest.raises(ExperienceError, match=named):
        experience.add(transition(**changes))
    assert experience.sizes() == (0, 0, 0, 0)


@pytest.mark.parametrize(("filling", "held"), [("growing", range(5)), ("fixed", range(3))])
def test_the_initial_states_grow_or_are_fixed(filling: str, held: range) -> None:
    singly, at_once = (make(initial_states=filling, initial_state_count=3) for _ in range(2))
    states = [np.full(STATES, number, np.float32) for number in range(5)]
    for state in states:
        singly.add_first_state(state)
    at_once.extend_first_states(torch.from_numpy(np.stack(states)))
    assert singly.initial()[:, 0].tolist() == at_once.initial()[:, 0].tolist() == list(held)


@pytest.mark.parametrize("state", [np.zeros(2), np.array([0, np.nan, 0])])
def test_a_malformed_first_state_is_named_and_not_added(state: np.ndarray) -> None:
    experience = make()
    with pytest.raises(ExperienceError, match="first observation"):
        experience.add_first_state(state)
    assert experience.sizes().initial == 0


def test_too_little_to_sample_from_is_named() -> None:
    experience = make()
    for _ in range(BATCH - 1):
        experience.add(transition())
    with pytest.raises(ExperienceError, match="D holds 3 transitions, fewer than a batch of 4"):
        experience.sample([generator()])
    experience.add(transition())
    with pytest.raises(ExperienceError, match="D₀ holds no first state"):
        experience.sample([generator()])
    assert not experience.ready()
    experience.add_first_state(np.zeros(3))
    assert experience.ready()


def test_what_is_kept_is_a_copy() -> None:
    experience, observation = make(), np.zeros(3, np.float32)
    row = experience.add_first_state(observation)
    observation += 1
    assert row.tolist() == [0, 0, 0] and experience.initial().tolist() == [[0, 0, 0]]
