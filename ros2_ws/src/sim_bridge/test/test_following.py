"""The compiled algebra against numpy's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinova_pour_env.kinematics import rotation_from_vector
from sim_bridge.following import rotation_of, solved


@settings(deadline=None)
@given(arrays(float, 3, elements=st.floats(-7, 7)))
def test_a_rotation(vector):
    np.testing.assert_allclose(rotation_of(vector), rotation_from_vector(vector), rtol=0, atol=1e-12)


@settings(deadline=None)
@given(arrays(float, (6, 7), elements=st.floats(-1, 1)), arrays(float, 6, elements=st.floats(-1, 1)))
def test_a_positive_definite_system(jacobian, right):
    matrix = jacobian @ jacobian.T + 1e-3 * np.eye(6)
    np.testing.assert_allclose(matrix @ solved(matrix, right), right, rtol=0, atol=1e-9)
