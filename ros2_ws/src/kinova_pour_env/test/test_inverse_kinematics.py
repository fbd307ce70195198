"""Joint positions for a place of the upright mug."""

import numpy as np
import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.gen3 import ACTUATED_JOINTS, HOME
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME, joint_positions_at
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.scene import Scene

LIMITS = np.array([joint.limit for joint in ACTUATED_JOINTS])


def test_home_is_home() -> None:
    np.testing.assert_array_equal(joint_positions_at(CUP_AT_HOME, "start"), HOME)


PLACES = [Scene().goal_position, (0.35, -0.45, 0.08), (0.48, 0.25, 0.08), (0.75, -0.45, 0.6), (0.75, 0.25, 0.08)]


@pytest.mark.parametrize("place", PLACES)
def test_places_near_and_far(place: tuple[float, float, float]) -> None:
    joints = joint_positions_at(np.array(place), "goal")
    cup = cup_kinematics(joints)
    np.testing.assert_allclose(cup.position, place, atol=1e-8)
    np.testing.assert_allclose(cup.rotation, np.eye(3), atol=1e-8)
    assert (np.abs(joints) < LIMITS).all()


@pytest.mark.parametrize("place", [(1.2, 0, 0.4), (0.5, 0, 1.5), (0.35, 0.0, 0.08), (0.0, 0.0, 0.3)])
def test_what_is_out_of_reach_is_named(place: tuple[float, float, float]) -> None:
    """By the length of the arm, or by a joint's limit: low and near, the folded arm is in its own way."""
    with pytest.raises(ArmError, match=r"the goal \(.*\) m is out of the arm's reach"):
        joint_positions_at(np.array(place), "goal")


def test_the_pour_is_a_turn_of_the_last_joint_alone() -> None:
    cup = cup_kinematics(np.array(HOME))
    turned = cup_kinematics(np.array([*HOME[:6], HOME[6] + 1.0]))
    np.testing.assert_allclose(turned.position, cup.position, atol=1e-12)
    np.testing.assert_allclose(turned.rotation[:, 0], cup.rotation[:, 0], atol=1e-12)
