"""Settings from dataclasses: names, ranges in words, and what is refused."""

from typing import Annotated, Literal

import pytest
from pydantic import Field
from pydantic.dataclasses import dataclass

from msaclag_ros.settings import SettingError, build, settings_of


@dataclass(frozen=True)
class Limits:
    speed: Annotated[float, Field(gt=0, le=0.5)] = 0.25
    """Highest speed of the cup, m/s."""
    lower: tuple[float, float, float] = (0.0, -1.0, 0.0)
    """A corner of the workspace, m."""


@dataclass(frozen=True)
class Config:
    limits: Limits = Limits(speed=0.3)
    horizon: Annotated[int, Field(ge=1)] = 150
    """Steps of an episode."""
    setting: Literal["1", "real"] = "1"
    """Column of Table III."""
    host: str | None = None
    """Where the arm is."""


def test_names_defaults_and_words() -> None:
    settings = {setting.name: setting for setting in settings_of(Config)}
    assert list(settings) == ["limits.speed", "limits.lower", "horizon", "setting", "host"]
    assert settings["limits.speed"].default == 0.3
    assert settings["limits.speed"].description == "Highest speed of the cup, m/s."
    assert settings["limits.speed"].permitted == "a number above 0 and at most 0.5"
    assert settings["limits.lower"].permitted == "a list of 3 numbers"
    assert settings["horizon"].permitted == "a whole number at least 1"
    assert settings["setting"].permitted == "one of 1, real"
    assert settings["host"].optional


def test_a_branch_keeps_the_defaults_of_its_parent() -> None:
    config = build(Config, {"limits.lower": [1, 2, 3]})
    assert config.limits == Limits(speed=0.3, lower=(1.0, 2.0, 3.0))


def test_every_wrong_value_and_name_is_named() -> None:
    with pytest.raises(SettingError) as error:
        build(Config, {"env.limits.speed": -1.0, "env.horizon": 0, "env.setting": "7", "env.limits.sped": 1}, "env")
    text = str(error.value)
    assert "'env.limits.speed' is -1.0, but takes a number above 0 and at most 0.5" in text
    assert "'env.horizon' is 0, but takes a whole number at least 1" in text
    assert "'env.setting' is '7', but takes one of 1, real" in text
    assert "there is no setting 'env.limits.sped' (did you mean 'env.limits.speed'?)" in text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_is_finite_where_it_is_bounded(value: float) -> None:
    with pytest.raises(SettingError, match=r"limits\.speed"):
        build(Config, {"limits.speed": value})
