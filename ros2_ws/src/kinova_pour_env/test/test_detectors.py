"""Each detector sees its own kind, names it, and nothing at Home."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kinova_pour_env.arm import Arm, Contact
from kinova_pour_env.detectors import KINDS, detect, emergency_stop
from kinova_pour_env.gen3 import HOME
from kinova_pour_env.liquid import Liquid
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene

CONFIG = PourCoffeeConfig()


def bent(joint: int, position: float) -> np.ndarray:
    positions = np.array(HOME)
    positions[joint] = position
    return positions


def test_nothing_at_home(floating_cup: Arm) -> None:
    assert detect(floating_cup.read(), Liquid(Scene()), CONFIG) == []


@pytest.mark.parametrize(
    ("change", "kind", "value", "limit", "words"),
    [
        ({"cup_position": np.array([0.5, 0.3, 0.4])}, "workspace", 0.3, 0.25, "y is 0.3000 m, the box ends at 0.25 m"),
        ({"cup_position": np.array([0.5, 0.0, 0.07])}, "workspace", 0.07, 0.08, "z is 0.0700 m"),
        ({"joint_positions": bent(1, -2.20)}, "joint_limit", -2.20, 2.19, "joint_2 is at -2.200 rad"),
        ({"joint_positions": bent(5, 2.05)}, "joint_limit", 2.05, 2.04, "joint_6"),
        (
            {"contacts": (Contact(("held_mug", "table"), -0.001, False),)},
            "collision",
            -0.001,
            0.0,
            "held_mug touches table",
        ),
        (
            {"contacts": (Contact(("forearm_link", "held_mug"), 0.0, True),)},
            "self_collision",
            0.0,
            0.0,
            "forearm_link touches held_mug",
        ),
    ],
)
def test_seen(floating_cup: Arm, change: dict[str, Any], kind: str, value: float, limit: float, words: str) -> None:
    (violation,) = detect(replace(floating_cup.read(), **change), Liquid(Scene()), CONFIG)
    assert (violation.kind, violation.value) == (kind, value)
    assert violation.limit == pytest.approx(limit)
    assert words in violation.message


def test_continuous_joints_have_no_limit(floating_cup: Arm) -> None:
    assert detect(replace(floating_cup.read(), joint_positions=bent(0, np.pi)), Liquid(Scene()), CONFIG) == []


@pytest.mark.parametrize(("setting", "seen"), [("1", 1), ("2", 0), ("3", 1)])
def test_spill_counts_where_the_setting_has_it(floating_cup: Arm, setting: str, seen: int) -> None:
    config, liquid = PourCoffeeConfig.preset(setting), Liquid(Scene())
    liquid.spilled = 0.9 * config.spill_tolerance
    assert detect(floating_cup.read(), liquid, config) == []
    liquid.spilled = 2e-6
    violations = detect(floating_cup.read(), liquid, config)
    assert len(violations) == seen
    assert all(violation.message.startswith("2.0 ml") for violation in violations)


def test_several_at_once(floating_cup: Arm) -> None:
    contacts = (Contact(("a", "b"), 0.0, True), Contact(("mug", "table"), 0.0, False))
    state = replace(floating_cup.read(), contacts=contacts, cup_position=np.zeros(3))
    kinds = [violation.kind for violation in detect(state, Liquid(Scene()), CONFIG)]
    assert kinds == ["collision", "self_collision", "workspace"]


def test_emergency_stop_says_who() -> None:
    violation = emergency_stop("pendant")
    assert violation.kind in KINDS
    assert "pendant" in violation.message
