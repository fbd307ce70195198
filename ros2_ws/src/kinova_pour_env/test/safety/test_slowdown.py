"""The compiled least squares against LAPACK's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.safety.slowdown import DAMPING, damped_forces


@settings(deadline=None)
@given(arrays(float, 7, elements=st.floats(-3, 3)), arrays(float, 6, elements=st.floats(-1, 1)))
def test_the_forces_of_a_twist(joint_positions, twist):
    jacobian = cup_kinematics(joint_positions).jacobian
    expected = np.linalg.solve(jacobian @ jacobian.T + DAMPING**2 * np.eye(6), twist)
    np.testing.assert_allclose(damped_forces(jacobian, twist, DAMPING), expected, rtol=0, atol=1e-9)


def test_a_stretched_arm_has_forces_too():
    jacobian = cup_kinematics(np.zeros(7)).jacobian
    twist = np.array([0, 0, 1.0, 0, 0, 0])
    expected = np.linalg.solve(jacobian @ jacobian.T + DAMPING**2 * np.eye(6), twist)
    np.testing.assert_allclose(damped_forces(jacobian, twist, DAMPING), expected, rtol=1e-10)
