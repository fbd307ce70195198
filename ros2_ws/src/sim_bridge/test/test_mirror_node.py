"""The mirror's node beside an environment: what it shows and tells."""

import time
from collections.abc import Callable

import numpy as np
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from visualization_msgs.msg import Marker, MarkerArray

from kinova_pour_env.gen3 import ACTUATED_JOINTS, HOME
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.scene import Scene, TargetCup
from msaclag_ros.interface import TOPICS
from msaclag_ros.parameters import declare
from sim_bridge.mirror_node import MirrorNode

X = 0.62
"""m, of the target cup."""


@pytest.fixture
def graph():
    """The mirror, an environment that has its scene, and what is heard from the mirror."""
    rclpy.init(args=["--ros-args", "-r", "__ns:=/pour"])
    environment, mirror = Node("env_node"), MirrorNode()
    declare(environment, Scene, "scene", Scene(target_cup=TargetCup(x=X)))
    heard = []
    environment.create_subscription(MarkerArray, "mirror", heard.append, 1)
    environment.create_subscription(TOPICS["diagnostics"].type, "diagnostics", heard.append, 10)
    joints = environment.create_publisher(JointState, "joint_states", TOPICS["joint_states"].qos)
    executor = SingleThreadedExecutor()
    for node in (environment, mirror):
        executor.add_node(node)

    def until(condition: Callable[[list], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition(heard):
            assert time.monotonic() < deadline, "it did not happen in time"
            joints.publish(JointState(name=["somebody_else"], position=[1.0]))
            joints.publish(state(HOME))
            executor.spin_once(0.02)

    yield until
    mirror.close()
    executor.shutdown()
    for node in (environment, mirror):
        node.destroy_node()
    rclpy.try_shutdown()


def state(joint_positions) -> JointState:
    """Told in another order than the arm's own."""
    names = [joint.name for joint in ACTUATED_JOINTS]
    return JointState(name=names[::-1], position=list(joint_positions)[::-1])


def test_it_shows_the_arm_and_tells_distances_by_name(graph) -> None:
    told, shown = {}, []

    def at_home(heard) -> bool:
        for message in heard:
            if isinstance(message, MarkerArray):
                shown[:] = message.markers
            else:
                told.update((value.key, value.value) for status in message.status for value in status.values)
        return bool(told) and bool(shown)

    graph(at_home)
    assert {marker.header.frame_id for marker in shown} == {"base_link"}
    assert len({(marker.ns, marker.id) for marker in shown}) == len(shown)
    place = {marker.ns: marker.pose.position for marker in shown if marker.type != Marker.SPHERE}
    cup = cup_kinematics(np.array(HOME)).position
    assert abs(place["mug"].x - cup[0]) < 0.05 and abs(place["mug"].z - cup[2]) < 0.05
    bottom = next(marker for marker in shown if marker.ns == "target_cup" and marker.type == Marker.CYLINDER)
    assert bottom.pose.position.x == pytest.approx(X)
    base = next(marker for marker in shown if marker.ns == "base_link")
    assert base.pose.position.z == pytest.approx(0.075)
    assert any(bodies.startswith("half_arm_1_link - ") for bodies in told)
    assert all(distance.endswith(" m") for bodies, distance in told.items() if " - " in bodies)
    assert {"joint states/s", "markers/s", "joint states heard, s ago"} <= told.keys()


def test_without_an_environment_it_mirrors_the_joints_of_a_bag() -> None:
    rclpy.init(args=["--ros-args", "-p", "environment:=''"])
    mirror = MirrorNode()
    mirror._look()
    mirror._on_joints(state(HOME))
    mirror._look()
    assert mirror._health().message.startswith(("nothing is near", "nearest"))
    mirror.close()
    mirror.destroy_node()
    rclpy.try_shutdown()
