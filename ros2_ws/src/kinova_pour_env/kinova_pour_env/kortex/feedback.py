"""What the arm tells of itself, as `ArmState`, and whether it still tells anything new."""

import time
from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np

from kinova_pour_env.arm import JOINTS, ArmState, Vector
from kinova_pour_env.cup_motion_estimate import CupMotionEstimate
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.kortex.config import KortexConfig
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import KortexError
from kinova_pour_env.kortex.faults import faults_of
from kinova_pour_env.kortex.units import Reading, reading_of


class FeedbackReader:
    """Reads the arm for several threads; a reading that fails or repeats the one before leaves the state as it was.

    The cup's pose and velocity come from the joints by our own kinematics, so that they are of one instant and one
    frame; preflight compares them with the pose that the arm reports. The wrist's IMU tells more of its acceleration.
    """

    def __init__(self, connection: Connection, config: KortexConfig) -> None:
        """Take a first reading.

        Raises:
            KortexError: there is none.
        """
        self._connection = connection
        self._config = config
        self._cup_motion = CupMotionEstimate(config.imu_crossover)
        self._lock = Lock()
        self._seen: tuple[float, ...] = ()
        self._failure = ""
        self.reading, self._state = self._read()

    def refresh(self) -> ArmState:
        """A new reading, or the last one where none comes; `faults` says so once that has lasted."""
        with self._lock:
            try:
                self.reading, self._state = self._read()
                self._failure = ""
            except KortexError as error:
                self._failure = str(error)
            return self._judged()

    def restart(self) -> None:
        """Take a first reading over a new connection.

        Raises:
            KortexError: there is none.
        """
        with self._lock:
            self._seen, self._failure = (), ""
            self.reading, self._state = self._read()

    def latest(self) -> ArmState:
        """The last reading, renewed if it is older than some periods and no other thread is reading."""
        if time.monotonic() - self._state.time > self._config.feedback_lost / 2 and not self._lock.locked():
            return self.refresh()
        return self._judged()

    @property
    def lost(self) -> bool:
        """Whether nothing new has come for too long."""
        return time.monotonic() - self._state.time > self._config.feedback_lost

    def _read(self) -> tuple[Reading, ArmState]:
        connection = self._connection
        feedback = connection.call(connection.base_cyclic.RefreshFeedback, timeout=self._config.feedback_timeout)
        seen = _fingerprint(feedback)
        if seen == self._seen:
            return self.reading, self._state
        reading = reading_of(feedback)
        self._seen = seen
        return reading, self._cup_motion.update(_state_of(reading, faults_of(feedback), time.monotonic()))

    def _judged(self) -> ArmState:
        state = self._state
        if not self.lost:
            return state
        words = f"no new feedback from the arm for {time.monotonic() - state.time:.1f} s"
        words = f"{words} ({self._failure})" if self._failure else words
        return replace(state, faults=(*state.faults, words), unreachable=not state.faults)


def _fingerprint(feedback: Any) -> tuple[float, ...]:
    """What changes between any two readings of a live arm: its counter, or the noise of its sensors."""
    actuators = [feedback.actuators[joint] for joint in range(JOINTS)]
    wrist = feedback.interconnect
    return (
        feedback.frame_id,
        *(value for actuator in actuators for value in (actuator.position, actuator.velocity, actuator.torque)),
        wrist.imu_acceleration_x,
        wrist.imu_acceleration_y,
        wrist.imu_acceleration_z,
        feedback.base.active_state,
        feedback.base.fault_bank_a,
        feedback.base.fault_bank_b,
    )


def _state_of(reading: Reading, faults: tuple[str, ...], now: float) -> ArmState:
    cup = cup_kinematics(reading.joint_positions)
    velocity: Vector = cup.jacobian @ reading.joint_velocities
    return ArmState(
        time=now,
        joint_positions=reading.joint_positions,
        joint_velocities=reading.joint_velocities,
        joint_torques=reading.joint_torques,
        cup_position=cup.position,
        cup_rotation=cup.rotation,
        cup_velocity=velocity[:3],
        cup_angular_velocity=velocity[3:],
        wrench=np.asarray(reading.wrench),
        faults=faults,
        wrist_acceleration=reading.wrist_acceleration,
        wrist_angular_velocity=reading.wrist_angular_velocity,
    )
