"""The commands of .venv/bin work from any shell and folder, nothing sourced."""

from pathlib import Path

WITH_ROS = Path(__file__).resolve().parents[2] / ".venv/bin/with-ros"


def test_ros_and_our_messages_are_found(run):
    done = run(WITH_ROS, "python", "-c", "import rclpy, msaclag_msgs.msg; print(msaclag_msgs.__file__)")
    assert done.returncode == 0, done.stderr
    assert "ros2_ws/install/msaclag_msgs" in done.stdout


def test_discovery_stays_on_this_machine_unless_asked(run):
    question = [WITH_ROS, "sh", "-c", "echo $ROS_AUTOMATIC_DISCOVERY_RANGE"]
    assert run(*question).stdout == "LOCALHOST\n"
    assert run(*question, ROS_AUTOMATIC_DISCOVERY_RANGE="SUBNET").stdout == "SUBNET\n"


def test_another_ros_in_the_shell_does_not_leak_in(run):
    other = {"PYTHONPATH": "/opt/ros/humble/lib", "LD_LIBRARY_PATH": "/opt/ros/humble/lib", "ROS_DISTRO": "humble"}
    done = run(WITH_ROS, "sh", "-c", "echo $PYTHONPATH $LD_LIBRARY_PATH $ROS_DISTRO", **other)
    assert "humble" not in done.stdout


def test_arguments_and_the_exit_status_pass_unchanged(run):
    done = run(WITH_ROS, "sh", "-c", 'printf "%s|" "$@"; exit 3', "sh", "a b", "$c", "")
    assert done.stdout == "a b|$c||"
    assert done.returncode == 3
