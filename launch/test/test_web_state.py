"""What the console makes of messages, of the twin's bodies, and of a token; no browser."""

import os
from types import SimpleNamespace as Told
from xml.etree import ElementTree

import numpy as np
import pytest
import rclpy
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.scene import Mug, Scene
from msaclag.web import bodies, words
from msaclag.web.coffee import Coffee, slope_of
from msaclag.web.curve import LONGEST, Curve
from msaclag.web.heard import STALE, Heard
from msaclag.web.margins import margins
from msaclag.web.standing import ATTENTION, DONE, MOVING, SILENT, standing
from msaclag.web.surroundings import Surroundings, asked, surroundings
from msaclag.web.token import VARIABLE, Gate, read_token
from msaclag.web.topics import DEPTHS, PHASE, Topics
from msaclag_msgs.msg import SafetyViolation
from msaclag_ros.interface import TOPICS
from msaclag_ros.settings import SettingError
from sim_bridge.mirror import Mirror
from sim_bridge.urdf import arm_urdf


def transition(seq, episode, step, **changes):
    told = {
        "evaluation": False, "duration": 0.1, "reward": 1.0, "cost": 0, "next_observation": [0.5, 0.1, 0.3],
        "terminated": False, "truncated": False, "info_names": ["success", "poured", "spilled"],
        "info_values": [0.0, 0.25, 0.0],
    }  # fmt: skip
    return Told(seq=seq, episode=episode, step=step, **{**told, **changes})


def health(name, level=0, message="ready", **values):
    pairs = [Told(key=key, value=str(value)) for key, value in values.items()]
    return Told(status=[Told(name=name, level=bytes([level]), message=message, values=pairs)])


def violation(kind="spill"):
    return Told(kind=kind, message=f"{kind} was seen")


# Episodes


def test_a_violation_belongs_to_the_step_that_it_made_costly():
    heard = Heard()
    heard.take("transition", transition(1, 7, 0), 0.0)
    heard.take("safety_violation", violation(), 0.1)
    heard.take("transition", transition(2, 7, 1, cost=1, terminated=True), 0.2)
    (episode,) = heard.episodes.seen
    (seen,) = episode.violations
    assert (seen.kind, seen.episode, seen.step, seen.place) == ("spill", 7, 1, (0.5, 0.1, 0.3))
    assert (episode.steps, episode.total, episode.poured) == (2, 2.0, 0.25)
    assert episode.violated and episode.ended and episode.whole
    assert heard.results.columns()[3:] == (pytest.approx([0.0]), pytest.approx([1.0]))


def test_a_violation_between_episodes_is_told_with_the_mugs_place():
    heard = Heard()
    heard.take("safety_violation", violation("collision"), 0.0)
    heard.episodes.settle(0.5, (1.0, 2.0, 3.0))
    assert not heard.episodes.violations
    heard.episodes.settle(1.5, (1.0, 2.0, 3.0))
    (seen,) = heard.episodes.violations
    assert (seen.episode, seen.place) == (0, (1.0, 2.0, 3.0))


def test_what_was_not_heard_is_counted_and_its_episode_marked():
    heard = Heard()
    heard.take("transition", transition(1, 1, 0), 0.0)
    heard.take("transition", transition(5, 1, 4, truncated=True), 0.0)
    heard.take("transition", transition(6, 2, 0), 0.0)
    assert heard.episodes.missed == 3
    assert [episode.whole for episode in heard.episodes.seen] == [False, True]


def test_a_success_with_a_violation_is_none():
    heard = Heard()
    info = {"info_names": ["success"], "info_values": [1.0]}
    heard.take("transition", transition(1, 1, 0, **info, cost=1), 0.0)
    heard.take("transition", transition(2, 1, 1, **info, truncated=True), 0.0)
    assert not heard.episodes.seen[0].success


# Curves


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 5 * LONGEST))
def test_a_curve_stays_short_and_spans_all(count):
    curve = Curve(1)
    for number in range(count):
        curve.append(number, [2.0 * number])
    across, figure = curve.columns()
    assert len(across) <= LONGEST
    assert across[0] == 0 and across[-1] > count - 1 - count / LONGEST * 4
    assert (figure == 2 * across).all()


def test_a_curve_begins_anew_with_another_run():
    curve = Curve(1)
    for number in (5, 6, 1):
        curve.append(number, [0.0])
    assert curve.columns()[0].tolist() == [1.0]


# Where the graph stands


def heard_of(*messages):
    heard = Heard()
    for topic, message in messages:
        heard.take(topic, message, 10.0)
    return heard


@pytest.mark.parametrize(
    ("messages", "now", "kind", "title"),
    [
        ([], 0.0, SILENT, "Nothing is heard"),
        ([("diagnostics", health("/env_node"))], 10.1 + STALE, SILENT, "Nothing is heard"),
        ([("reset_phase", Told(feedback=Told(phase="home")))], 10.0, ATTENTION, "env_node has not been heard"),
        (
            [("diagnostics", health("/a/env_node", 2, "spill"))],
            11.0,
            ATTENTION,
            "The arm stands and waits for a person",
        ),
        (
            [("diagnostics", health("/env_node")), ("reset_phase", Told(feedback=Told(phase="home")))],
            12.0,
            MOVING,
            "Reset: home",
        ),
        (
            [("diagnostics", health("/env_node")), ("reset_phase", Told(feedback=Told(phase="refill")))],
            12.0,
            ATTENTION,
            "Reset: refill, for 2 s",
        ),
        ([("diagnostics", health("/env_node"))], 11.0, "ready", "The environment is ready"),
    ],
)
def test_standing(messages, now, kind, title):
    stands = standing(heard_of(*messages), "/lab", 3, now)
    assert (stands.kind, stands.title) == (kind, title)


def test_a_learner_that_is_done_may_be_silent():
    status = Told(
        phase="done", algorithm="sac", step=9, steps=9, updates=9, threshold=1.0, multiplier=1.0, temperature=1.0
    )
    heard = heard_of(("diagnostics", health("/learner_node")), ("learner_status", status))
    heard.take("diagnostics", health("/env_node"), 20.0)
    assert standing(heard, "/", 0, 20.0).kind == DONE
    status.phase = "training"
    assert standing(heard, "/", 0, 20.0).title == "learner_node is silent for 10 s"


def test_an_environment_that_comes_back_is_noticed():
    heard = Heard()
    for now in (0.0, 1.0, 2.0, 9.0, 10.0):
        heard.take("diagnostics", health("/left/env_node"), now)
    assert heard.arrivals == 2


def test_what_topics_say_is_no_markup():
    heard = heard_of(("diagnostics", health("/<b>x</b>", 1, "<script>alert(1)</script>", **{"<i>": "<u>"})))
    html = words.nodes(heard, 10.0) + words.banner(standing(heard, "<b>", 0, 99.0))
    assert "<script>" not in html and "<i>" not in html and "<u>" not in html and "<b>" not in html


# Bodies


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-2, 2), min_size=7, max_size=7))
def test_the_mug_hangs_on_the_drawn_arm_as_the_kinematics_say(joints):
    angles, frames = iter(joints), {"base_link": np.eye(4)}
    for hinge in bodies.hinges(arm_urdf(Mug())):
        local = np.eye(4)
        w, x, y, z = hinge.orientation(next(angles) if hinge.actuated else 0.0)
        local[:3, :3] = trimesh.transformations.quaternion_matrix([w, x, y, z])[:3, :3]
        local[:3, 3] = hinge.position
        frames[hinge.link] = frames[hinge.parent] @ local
    cup = cup_kinematics(np.array(joints))
    assert frames["mug"][:3, 3] == pytest.approx(cup.position, abs=1e-6)
    assert frames["mug"][:3, :3] == pytest.approx(cup.rotation, abs=1e-6)


def test_every_visible_shape_of_the_twin_is_drawn():
    urdf = arm_urdf(Mug())
    shapes = list(ElementTree.fromstring(urdf).iter("visual"))
    drawn = list(bodies.parts(urdf))
    assert sum(part.mesh.body_count for part in drawn) == len(shapes)
    assert {part.link for part in drawn} >= {"base_link", "bracelet_link", "gripper", "mug"}
    assert all(part.mesh.is_watertight for part in drawn)


@settings(deadline=None, max_examples=50)
@given(st.floats(0.02, 0.98), st.floats(-3, 3), st.floats(-3, 3))
def test_the_drawn_coffee_has_the_volume_that_is_told(fill, along, across):
    radius, height = 0.04, 0.095
    coffee = Coffee(radius, height)
    mesh = trimesh.Trimesh(coffee.vertices(fill, np.array([along, across])), coffee.faces, process=False)
    assert mesh.vertices[:, 2].max() <= height + 1e-9
    capacity = np.pi * radius**2 * height
    assert _volume(mesh) == pytest.approx(fill * capacity, abs=0.06 * capacity)


def _volume(mesh):
    """Below its top surface: the faces that look up, each over its shadow."""
    triangles = mesh.vertices[mesh.faces]
    (ax, ay), (bx, by) = ((triangles[:, corner, :2] - triangles[:, 0, :2]).T for corner in (1, 2))
    shadow = 0.5 * np.abs(ax * by - ay * bx)
    return float(shadow @ triangles[:, :, 2].mean(axis=1))


def test_the_surface_is_level_in_a_mug_at_rest_and_stays_where_it_was_when_nothing_pulls():
    roll = 0.3
    rotation = np.array([[1, 0, 0], [0, np.cos(roll), -np.sin(roll)], [0, np.sin(roll), np.cos(roll)]])
    slope = slope_of(np.tan(roll) / 2.0, 2.0, rotation, np.zeros(3), np.zeros(2))
    assert rotation @ np.array([-slope[0], -slope[1], 1.0]) / np.hypot(1, np.hypot(*slope)) == pytest.approx([0, 0, 1])
    still = slope_of(0.5, 1.0, np.eye(3), np.zeros(3), np.array([0.0, 0.2]))
    assert still == pytest.approx([0.0, 0.5])


# Margins


def test_margins_name_what_is_near():
    scene = Scene()
    around = Surroundings("sim", "1", scene, surroundings({}).task)
    mirror = Mirror(scene)
    try:
        pose = Told(position=Told(x=0.0, y=0.0, z=0.0))
        still = Told(x=0.0, y=0.0, z=0.0)
        cup = Told(
            pose=pose, twist=Told(linear=still), acceleration=still, jerk=still, slosh=0.2, fill=0.7, spilled=0.0
        )
        heard = heard_of(
            ("cup_motion", cup),
            ("joint_states", Told(name=[joint.name for joint in gen3.ACTUATED_JOINTS], position=list(gen3.HOME))),
        )
        found = {margin.name: margin for margin in margins(heard, around, mirror)}
        assert found["workspace"].left == pytest.approx(
            0.60 - cup_kinematics(np.array(gen3.HOME)).position[2], abs=1e-6
        )
        assert "z high" in found["workspace"].text
        assert found["joint limits"].left == pytest.approx(2.57 - 0.05 - np.radians(130), abs=1e-6)
        assert "joint_4" in found["joint limits"].text
        assert found["spill"].left == pytest.approx(0.8)
        assert found["collision"].left > 0 and found["self-collision"].left > 0
        cup.spilled = 2e-6
        assert margins(heard, around, mirror)[0].left == 0
    finally:
        mirror.close()


def test_surroundings_are_what_was_told():
    told = dict.fromkeys(asked()) | {
        "arm": "real",
        "setting": "1",
        "scene.mug.radius": 0.03,
        "task.arrival_radius": 0.1,
    }
    around = surroundings(told | {"task.workspace_low": [0.3, -0.4, 0.1]})
    assert (around.arm, around.scene.mug.radius, around.task.arrival_radius) == ("real", 0.03, 0.1)
    assert around.task.workspace_low == (0.3, -0.4, 0.1)
    with pytest.raises(SettingError, match=r"scene\.mug\.radius"):
        surroundings({"scene.mug.radius": 3.0})


# Token


def test_a_token_from_a_file_that_is_ones_own(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    file = tmp_path / "token"
    file.write_text("correct horse battery\nand more\n")
    file.chmod(0o600)
    assert read_token(file) == "correct horse battery"
    assert read_token(None) == ""
    monkeypatch.setenv(VARIABLE, "staple of the battery")
    assert read_token(None) == "staple of the battery"


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("correct horse battery", 0o640, "others may read"),
        ("short", 0o600, "fewer than 12"),
        ("\nsecond", 0o600, "no token"),
    ],
)
def test_tokens_that_are_none(tmp_path, text, mode, message):
    file = tmp_path / "token"
    file.write_text(text)
    os.chmod(file, mode)
    with pytest.raises(SettingError, match=message):
        read_token(file)
    with pytest.raises(SettingError, match="cannot be read"):
        read_token(tmp_path / "none")


def test_the_gate(monkeypatch):
    monkeypatch.setattr("msaclag.web.token.WRONG", 0.0)
    gate = Gate("correct horse battery")
    assert gate.opens(" correct horse battery\n")
    assert not gate.opens("correct horse batterie") and not gate.opens("")
    assert not Gate("").opens("")


# Topics


def test_it_listens_to_all_without_being_waited_for(ros_domain):
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    node = Node("env_node", namespace="/left", context=context)
    topics = Topics(context, "/left")
    try:
        for topic in DEPTHS:
            name = "reset_episode/_action/feedback" if topic == PHASE else topic
            (ears,) = node.get_subscriptions_info_by_topic(f"/left/{name}")
            assert ears.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
            assert ears.qos_profile.durability == DurabilityPolicy.VOLATILE
        tell = node.create_publisher(SafetyViolation, "safety_violation", TOPICS["safety_violation"].qos)
        taken = []
        while not taken:
            tell.publish(SafetyViolation(kind="spill"))
            taken = topics.take()
        assert {(message.topic, message.content.kind) for message in taken} == {("safety_violation", "spill")}
    finally:
        topics.close()
        node.destroy_node()
        rclpy.shutdown(context=context)
