import json
from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from msaclag_learner.configuration import FIXED_THRESHOLD, AlgorithmConfig, AlgorithmName, TrainingConfig


@pytest.mark.parametrize("name", sorted(FIXED_THRESHOLD))
def test_a_fixed_threshold_must_constrain(name: AlgorithmName) -> None:
    with pytest.raises(ValueError, match=f"{name} keeps ε fixed at initial_threshold, where 1 constrains nothing"):
        AlgorithmConfig(name=name)
    assert AlgorithmConfig(name=name, initial_threshold=0.5).initial_threshold == 0.5


@pytest.mark.parametrize("name", sorted(set(get_args(AlgorithmName)) - FIXED_THRESHOLD))
def test_the_others_take_the_defaults(name: AlgorithmName) -> None:
    assert AlgorithmConfig(name=name).initial_threshold == 1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"violations_in_replay": False, "safety_share": 0}, "never see a cost: safety_share 0.0 of a batch of 128"),
        ({"violations_in_replay": False, "safety_share": 0.01, "batch": 16}, "safety_share 0.01 of a batch of 16"),
        ({"initial_multiplier": 0, "multiplier_form": "log"}, "initial_multiplier is 0, which multiplier_form log"),
        ({"initial_multiplier": 0, "multiplier_form": "softplus"}, "multiplier_form softplus cannot be: raise it"),
        ({"initial_temperature": 0.02, "temperature_floor": 0.05}, "0.02 is below temperature_floor 0.05"),
    ],
)
def test_settings_of_the_algorithm_that_contradict_each_other_are_refused(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        AlgorithmConfig(**settings)


def test_without_safety_critics_none_starves() -> None:
    AlgorithmConfig(name="sac", violations_in_replay=False, safety_share=0)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"steps": 300, "warmup": 500}, r"steps is 300, but the first 500 \(warmup\) are not learned from"),
        ({"steps": 128, "warmup": 50}, r"the first 128 \(algorithm.batch\) are not learned from"),
        ({"replay_capacity": 127}, r"replay_capacity is 127, less than a batch \(algorithm.batch\) of 128"),
        ({"resume": True, "checkpoint": "elsewhere"}, "leave checkpoint out"),
    ],
)
def test_settings_of_training_that_contradict_each_other_are_refused(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        TrainingConfig(**settings)


@pytest.mark.parametrize("start", [{"checkpoint": "elsewhere"}, {"resume": True}, {"steps": 0}])
def test_few_steps_are_enough_where_learning_has_begun_or_is_not_wanted(start: dict[str, Any]) -> None:
    TrainingConfig(**{"steps": 20, **start})


def test_settings_come_back_from_json() -> None:
    config = TrainingConfig(algorithm=AlgorithmConfig(name="rcpo_sacv2", initial_threshold=0.1, hidden=(8,)), steps=700)
    adapter = TypeAdapter(TrainingConfig)
    assert adapter.validate_python(json.loads(json.dumps(adapter.dump_python(config, mode="json")))) == config
    with pytest.raises(ValueError, match="constrains nothing"):
        replace(config.algorithm, initial_threshold=1)
