from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import (
    angles_from_rotation,
    cup_kinematics,
    flange_pose,
    rotation_from_angles,
    rotation_from_vector,
    rotation_vector,
    small_rotation_vector,
    wrap,
)

joint_positions = arrays(float, 7, elements=st.floats(-pi, pi))
angle = st.floats(-pi, pi)


@pytest.mark.parametrize(
    ("joints", "flange", "tool", "angles"),
    [
        ((0, 0, 0, 0, 0, 0, 0), (0, -0.0249, 1.1874), (0, -0.0249, 1.3074), (0, 0, 0)),
        ((0, 15, 180, -130, 0, 55, 90), (0.4567, 0.0014, 0.4337), (0.5767, 0.0014, 0.4337), (90, 0, 90)),
        ((0, -20, 180, -146, 0, -50, 90), (0.1221, 0.0014, 0.3284), (0.1305, 0.0014, 0.2087), (176, 0, 90)),
    ],
    ids=["zero", "home", "retract"],
)
def test_forward_kinematics_meets_kinovas_figures(joints, flange, tool, angles):
    pose = flange_pose(np.radians(joints))
    np.testing.assert_allclose(pose[:3, 3], flange, atol=1e-4)
    np.testing.assert_allclose(pose[:3, 3] + 0.12 * pose[:3, 2], tool, atol=1e-4)
    np.testing.assert_allclose(pose[:3, :3], rotation_from_angles(np.radians(angles)[::-1]), atol=1e-3)
    np.testing.assert_allclose(cup_kinematics(np.radians(joints)).position, tool, atol=1e-4)


def test_cup_frame_is_aligned_with_the_base_at_home():
    np.testing.assert_allclose(cup_kinematics(np.array(gen3.HOME)).rotation, np.eye(3), atol=1e-6)


@given(joint_positions)
def test_the_cup_is_held_at_the_flange(q):
    cup, flange = cup_kinematics(q), flange_pose(q)
    held, at_home = cup_kinematics(np.array(gen3.HOME)), flange_pose(np.array(gen3.HOME))
    np.testing.assert_allclose(flange[:3, :3].T @ cup.rotation, at_home[:3, :3].T @ held.rotation, atol=1e-12)
    in_hand = at_home[:3, :3].T @ (held.position - at_home[:3, 3])
    np.testing.assert_allclose(flange[:3, :3].T @ (cup.position - flange[:3, 3]), in_hand, atol=1e-12)


@given(joint_positions)
def test_jacobian_is_the_derivative_of_the_pose(q):
    step = 1e-6
    cup = cup_kinematics(q)
    for joint in range(7):
        forward, back = (cup_kinematics(q + sign * step * np.eye(7)[joint]) for sign in (1, -1))
        linear = (forward.position - back.position) / (2 * step)
        spin = (forward.rotation - back.rotation) @ cup.rotation.T / (2 * step)
        np.testing.assert_allclose(cup.jacobian[:3, joint], linear, atol=1e-8)
        np.testing.assert_allclose(cup.jacobian[3:, joint], (spin[2, 1], spin[0, 2], spin[1, 0]), atol=1e-8)


@given(joint_positions)
def test_rotations_are_orthonormal(q):
    rotation = cup_kinematics(q).rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)


@given(angle, st.floats(-1.57, 1.57), angle)
def test_angles_survive_a_round_trip(psi, theta, phi):
    found = angles_from_rotation(rotation_from_angles((psi, theta, phi)))
    np.testing.assert_allclose(np.exp(1j * found), np.exp(1j * np.array((psi, theta, phi))), atol=1e-6)


@given(angle, st.sampled_from((-pi / 2, pi / 2)), angle)
def test_gimbal_lock_keeps_the_rotation(psi, theta, phi):
    rotation = rotation_from_angles((psi, theta, phi))
    np.testing.assert_allclose(rotation_from_angles(angles_from_rotation(rotation)), rotation, atol=1e-8)


def test_a_roll_about_the_cups_x_axis_is_phi():
    np.testing.assert_allclose(angles_from_rotation(rotation_from_vector((1.75, 0, 0))), (0, 0, 1.75), atol=1e-12)


@given(arrays(float, 3, elements=st.floats(-1.8, 1.8)))
def test_rotation_vector_keeps_its_axis_and_turns_by_its_length(vector):
    rotation = rotation_from_vector(vector)
    np.testing.assert_allclose(rotation @ vector, vector, atol=1e-12)
    np.testing.assert_allclose(np.trace(rotation), 1 + 2 * np.cos(np.linalg.norm(vector)), atol=1e-12)
    np.testing.assert_allclose(rotation @ rotation_from_vector(-vector), np.eye(3), atol=1e-12)


@given(arrays(float, 3, elements=st.floats(-0.01, 0.01)))
def test_small_rotation_vector_inverts(vector):
    np.testing.assert_allclose(small_rotation_vector(rotation_from_vector(vector)), vector, atol=1e-6)


lengths = st.one_of(st.floats(0, pi), st.sampled_from((0.0, pi - 1e-9, pi)))
axes = st.one_of(
    arrays(float, 3, elements=st.floats(-1, 1)).filter(lambda axis: np.linalg.norm(axis) > 1e-3),
    arrays(float, 3, elements=st.sampled_from((-1.0, 0.0, 1.0))).filter(np.any),
)


@given(axes, lengths)
def test_rotation_vector_inverts_up_to_half_a_turn(axis, angle):
    vector = angle * axis / np.linalg.norm(axis)
    found = rotation_vector(rotation_from_vector(vector))
    assert np.linalg.norm(found) <= pi + 1e-12
    np.testing.assert_allclose(np.linalg.norm(found), angle, atol=1e-7)
    np.testing.assert_allclose(rotation_from_vector(found), rotation_from_vector(vector), atol=1e-7)
    if angle < pi - 1e-6:
        np.testing.assert_allclose(found, vector, atol=1e-7)


@given(st.floats(-100, 100))
def test_wrap_keeps_the_direction(value):
    wrapped = wrap(value)
    assert -pi - 1e-12 < wrapped <= pi
    np.testing.assert_allclose(np.exp(1j * wrapped), np.exp(1j * value), atol=1e-9)
