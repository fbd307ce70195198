"""What the task knows, as ROS messages."""

from array import array
from collections.abc import Iterable

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Vector3
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Header

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.detectors import Violation
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.kinematics import quaternion_from_rotation
from kinova_pour_env.pour_task import StepResult, Tick
from msaclag_msgs.msg import CupMotion, Observation, SafetyViolation, Transition

BASE_FRAME = "base_link"
_JOINT_NAMES = [joint.name for joint in ACTUATED_JOINTS]


def time_message(seconds: float) -> Time:
    """A stamp of `seconds` since the clock's zero."""
    whole, rest = divmod(seconds, 1.0)
    return Time(sec=int(whole), nanosec=int(rest * 1e9))


def header(stamp: Time) -> Header:
    """A header in the base frame."""
    return Header(stamp=stamp, frame_id=BASE_FRAME)


def floats(values: Iterable[float] | NDArray[np.float32]) -> "array[float]":
    """Values for a float32[] field, which takes an array as it is and checks a list number by number."""
    return array("f", values)


def observation_message(
    values: NDArray[np.float32], stamp: Time, episode: int, step: int, *, evaluation: bool
) -> Observation:
    """What the policy sees: `values` [15]."""
    return Observation(header=header(stamp), episode=episode, step=step, evaluation=evaluation, values=floats(values))


def transition_message(asked: Observation, result: StepResult, stamp: Time) -> Transition:
    """The step that answered the observation `asked`; the log numbers it."""
    return Transition(
        header=header(stamp),
        episode=asked.episode,
        step=asked.step,
        evaluation=asked.evaluation,
        observation=asked.values,
        duration=result.duration,
        action=floats(result.action),
        action_executed=floats(result.action_executed),
        reward=result.reward,
        cost=result.cost,
        next_observation=floats(result.observation),
        terminated=result.terminated,
        truncated=result.truncated,
        info_names=list(result.info),
        info_values=floats(result.info.values()),
    )


def end_of_episode(last: Transition, stamp: Time) -> Transition:
    """The end of an episode that broke off behind its transition `last`: nothing happened in it."""
    still = floats([0.0] * len(last.action))
    return Transition(
        header=header(stamp),
        episode=last.episode,
        step=last.step + 1,
        evaluation=last.evaluation,
        observation=last.next_observation,
        action=still,
        action_executed=still,
        next_observation=last.next_observation,
        truncated=True,
    )


def fill_cup_motion(motion: CupMotion, tick: Tick, stamp: Time, episode: int) -> None:
    """The mug and its liquid in one control period."""
    state = tick.arm_state
    motion.header.stamp, motion.header.frame_id, motion.episode = stamp, BASE_FRAME, episode
    _set(motion.pose.position, state.cup_position)
    orientation = motion.pose.orientation
    orientation.x, orientation.y, orientation.z, orientation.w = quaternion_from_rotation(state.cup_rotation)
    _set(motion.twist.linear, state.cup_velocity)
    _set(motion.twist.angular, state.cup_angular_velocity)
    _set(motion.acceleration, tick.acceleration)
    _set(motion.jerk, tick.jerk)
    motion.slosh, motion.fill, motion.poured, motion.spilled = tick.slosh, tick.fill, tick.poured, tick.spilled


def fill_joint_state(joints: JointState, state: ArmState, stamp: Time) -> None:
    """The arm's joints."""
    joints.header.stamp, joints.header.frame_id, joints.name = stamp, BASE_FRAME, _JOINT_NAMES
    joints.position = array("d", state.joint_positions)
    joints.velocity = array("d", state.joint_velocities)
    joints.effort = array("d", state.joint_torques)


def violation_message(violation: Violation, stamp: Time, source: str) -> SafetyViolation:
    """A violation that `source`, the name of a node, saw by one of its detectors."""
    return SafetyViolation(
        header=header(stamp),
        kind=violation.kind,
        detector=f"{source}/{violation.detector}",
        value=violation.value,
        limit=violation.limit,
        bodies=list(violation.bodies),
        message=violation.message,
    )


def violation_from_message(message: SafetyViolation) -> Violation:
    """What another detector published."""
    return Violation(
        message.kind, message.detector, message.value, message.limit, tuple(message.bodies), message.message
    )


def _set(field: Point | Vector3, values: Vector) -> None:
    field.x, field.y, field.z = values.tolist()
