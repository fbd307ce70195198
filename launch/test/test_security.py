"""Who may say what: the policy beside the interface, and beside what the nodes of the graph do say."""

import os
import re
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import rclpy
from rclpy.node import Node

from msaclag.graph import NodeDescription, describe
from msaclag.launch_arguments import read_arguments
from msaclag.node_process import command_line
from msaclag.supervision import Supervision
from msaclag.web.calls import SERVICES as CONSOLE_SERVICES
from msaclag.web.surroundings import ENVIRONMENT
from msaclag.web.topics import DEPTHS, PHASE
from msaclag_ros.interface import RESET_ACTION, SERVICES, TOPICS

SECURITY = Path(__file__).resolve().parents[1] / "security"
CLAIMED = {"env_node": {"observation"}, "learner_node": {"action"}}
"""Topics that a node listens to before it publishes there (`msaclag_ros.exclusive`)."""
OF_ACTIONS = "/_action/"
FEEDBACK = f"{RESET_ACTION[0]}/_action/feedback"
RIGHTS = ("publish", "subscribe", "reply", "request", "execute", "call")
STOPS = {"acknowledge", "refilled", "soft_stop", "emergency_stop"}


def rules(*profiles):
    """Names by what is allowed with them."""
    found = {}
    for group in (group for profile in profiles for group in profile):
        for right, word in group.attrib.items():
            if word == "ALLOW":
                found.setdefault(right, set()).update(each.text for each in group)
    return found


ENCLAVES = list(ET.parse(SECURITY / "policy.xml").getroot().iter("enclave"))
POLICY = {enclave.get("path").strip("/"): rules(*enclave.iter("profile")) for enclave in ENCLAVES}
COMMON = rules(ET.parse(SECURITY / "common" / "node.xml").getroot())


def allowed(right):
    return {name for name, granted in POLICY.items() if granted.get(right)}, set().union(
        *(granted.get(right, set()) for granted in POLICY.values())
    )


def test_the_policy_names_the_interface_and_nothing_else():
    for right in ("publish", "subscribe"):
        _, names = allowed(right)
        others = {"mirror"} if right == "publish" else {f"{RESET_ACTION[0]}/_action/status", FEEDBACK}
        assert names - others == set(TOPICS)
    assert allowed("reply")[1] == set(SERVICES)
    assert {name for name in allowed("request")[1] if "/" not in name} == set(SERVICES)
    assert allowed("execute") == ({"env_node"}, {RESET_ACTION[0]})
    assert allowed("call") == ({"learner_node", "teacher"}, {RESET_ACTION[0]})


def test_the_arm_obeys_the_learner_or_a_teacher_and_a_person():
    assert {name for name, granted in POLICY.items() if "action" in granted.get("publish", ())} == {
        "learner_node",
        "teacher",
    }
    assert {name for name, granted in POLICY.items() if STOPS & granted.get("request", set())} == {
        "operator",
        "teacher",
        "console",
    }
    assert not any(word == "DENY" for word in (SECURITY / "policy.xml").read_text().split('"'))


def test_each_process_has_an_enclave_of_its_own(tmp_path):
    for namespace, prefix in (("", ""), ("left_arm", "left_arm/")):
        given = {"arm": "emulated", "run_dir": str(tmp_path), "namespace": namespace}
        for node in describe(read_arguments("pour_coffee_real", given)):
            words = command_line(node)
            assert words[words.index("--enclave") + 1] == f"/{prefix}{node.name}"
            assert node.name in POLICY


def test_the_console_may_do_what_it_does():
    heard = set(DEPTHS) - {PHASE} | {FEEDBACK}
    asked = {*CONSOLE_SERVICES, f"{ENVIRONMENT}/get_parameters"}
    assert POLICY["console"] == {"subscribe": heard, "request": asked}


def test_the_policy_knows_each_node_by_its_name():
    """A node whose name it does not know may not offer what every node offers, and so can't be made.

    Nodes are found by how they are written; those without such services (`msaclag_ros.exclusive`) need no name.
    """
    root = SECURITY.parents[1]
    sources = [file for folder in ("launch/msaclag", "ros2_ws/src") for file in (root / folder).rglob("*.py")]
    made = {
        name
        for file in sources
        if not {"test", "build", "install", "bench", "faults"} & {*file.relative_to(root).parts}
        for name in re.findall(r"^ +(?:\S+ = Node|super\(\)\.__init__)\(\"(\w+)\"", file.read_text(), re.MULTILINE)
    }
    assert made == {profile.get("node") for enclave in ENCLAVES for profile in enclave.iter("profile")}


@pytest.mark.graph
@pytest.mark.slow
def test_the_nodes_say_and_hear_what_the_policy_allows_and_nothing_else(tmp_path, ros_domain):
    given = {"run_dir": str(tmp_path / "run"), "pours": "0", "steps": "600"}
    mirror = NodeDescription("sim_bridge", "mirror_node", "mirror_node", "/", {"gui": False})
    nodes = [*describe(read_arguments("pour_coffee_sim", given)), mirror]
    (tmp_path / "log").mkdir()
    running = Supervision(tmp_path / "log", lambda name, line: print(f"[{name}] {line}"))
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    observer = Node("observer", context=context)
    try:
        for node in nodes:
            running.start(node)
        for node in nodes:
            granted = {right: POLICY[node.name].get(right, set()) for right in RIGHTS}
            granted["subscribe"] = granted["subscribe"] - CLAIMED.get(node.name, set())
            deadline = time.monotonic() + 90
            while (found := said_and_heard(observer, node.name)) != granted and time.monotonic() < deadline:
                time.sleep(0.2)
            assert found == granted, node.name
    finally:
        running.end()
        observer.destroy_node()
        rclpy.shutdown(context=context)


def said_and_heard(observer, name):
    """The node's endpoints as rights, but for those of every node; none before it is there."""
    if name not in observer.get_node_names():
        return {}
    asked = {
        "publish": observer.get_publisher_names_and_types_by_node,
        "subscribe": observer.get_subscriber_names_and_types_by_node,
        "reply": observer.get_service_names_and_types_by_node,
        "request": observer.get_client_names_and_types_by_node,
    }
    found = {right: {each for each, _ in ask(name, "/")} for right, ask in asked.items()}
    actions = {
        "execute": {each.split(OF_ACTIONS)[0] for each in found["reply"] if OF_ACTIONS in each},
        "call": {each.split(OF_ACTIONS)[0] for each in found["request"] if OF_ACTIONS in each},
    }
    for right in found:
        common = {each.replace("~", f"/{name}") for each in COMMON.get(right, ())}
        implied = OF_ACTIONS if right != "subscribe" or actions["call"] else "none"
        found[right] = {each for each in found[right] - common if implied not in each}
    return {right: {each.removeprefix("/") for each in names} for right, names in {**found, **actions}.items()}


def test_without_sros_the_script_says_what_to_install(tmp_path):
    told = subprocess.run(
        [SECURITY / "make_keys", tmp_path / "keys"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
    )
    assert told.returncode == 1
    assert "install SROS 2 (apt install ros-$ROS_DISTRO-sros2)" in told.stderr
    assert subprocess.run([SECURITY / "make_keys"], capture_output=True).returncode == 2


def test_the_script_hands_the_policy_of_a_namespace_to_sros(tmp_path):
    """A stand-in for `ros2` keeps what it is given."""
    ros2 = tmp_path / "ros2"
    copies = f'if [ "$2" = generate_artifacts ]; then cp "$6" {tmp_path}/given.xml; fi'
    ros2.write_text(f"#!/bin/sh\n{copies}\nmkdir -p {tmp_path}/keys\n")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "of_before.pem").touch(0o644)
    ros2.chmod(0o755)
    told = subprocess.run(
        [SECURITY / "make_keys", tmp_path / "keys", "left_arm"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    assert told.returncode == 0, told.stderr
    enclaves = list(ET.parse(tmp_path / "given.xml").getroot().iter("enclave"))
    assert {enclave.get("path") for enclave in enclaves} == {f"/left_arm/{name}" for name in POLICY}
    assert {profile.get("ns") for enclave in enclaves for profile in enclave.iter("profile")} == {"/left_arm"}
    assert f"export ROS_SECURITY_KEYSTORE={tmp_path}/keys" in told.stdout
    assert (tmp_path / "keys" / "of_before.pem").stat().st_mode & 0o077 == 0
