"""What promises to work without ROS imports none of it."""

import subprocess
import sys

import pytest

ROS = {"rclpy", "msaclag_msgs", "std_msgs", "rosidl_runtime_py"}


@pytest.mark.parametrize(
    "module",
    [
        "msaclag.cli",
        "msaclag.train",
        "msaclag.report",
        "msaclag_benchmarks",
        "msaclag_learner.training",
        "kinova_pour_env.pour_coffee",
        "sim_bridge.pour_coffee",
    ],
)
def test_the_core_imports_no_ros(module):
    code = f"import sys, {module}; print(*sys.modules)"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not ROS & set(process.stdout.split())


def test_the_robot_knows_no_torch_and_the_learner_no_robot():
    for module, unknown in (("kinova_pour_env.env_node", "torch"), ("msaclag_learner.learner_node", "kinova_pour_env")):
        code = f"import sys, {module}; print(*sys.modules)"
        process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert unknown not in process.stdout.split()
