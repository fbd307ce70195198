"""A stop is believed when the joints stand, not when it was answered."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kinova_pour_env import arm as arm_module
from kinova_pour_env.arm import ArmError, ArmState, come_to_rest


def test_it_lasts_as_long_as_the_joints_move(floating_cup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    advance, speeds = floating_cup.advance, iter((0.3, 0.1, 0.0))

    def slower() -> ArmState:
        state: ArmState = advance()
        return replace(state, joint_velocities=np.full(7, next(speeds)))

    monkeypatch.setattr(floating_cup, "advance", slower)
    assert len(list(come_to_rest(floating_cup))) == 2


def test_an_arm_that_only_answers_is_told_of(floating_cup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arm_module, "COMING_TO_REST", 0.05)
    moving = replace(floating_cup.read(), joint_velocities=np.full(7, 0.3))
    monkeypatch.setattr(floating_cup, "advance", lambda: moving)
    with pytest.raises(ArmError, match=r"still moves .*press the emergency stop"):
        list(come_to_rest(floating_cup))
