import dataclasses

import numpy as np
import pytest
import torch

from msaclag_learner.configuration import MetaSacLagConfig
from msaclag_learner.experience import Experience, ExperienceError, Transition

STATES, ACTIONS = 3, 2


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


def make(**options: object) -> Experience:
    return Experience(MetaSacLagConfig(batch=4, **options), STATES, ACTIONS, capacity=10)


def test_a_row_comes_back_as_it_went_in() -> None:
    experience = make()
    experience.add_first_state(np.ones(3, np.float32))
    for _ in range(4):
        experience.add(transition(terminated=True, cost=1, reward=1.5))
    assert experience.ready()
    samples = experience.sample(torch.Generator().manual_seed(0))
    batch = samples.inner
    assert batch.states[0, 0].tolist() == [0, 1, 2]
    assert batch.actions[0, 0].tolist() == [0.5, -0.5]
    assert batch.next_states[0, 0].tolist() == [3, 4, 5]
    assert (float(batch.rewards[0, 0]), float(batch.costs[0, 0]), float(batch.terminals[0, 0])) == (1.5, 1, 1)
    assert samples.initial_states[0, 0].tolist() == [1, 1, 1]


@pytest.mark.parametrize(("kept", "expected"), [(True, (2, 1)), (False, (1, 1))])
def test_violations_go_to_the_safety_buffer_and_by_the_switch_to_the_replay_buffer(
    kept: bool, expected: tuple[int, int]
) -> None:
    experience = make(violations_in_replay=kept)
    experience.add(transition())
    experience.add(transition(cost=1, terminated=True))
    assert (experience.replay.size(0), experience.safety.size(0)) == expected


@pytest.mark.parametrize(
    ("choice", "reward", "stored", "terminal"),
    [
        ("bootstrapped", -1.5, -1.5, 0),
        ("nothing", -1.5, -1.5, 1),
        ("absorbed", -1.5, -150, 1),
        ("absorbed", 8.0, 8.0, 1),
    ],
)
def test_what_follows_a_violation_is_a_choice(choice: str, reward: float, stored: float, terminal: int) -> None:
    experience = make(after_violation=choice)
    experience.add(transition(reward=reward, cost=1, terminated=True))
    experience.add(transition(reward=-1.5, cost=0, terminated=True))
    batch = experience.layout.split(experience.replay.rows[:, :2])
    assert batch.rewards[0].tolist() == pytest.approx([stored, -1.5], rel=1e-5)
    assert batch.terminals[0].tolist() == [terminal, 1]


def test_the_oldest_row_is_overwritten() -> None:
    experience = make()
    for reward in range(12):
        experience.add(transition(reward=float(reward)))
    rewards = experience.layout.split(experience.replay.rows).rewards[0]
    assert sorted(rewards.tolist()) == [float(reward) for reward in range(2, 12)]
    assert experience.replay.size(0) == 10


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"observation": np.zeros(4, np.float32)}, "observation has shape"),
        ({"action": np.array([np.nan, 0], np.float32)}, "action holds"),
        ({"next_observation": np.array([np.inf, 0, 0], np.float32)}, "next observation holds"),
        ({"reward": float("nan")}, "reward"),
        ({"cost": 2}, "cost is 2"),
    ],
)
def test_a_malformed_transition_is_named_and_not_added(changes: dict[str, object], named: str) -> None:
    experience = make()
    with pytest.raises(ExperienceError, match=named):
        experience.add(transition(**changes))
    assert experience.replay.size(0) == experience.safety.size(0) == 0
