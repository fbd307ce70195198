"""The twin as the emulator moves it: by twists, by joint trajectories, and out of faults again."""

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector
from kinova_pour_env.scene import Scene
from sim_bridge.kortex_emulator.joint_trajectory import JointTrajectory
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig
from sim_bridge.twist_follower import PERIOD, TwistFollower

BRAKING_TIME = 0.25
"""s in which a trajectory that is stopped comes to rest."""


class ArmFollower(TwistFollower):
    """Follows a joint trajectory while there is one, twists otherwise."""

    def reset(self, joint_positions: Vector) -> None:
        """Stand still at joint positions [7] rad."""
        super().reset(joint_positions)
        self._trajectory: JointTrajectory | None = None
        self.paused = False
        """Brake on the trajectory and stay on it."""

    @property
    def joint_positions(self) -> Vector:
        """[7] rad, continuous joints unwrapped."""
        return super().joint_positions if self._trajectory is None else self._on_way

    @property
    def busy(self) -> bool:
        """Whether a trajectory is being followed or left."""
        return self._trajectory is not None

    def follow(self, trajectory: JointTrajectory) -> None:
        """Begin a trajectory; it starts where the reference stands."""
        self._on_way = self.joint_positions
        self._trajectory = trajectory
        self._elapsed, self._rate = 0.0, 0.0
        self._leaving = False
        self.paused = False

    def leave(self) -> None:
        """Come to rest on the trajectory and forget it."""
        self._leaving = True

    def step(self, commanded: Vector) -> None:
        """One period."""
        trajectory = self._trajectory
        if trajectory is None:
            super().step(commanded)
            return
        going = 0.0 if self._leaving or self.paused else 1.0
        change = PERIOD / BRAKING_TIME
        self._rate = max(self._rate - change, min(self._rate + change, going))
        self._elapsed += self._rate * PERIOD
        self._on_way = trajectory.at(self._elapsed)
        if self._elapsed >= trajectory.duration or (self._leaving and self._rate == 0):
            self.reset(self._on_way)


class EmulatedTwin(Twin):
    """A twin whose faults can be cleared where it stands, and which follows joint trajectories."""

    def __init__(self, scene: Scene, config: TwinConfig) -> None:
        """Stand at Home."""
        super().__init__(scene, config)
        self.follower = self._follower = ArmFollower(config)
        self.follower.reset(self._positions)

    @property
    def joints(self) -> Vector:
        """[7] rad, measured, continuous joints unwrapped."""
        return self._positions

    def stand_at_home(self) -> None:
        """Be at Home at once, with no fault."""
        self._stand(np.array(gen3.HOME))

    def clear_faults(self) -> None:
        """Take twists again, standing where the arm is."""
        self._faults = ()
        self._stopped = False
        self._command = np.zeros(6)
        self.follower.reset(self._positions)
