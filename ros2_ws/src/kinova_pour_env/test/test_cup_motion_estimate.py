"""The estimate of the cup's motion against a motion that is known, with sensors as they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.cup_motion_estimate import LONGEST_GAP, CupMotionEstimate
from kinova_pour_env.effort import Effort
from kinova_pour_env.gen3 import COMMAND_PERIOD
from kinova_pour_env.kinematics import cup_kinematics, flange_pose, rotation_from_vector

PERIOD = COMMAND_PERIOD
PERIODS = 240
UP = np.array([0.0, 0.0, 9.81])

_cup, _flange = cup_kinematics(np.zeros(7)), flange_pose(np.zeros(7))
FLANGE_FROM_CUP = _flange[:3, :3].T @ _cup.rotation
CUP_IN_FLANGE = _flange[:3, :3].T @ (_cup.position - _flange[:3, 3])


@dataclass
class Sensors:
    """What the joints and the IMU have wrong: standard deviations in m/s and m/s^2, an offset, an error of mounting."""

    velocity_noise: float = 0.0
    force_noise: float = 0.0
    offset: float = 0.0
    tilt: float = 0.0


def readings(sensors: Sensors, seed: int = 0) -> Iterator[tuple[ArmState, Vector]]:
    """A mug that sways while it is turned about two axes, each reading with its true mean acceleration."""
    random = np.random.default_rng(seed)
    mounting = rotation_from_vector([sensors.tilt, -sensors.tilt, 0.0])
    waves = random.uniform(0.5, 4.0, 3), random.uniform(0, 6, 3)  # rad/s, rad
    pitch = 0.7  # rad/s, of a swing by 0.4 rad

    def velocity(time: float) -> Vector:
        return 0.1 * np.sin(waves[0] * time + waves[1])

    def rotation(time: float) -> Vector:
        return rotation_from_vector([0.3 * time, 0, 0]) @ rotation_from_vector([0, 0.4 * np.sin(pitch * time), 0])

    def turning(time: float) -> Vector:
        step = 1e-5
        change = (rotation(time + step) - rotation(time - step)) / (2 * step) @ rotation(time).T
        return np.array([change[2, 1], change[0, 2], change[1, 0]])

    def at_the_flange(time: float) -> Vector:
        lever = rotation(time) @ FLANGE_FROM_CUP.T @ CUP_IN_FLANGE
        return velocity(time) - np.cross(turning(time), lever)

    for period in range(PERIODS):
        time, step = period * PERIOD, 1e-4
        flange = rotation(time) @ FLANGE_FROM_CUP.T
        force = flange.T @ ((at_the_flange(time + step) - at_the_flange(time - step)) / (2 * step) + UP)
        state = ArmState(
            time=time,
            joint_positions=np.zeros(7),
            joint_velocities=np.zeros(7),
            joint_torques=np.zeros(7),
            cup_position=np.zeros(3),
            cup_rotation=rotation(time),
            cup_velocity=velocity(time) + sensors.velocity_noise * random.standard_normal(3),
            cup_angular_velocity=turning(time),
            wrench=np.zeros(6),
            wrist_acceleration=mounting @ force + sensors.offset + sensors.force_noise * random.standard_normal(3),
            wrist_angular_velocity=mounting @ flange.T @ turning(time) + 0.1 * sensors.offset,
        )
        yield state, (velocity(time) - velocity(time - PERIOD)) / PERIOD


def errors(sensors: Sensors, crossover: float = 1.0) -> tuple[Vector, Vector]:
    """Of the estimate and of the differentiated velocity, [N, 3] m/s^2 each, after the first second."""
    estimate, efforts = CupMotionEstimate(crossover), []
    of_estimate, of_difference = [], []
    for state, truth in readings(sensors):
        seen = [estimate.update(state), state]
        efforts = efforts or [Effort(first) for first in seen]
        for effort, reading, wrong in zip(efforts, seen, (of_estimate, of_difference), strict=True):
            effort.update(reading)
            wrong.append(effort.acceleration - truth)
    return np.array(of_estimate)[40:], np.array(of_difference)[40:]


@pytest.mark.parametrize("crossover", [0.2, 1.0, 5.0])
def test_sensors_without_errors_agree(crossover: float) -> None:
    wrong, _ = errors(Sensors(), crossover)
    assert np.abs(wrong).max() < 0.01


def test_noisy_joints_are_helped_by_the_imu() -> None:
    sensors = Sensors(velocity_noise=0.002, force_noise=0.05, offset=0.1, tilt=0.03)
    estimated, differentiated = (np.sqrt((wrong**2).mean()) for wrong in errors(sensors))
    assert differentiated > 0.1
    assert estimated < 0.5 * differentiated


def test_what_is_lasting_in_the_imu_is_taken_out() -> None:
    wrong, _ = errors(Sensors(offset=0.3))
    assert np.abs(wrong.mean(axis=0)).max() < 0.02


def test_the_turning_is_quick_and_without_the_gyros_offset() -> None:
    estimate = CupMotionEstimate(1.0)
    for state, _ in readings(Sensors(offset=0.5)):
        turning = estimate.update(state).cup_angular_velocity
    assert turning == pytest.approx(state.cup_angular_velocity, abs=0.01)


@pytest.mark.parametrize("kind", ["missing", "zero", "frozen", "of other axes"])
def test_an_imu_that_is_of_no_use_leaves_the_joints_alone(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    estimate, first = CupMotionEstimate(1.0), None
    for state, _ in readings(Sensors()):
        first = first or state
        force = {
            "missing": None,
            "zero": np.zeros(3),
            "frozen": first.wrist_acceleration,
            "of other axes": np.roll(state.wrist_acceleration, 1),
        }[kind]
        blind = replace(state, wrist_acceleration=force)
        assert estimate.update(blind) is blind
    assert [record.message[:16] for record in caplog.records] == ["the wrist's IMU "] * (kind == "of other axes")


def test_it_begins_anew_after_a_gap() -> None:
    estimate = CupMotionEstimate(1.0)
    for state, _ in readings(Sensors()):
        assert (estimate.update(state).cup_acceleration is None) == (state.time == 0)
    later = replace(state, time=state.time + 1.1 * LONGEST_GAP, wrist_acceleration=state.wrist_acceleration + 0.1)
    assert estimate.update(later) is later


def amplified(velocity_noise: float, force_noise: float) -> tuple[float, float]:
    """Standard deviations of the acceleration and of the jerk of an arm that stands, along an axis."""
    estimate, effort, found = CupMotionEstimate(1.0), None, []
    random = np.random.default_rng(1)
    standing, _ = next(readings(Sensors()))
    still = standing.wrist_acceleration
    for period in range(1500):
        state = replace(
            standing,
            time=period * PERIOD,
            cup_velocity=velocity_noise * random.standard_normal(3),
            cup_angular_velocity=np.zeros(3),
            wrist_acceleration=still + (max(force_noise, 1e-12)) * random.standard_normal(3),
            wrist_angular_velocity=np.zeros(3),
        )
        reading = estimate.update(state)
        effort = effort or Effort(reading)
        effort.update(reading)
        found.append((*effort.acceleration, *effort.jerk))
    spread = np.array(found[100:]).std(axis=0)
    return spread[:3].mean(), spread[3:].mean()


def test_the_joints_noise_is_amplified_as_docs_bags_tells() -> None:
    acceleration, jerk = amplified(0.001, 0.0)
    assert (acceleration, jerk) == pytest.approx((0.001 * 6.04, 0.001 * 354), rel=0.06)


def test_the_imus_noise_is_amplified_as_docs_bags_tells() -> None:
    acceleration, jerk = amplified(0.0, 0.05)
    assert (acceleration, jerk) == pytest.approx((0.05 * 0.604, 0.05 * 25.9), rel=0.06)


def test_the_estimate_is_late_by_half_a_period_and_its_jerk_by_one() -> None:
    """Against the motion itself: what comes of a reading is that of half a period, or a whole one, before it."""
    estimate, effort, accelerations, jerks = CupMotionEstimate(1.0), None, [], []
    seen = list(readings(Sensors()))
    for state, _ in seen:
        reading = estimate.update(state)
        effort = effort or Effort(reading)
        effort.update(reading)
        accelerations.append(effort.acceleration)
        jerks.append(effort.jerk)
    mean = np.array([truth for _, truth in seen])  # over the period before, which is the value in its middle
    np.testing.assert_allclose(accelerations[40:], mean[40:], atol=0.01)
    of_mean = np.diff(mean, axis=0, prepend=mean[:1]) / PERIOD  # the value of a period before
    np.testing.assert_allclose(jerks[40:], of_mean[40:], atol=0.05)
