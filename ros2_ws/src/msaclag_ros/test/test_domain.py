"""ROS_DOMAIN_ID is checked before DDS fails on it."""

import pytest

from msaclag_ros.domain import domain_id
from msaclag_ros.settings import SettingError


@pytest.mark.parametrize(("text", "domain"), [("", 0), ("0", 0), ("232", 232)])
def test_permitted(text: str, domain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", text)
    assert domain_id() == domain


@pytest.mark.parametrize("text", ["233", "-1", "1.5", "lab", "²"])
def test_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", text)
    with pytest.raises(SettingError, match=f"ROS_DOMAIN_ID is '{text}'.* 0 to 232"):
        domain_id()
