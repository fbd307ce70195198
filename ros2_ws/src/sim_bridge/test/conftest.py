import numpy as np
import pytest

from kinova_pour_env.kinematics import angles_from_rotation
from kinova_pour_env.scene import Scene
from sim_bridge.twin import Twin


@pytest.fixture
def make_twin():
    """Twins that are closed after the test."""
    made = []

    def make(scene=None, config=None):
        made.append(Twin(scene or Scene(), config))
        return made[-1]

    yield make
    for twin in made:
        twin.close()


@pytest.fixture
def twin(make_twin):
    return make_twin()


@pytest.fixture
def drive():
    """A P-controller: drives the mug to a pose and returns every state on the way."""

    def to(twin, position, roll=0.0, periods=500):
        states = []
        for _ in range(periods):
            state = twin.read()
            away = np.asarray(position) - state.cup_position
            turn = roll - angles_from_rotation(state.cup_rotation)[2]
            if np.linalg.norm(away) < 1e-3 and abs(turn) < 5e-3:
                return states
            speed = 1.2 * away
            speed *= min(1.0, 0.25 / max(np.linalg.norm(speed), 1e-9))
            twin.send_twist(np.array([*speed, np.clip(1.0 * turn, -0.8, 0.8), 0, 0]))
            states.append(twin.advance())
        raise AssertionError(f"not there after {periods} periods: {away} m and {turn} rad away")

    return to
