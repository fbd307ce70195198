"""The driver's sense of the coffee, on the emulated arm: by the wrist's IMU in motion, by the force at rest."""

import numpy as np
import pytest

from kinova_pour_env.liquid import Liquid
from kinova_pour_env.scene import Scene
from kinova_pour_env.weighing import FULL, Scale, WeighingConfig
from sim_bridge.emulated import EmulatedArm, EmulatedConfig
from sim_bridge.kortex_emulator.control import EmulatorControl
from sim_bridge.kortex_emulator.robot import held_mass


@pytest.fixture(scope="module")
def arm():
    made = EmulatedArm(Scene(), EmulatedConfig(auto_acknowledge=True))
    yield made
    made.close()


def reset(arm, scale, liquid):
    """A reset as the task does it, with what was weighed."""
    lost = [scale.read(phase, arm.read(), liquid) for phase in arm.reset(np.random.default_rng(0))]
    for _ in range(20):
        arm.send_twist(np.zeros(6))
        lost.append(scale.read(FULL, arm.advance(), liquid))
    return [loss for loss in lost if loss is not None]


def test_imu_and_joints_agree_on_the_acceleration(arm):
    reset(arm, Scale(WeighingConfig()), Liquid(arm.scene))
    before, seen, differences = arm.read(), [], []
    for period in range(60):
        state = arm.read()
        turning = 0.4 * state.cup_rotation[:, 0] if period > 20 else np.zeros(3)
        arm.send_twist(np.array([0.0, -0.1, 0.05, *turning]) * (period < 45))
        state = arm.advance()
        if state.cup_acceleration is not None:
            seen.append(state.cup_acceleration)
            differences.append((state.cup_velocity - before.cup_velocity) / arm.period)
        before = state
    assert len(seen) > 40
    assert np.abs(seen).max() > 0.3
    assert np.sqrt(np.mean((np.array(seen) - differences) ** 2)) < 0.06


def test_what_left_the_mug_is_weighed_between_two_episodes(arm):
    scale, liquid = Scale(WeighingConfig()), Liquid(arm.scene)
    reset(arm, scale, liquid)
    with EmulatorControl(arm.emulator.port) as control:
        control.hold(held_mass(arm.scene.mug) - 0.25)
        (loss,) = reset(arm, scale, liquid)
        control.hold(held_mass(arm.scene.mug))
    assert loss.mass == pytest.approx(0.25, abs=0.01)
    assert loss.violation is not None
    assert loss._replace(expected=0.25).violation is None
