import pytest
from pydantic import ValidationError

from sim_bridge.twin_config import TwinConfig


def test_the_physics_rate_is_a_multiple_of_the_command_rate():
    assert TwinConfig(physics_rate=480).substeps == 12
    with pytest.raises(ValidationError, match="multiple of 40 Hz"):
        TwinConfig(physics_rate=250)


@pytest.mark.parametrize(
    "wrong",
    [{"linear_speed": 0.6}, {"angular_speed": -1}, {"physics_rate": 0}, {"contact_distance": 0.1}, {"guy": True}],
)
def test_a_wrong_setting_is_named(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        TwinConfig(**wrong)
