"""A cell's training: ours in one batch, a peer's, and what environments may do to it."""

import math

import numpy as np
import pytest
import torch

from msaclag_benchmarks.table2 import peers, population
from msaclag_benchmarks.table2.batch import PEERS
from msaclag_benchmarks.table2.population import Population
from msaclag_learner import corridor
from msaclag_learner.transition import ExperienceError

QUIET = lambda steps: None  # noqa: E731


def test_a_population_learns(batch):
    outcomes = population.train(batch(algorithm="sac", seeds=(0, 1, 2), steps=500, evaluation_episodes=50), QUIET)
    best_safe = corridor.best_safe_return(torch.linspace(0, corridor.WALL, 51)).mean()
    for outcome in outcomes:
        returns, violations = (np.mean(outcome.evaluation[name]) for name in ("return", "violation"))
        assert returns > best_safe and violations > 0.3, "the unconstrained optimum is to cross the wall"


@pytest.mark.parametrize("algorithm", ["meta_sac_lag", "sac"])
def test_an_agent_of_two_is_the_agent_alone(batch, algorithm):
    together = population.train(batch(algorithm=algorithm, seeds=(0, 1)), QUIET)
    (alone,) = population.train(batch(algorithm=algorithm, seeds=(1,)), QUIET)
    assert together[0].episodes["end"] != together[1].episodes["end"]
    for alones, withs in zip(alone[:3], together[1][:3], strict=True):
        for name, values in alones.items():
            assert np.allclose(values, withs[name], rtol=1e-3, atol=1e-4, equal_nan=True), name


def test_the_same_again(batch):
    assert repr(population.train(batch(), QUIET)) == repr(population.train(batch(), QUIET))


def test_what_is_recorded(batch):
    told = []
    first, second = population.train(batch(), told.append)
    assert told[:160] == list(range(1, 161)) and told == sorted(told), "a worker that works is heard"
    for outcome in (first, second):
        ends, lengths = outcome.episodes["end"], outcome.episodes["length"]
        assert np.allclose(np.diff([0, *ends]), lengths) and ends[-1] <= 160
        assert len(outcome.evaluation["end"]) == 3 and outcome.diverged is None
        assert set(outcome.episodes["violation"]) <= {0, 1} and all(map(math.isnan, outcome.episodes["success"]))
        assert outcome.curves["step"][-1] == 160 and outcome.curves["step"][0] > 80
        assert np.isfinite(outcome.curves["threshold"]).all()


def test_behind_a_time_limit_values_go_on_and_an_episode_begins(batch):
    agents = Population(batch("truncated", steps=40, warmup=40))
    agents.train(QUIET)
    replay = agents.experience.replay(0)
    assert not replay.terminals.any()
    assert agents.experience.sizes(0).initial == 1 + 4
    assert (replay.states[10] != replay.next_states[9]).all() and (replay.states[9] == replay.next_states[8]).all()
    assert agents.environments[0].episodes["end"] == [10, 20, 30, 40]
    agents.close()


@pytest.mark.parametrize(("task", "message"), [("tells", "holds no 'cost'"), ("breaks", "the reward is nan")])
@pytest.mark.parametrize("algorithm", ["sac"])
def test_what_must_not_be_learned_from(batch, task, message, algorithm):
    with pytest.raises(ExperienceError, match=message):
        population.train(batch(task, algorithm), QUIET)


def test_an_agent_that_diverges_is_stopped_and_told_the_other_goes_on(batch):
    agents = Population(batch())
    agents.algorithm.actor.parameters[0] = torch.nan
    agents.train(QUIET)
    evaluation = agents.evaluate(QUIET)
    assert agents.diverged == [80, None]  # the warm-up asks no policy
    assert agents.environments[1].finished == 3 == len(evaluation[1]["end"])
    assert evaluation[0]["end"] == []
    agents.close()


def test_an_agent_that_the_last_update_spoiled_is_not_judged(batch):
    agents = Population(batch())
    agents.train(QUIET)
    agents.algorithm.actor.averaged[0] = torch.nan
    evaluation = agents.evaluate(QUIET)
    assert agents.diverged == [160, None]
    assert evaluation[0]["end"] == [] and len(evaluation[1]["end"]) == 3
    agents.close()


def test_peers_learn_as_many_steps_from_the_same_episodes(batch):
    pytest.importorskip("stable_baselines3")
    ours = Population(batch(seeds=(3,)))
    first_starts = ours.environments[0].reset()[0]
    ours.close()
    outcomes = {}
    for name in PEERS:
        (outcomes[name],) = peers.train(batch(algorithm=name, seeds=(3,)), QUIET)
        assert 120 < outcomes[name].episodes["end"][-1] <= 160
        assert len(outcomes[name].evaluation["end"]) == 3
        assert outcomes[name].curves["step"][-1] == 160
    plain, penalised = outcomes.values()
    early = [end for end in plain.episodes["end"] if end <= 80]
    assert early and plain.episodes["return"][: len(early)] == penalised.episodes["return"][: len(early)]
    assert plain.episodes["return"] != penalised.episodes["return"]
    assert first_starts.shape == (1,)
