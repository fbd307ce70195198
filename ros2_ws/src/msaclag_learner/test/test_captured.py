"""An update from the buffers to its figures; on a GPU, where it is captured, it is the one that is not captured."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from msaclag_learner import algorithms
from msaclag_learner.algorithm import Algorithm
from msaclag_learner.captured import CapturedUpdate, undisturbed, update_of
from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName, TrainingConfig
from msaclag_learner.draws import Draws
from msaclag_learner.experience import Experience
from msaclag_learner.training_run import DivergedError, TrainingRun
from msaclag_learner.transition import Transition

STATES, ACTIONS = 4, 2
CONFIG = AlgorithmConfig(hidden=(24, 24), batch=16, initial_threshold=0.8)
NAMES = get_args(AlgorithmName)
on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no CUDA GPU")


def agents(
    config: AlgorithmConfig = CONFIG,
    seeds: tuple[int, ...] = (0, 1),
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
    rows: int = 100,
) -> tuple[Algorithm, Experience]:
    """Agents whose buffers hold `rows` random transitions of their seed's own."""
    configs = [config] * len(seeds)
    experience = Experience(configs, STATES, ACTIONS, 200, device)
    for agent, seed in enumerate(seeds):
        generator = torch.Generator().manual_seed(100 + seed)
        drawn = torch.randn(rows, experience.layout.width, generator=generator)
        batch = experience.layout.split(drawn)
        batch.costs.copy_(batch.costs > 1)
        batch.terminals.copy_(batch.terminals > 1)
        experience.extend(drawn, agent)
        experience.extend_first_states(batch.states[:10].clone(), agent)
    return algorithms.make(configs, STATES, ACTIONS, seeds, dtype=dtype, device=device), experience


def snapshot(algorithm: Algorithm) -> dict[str, Tensor]:
    states = {f"generator {agent}": each.get_state() for agent, each in enumerate(algorithm.generators)}
    return {name: tensor.cpu().clone() for name, tensor in (algorithm.state() | states).items()}


def differing(first: dict[str, Tensor], second: dict[str, Tensor]) -> list[str]:
    return [name for name in first if not torch.equal(first[name], second[name])]


@pytest.mark.parametrize("name", NAMES)
def test_on_the_cpu_it_is_the_update_of_a_sample_and_tells_which_agents_are_finite(name: AlgorithmName) -> None:
    (ours, experience), (theirs, _) = (agents(replace(CONFIG, name=name)) for _ in range(2))
    update = update_of(ours, experience)
    for _ in range(3):
        figures, expected = update(), theirs.update(experience.sample(theirs.generators))
        assert figures.pop("finite").tolist() == [True, True]
        assert figures.keys() == expected.keys()
        assert all(torch.equal(figures[each].nan_to_num(), expected[each].nan_to_num()) for each in expected)
    assert differing(snapshot(ours), snapshot(theirs)) == [] and ours.updates == theirs.updates == 3


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_the_agent_that_is_not_finite_is_named(number: float) -> None:
    algorithm, _ = agents(seeds=(0, 1, 2))
    assert algorithm.finite().tolist() == [True] * 3
    for tensor in algorithm.state().values():
        if tensor.dim():
            before = tensor.clone()
            tensor.view(3, -1)[1, -1] = number
            assert algorithm.finite().tolist() == [True, tensor is algorithm.normaliser.bound, True]
            tensor.copy_(before)


def test_the_average_is_the_mean_of_all_policies_until_they_are_many() -> None:
    algorithm, experience = agents(replace(CONFIG, policy_averaging=0.125))
    expected = algorithm.actor.averaged.clone()
    for updates in range(1, 12):
        algorithm.update(experience.sample(algorithm.generators))
        expected.lerp_(algorithm.actor.parameters, max(0.125, 1 / updates))
        assert torch.equal(algorithm.actor.averaged, expected)


@pytest.mark.parametrize("name", NAMES)
def test_updates_on_empty_buffers_can_be_undone(name: AlgorithmName) -> None:
    """What a capture does before there is any experience."""
    algorithm, experience = agents(replace(CONFIG, name=name), rows=0)
    before = snapshot(algorithm)
    with undisturbed(algorithm.state().values()):
        draws = experience.undrawn()
        draws.block.zero_()
        algorithm.step(experience.gather(draws))
        assert differing(before, snapshot(algorithm))
    assert differing(before, snapshot(algorithm)) == []


def test_all_draws_lie_in_one_block() -> None:
    ours, theirs = Draws(3, 5, 2), Draws(3, 5, 2)
    numbers = torch.arange(3 * 5 * (4 + 4 * 2)).double()
    parts = (ours.transitions, ours.first_states, ours.noise)
    for part, values in zip(parts, numbers.split([part.numel() for part in parts]), strict=True):
        part.copy_(values.view(part.shape))
    theirs.take(ours)
    for part, same in zip(parts, (theirs.transitions, theirs.first_states, theirs.noise), strict=True):
        assert torch.equal(part, same)
    assert torch.equal(torch.cat([part.flatten().double() for part in parts]), numbers)
    assert (ours.transitions.shape, ours.first_states.shape, ours.noise.shape) == ((3, 15), (3, 5), (3, 4, 5, 2))


@on_a_gpu
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_the_captured_update_equals_the_one_that_is_not(name: AlgorithmName, seeds: tuple[int, ...]) -> None:
    (ours, experience), (theirs, _) = (agents(replace(CONFIG, name=name), seeds, "cuda") for _ in range(2))
    before = snapshot(ours)
    update = CapturedUpdate(ours, experience)
    assert differing(before, snapshot(ours)) == [] and ours.updates == 0
    for number in range(20):
        figures = {each: tensor.clone() for each, tensor in update().items()}
        expected = theirs.update(experience.sample(theirs.generators))
        assert differing(snapshot(ours), snapshot(theirs)) == [], number
        assert figures.pop("finite").all()
        assert all(torch.equal(figures[each].nan_to_num(), expected[each].nan_to_num()) for each in expected)
    assert ours.updates == theirs.updates == 20


@on_a_gpu
def test_a_capture_before_there_is_experience_and_the_learned_states_are_seen_by_it() -> None:
    """Rows that are added, states that are normalised and numbers that are loaded after the capture."""
    (ours, experience), (theirs, _) = agents(device="cuda", rows=0), agents(device="cuda", rows=0)
    update = CapturedUpdate(ours, experience)
    for algorithm in (ours, theirs):
        algorithm.normaliser.fit(torch.randn(2, 50, STATES, generator=torch.Generator().manual_seed(3)).cuda())
        algorithm.state()["multiplier.raw"].fill_(3.0)
    filled = agents()[1]
    for agent in range(2):
        experience.extend_first_states(filled.initial(agent), agent)
        batch = filled.replay(agent)
        rows = [values if values.dim() > 1 else values.unsqueeze(1) for values in batch]
        experience.extend(torch.cat(rows, dim=1), agent)
    for _ in range(5):
        update()
        theirs.update(experience.sample(theirs.generators))
    assert differing(snapshot(ours), snapshot(theirs)) == []


@on_a_gpu
@pytest.mark.parametrize("name", NAMES)
def test_a_gpu_computes_what_the_cpu_computes(name: AlgorithmName) -> None:
    config = replace(CONFIG, name=name)
    learners = [agents(config, device=device, dtype=torch.float64) for device in ("cpu", "cuda")]
    for each in learners:
        update = update_of(*each)
        for _ in range(10):
            update()
    ours, theirs = (snapshot(algorithm) for algorithm, _ in learners)
    for tensor, expected in theirs.items():
        torch.testing.assert_close(ours[tensor], expected, rtol=1e-5, atol=1e-7)


@on_a_gpu
def test_an_agent_among_64_equals_the_agent_alone() -> None:
    together, alone = (agents(seeds=seeds, device="cuda", dtype=torch.float64) for seeds in (tuple(range(64)), (5,)))
    for each in (together, alone):
        update = update_of(*each)
        for _ in range(10):
            assert update()["finite"].all()
    ours, theirs = together[0].state(), alone[0].state()
    for name, expected in theirs.items():
        own = ours[name].view(64, -1)[5] if expected.dim() else ours[name]
        torch.testing.assert_close(own.view(expected.shape), expected, rtol=1e-5, atol=1e-7)


@pytest.fixture
def training(tmp_path: Path) -> Iterator[TrainingRun]:
    run = TrainingRun(config(tmp_path / "first"), "point", STATES, ACTIONS)
    experience(run)
    yield run
    run.close()


def config(folder: Path, **changes: Any) -> TrainingConfig:
    return TrainingConfig(
        algorithm=CONFIG, steps=300, warmup=50, device="cuda", run_dir=str(folder), replay_capacity=1000, **changes
    )


def experience(run: TrainingRun) -> None:
    random = np.random.default_rng(0)

    def state() -> Any:
        return random.normal(size=STATES).astype(np.float32)

    run.first_state(state())
    for step in range(100):
        transition = Transition(state(), random.uniform(-1, 1, ACTIONS), random.normal(), step % 7 == 0, state(), False)
        run.take_in(transition, {}, ended=step % 20 == 19, evaluation=False)


@on_a_gpu
def test_a_run_that_is_resumed_goes_on_as_the_one_that_was_not(training: TrainingRun) -> None:
    for _ in range(20):
        training.update()
    training.save()
    resumed = TrainingRun(config(training.folder, resume=True), "point", STATES, ACTIONS)
    for run in (training, resumed):
        for _ in range(20):
            run.update()
    assert differing(snapshot(training.learner), snapshot(resumed.learner)) == []
    assert training.learner.updates == resumed.learner.updates == 40
    observation = np.ones(STATES, np.float32)
    assert np.array_equal(*(run.act(observation, evaluation=True) for run in (training, resumed)))
    assert training.status().multiplier == float(training.learner.multiplier[0]) != CONFIG.initial_multiplier
    resumed.close()


@on_a_gpu
def test_what_diverged_on_the_gpu_does_not_act(training: TrainingRun) -> None:
    training.update()
    training.learner.state()["critics.targets"].fill_(torch.nan)
    with pytest.raises(DivergedError, match="non-finite at update 2"):
        training.update()
    assert np.isfinite(training.act(np.zeros(STATES, np.float32), evaluation=True)).all()
