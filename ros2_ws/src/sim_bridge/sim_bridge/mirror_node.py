"""The mirror of an arm as a node: it follows `joint_states`, shows the arm, and tells distances by name.

In RViz add the MarkerArray `mirror` with the fixed frame base_link; it needs no robot_description and no transforms.
"""

import time
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python
from rclpy.parameter_client import AsyncParameterClient
from rclpy.task import Future
from sensor_msgs.msg import JointState
from visualization_msgs.msg import MarkerArray

from kinova_pour_env.arm import ArmError, Vector
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.scene import Scene
from msaclag_ros.diagnostics import OK, STALE, WARN, Health, publish_health
from msaclag_ros.endpoints import subscribe
from msaclag_ros.node_main import run
from msaclag_ros.pace import Pace
from msaclag_ros.parameters import declare, refuse_unknown
from msaclag_ros.settings import build, settings_of
from msaclag_ros.timer import every
from sim_bridge.mirror import Mirror
from sim_bridge.mirror_markers import MirrorMarkers

TOPIC = "mirror"
"""Of the markers, relative to the namespace."""

TOLD = 5
"""Pairs of bodies, the nearest."""
STALE_AFTER = 5.0
"""s without joint states after which the distances are of the past; between two episodes an arm tells none."""

_JOINTS = [joint.name for joint in ACTUATED_JOINTS]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class MirrorNodeConfig:
    """What is mirrored, and how often."""

    environment: str = "env_node"
    """The node whose arm it is; what stands around the arm is read from its parameters. Without one, as of a bag that
    is played, it stands as by default."""
    rate: Annotated[float, Field(gt=0, le=40)] = 10.0
    """Markers per second."""
    near: Annotated[float, Field(ge=0, le=0.3)] = 0.01
    """Bodies that are nearer are worth a warning, m."""
    gui: bool = False
    """Show PyBullet's window."""


class MirrorNode(Node):
    """Stands as the arm does, from when the environment has told the scene."""

    def __init__(self) -> None:
        """Ask the environment for its scene, and wait."""
        super().__init__("mirror_node")
        self.exit_code: int | None = None
        self._config = declare(self, MirrorNodeConfig)
        refuse_unknown(self)
        environment = self._config.environment
        self._environment = AsyncParameterClient(self, environment) if environment else None
        self._scene: Future | None = None
        self._mirror: Mirror | None = None
        self._joint_positions: Vector | None = None
        self._heard = time.monotonic()
        self._joint_states, self._looks = Pace(), Pace()
        self._out = self.create_publisher(MarkerArray, TOPIC, 1)
        subscribe(self, "joint_states", self._on_joints)
        every(self, 1 / self._config.rate, self._look)
        publish_health(self, self._health)

    def close(self) -> None:
        """Let go of the world."""
        if self._mirror is not None:
            self._mirror.close()

    def _on_joints(self, message: JointState) -> None:
        positions = dict(zip(message.name, message.position, strict=False))
        if positions.keys() >= set(_JOINTS):  # others' joints may be told there too
            self._joint_positions = np.array([positions[joint] for joint in _JOINTS])
            self._heard = time.monotonic()
            self._joint_states.note()

    def _look(self) -> None:
        if self._mirror is None:
            self._find_scene()
            return
        if self._joint_positions is not None:
            self._mirror.follow(self._joint_positions)
        begun = time.monotonic()
        if self._out.get_subscription_count():
            self._out.publish(self._markers.message(self.get_clock().now().to_msg()))
            self._looks.note(time.monotonic() - begun)

    def _find_scene(self) -> None:
        if self._environment is None:
            self._mirror_in(Scene())
            return
        names = [setting.name for setting in settings_of(Scene, "scene")]
        if self._scene is not None and self._scene.done():
            values = map(parameter_value_to_python, self._scene.result().values)
            self._mirror_in(build(Scene, dict(zip(names, values, strict=True)), "scene"))
        elif self._scene is None and self._environment.services_are_ready():
            self._scene = self._environment.get_parameters(names)

    def _mirror_in(self, scene: Scene) -> None:
        self._mirror = Mirror(scene, gui=self._config.gui)
        self._markers = MirrorMarkers(self._mirror.world)
        self.get_logger().info(f"mirrors the arm of {self._config.environment or 'a bag'}")

    def _health(self) -> Health:
        if self._mirror is None or self._joint_positions is None:
            awaited = f"the scene of {self._config.environment}" if self._mirror is None else "joint states"
            return Health(OK, f"waiting for {awaited}", {})
        told = {" - ".join(pair.bodies): pair.distance for pair in self._mirror.distances()[:TOLD]}
        silent = time.monotonic() - self._heard
        values = {
            **{pair: f"{distance:.3f} m" for pair, distance in told.items()},
            **self._joint_states.tell("joint states/s"),
            **self._looks.tell("markers/s", "markers"),
            "joint states heard, s ago": f"{silent:.1f}",
        }
        if silent > STALE_AFTER:
            return Health(STALE, f"no joint states for {silent:.0f} s: what follows is of then", values)
        if not told:
            return Health(OK, "nothing is near", values)
        nearest = min(told, key=told.__getitem__)
        return Health(WARN if told[nearest] < self._config.near else OK, f"nearest: {nearest}", values)


def main() -> int:
    """Run the node; see `msaclag_ros.node_main` for the exit codes."""
    return run(MirrorNode, user_errors=(ArmError,))
