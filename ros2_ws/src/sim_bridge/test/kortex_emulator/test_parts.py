"""The parts of the emulator that need no port."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kortex_api.autogen.messages import Base_pb2, Errors_pb2, Frame_pb2
from kortex_api.wire import FrameReader, NotAFrame, packed

from kinova_pour_env.kinematics import rotation_from_vector
from kinova_pour_env.scene import Mug
from sim_bridge.kortex_emulator.gripper import Gripper
from sim_bridge.kortex_emulator.joint_trajectory import trajectory
from sim_bridge.kortex_emulator.misbehaviour import Misbehaviour, Outcome
from sim_bridge.kortex_emulator.punctuality import Clock
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.tool import ToolPose, pose_fields, pose_from_fields

CONTINUOUS, LIMITED = [0, 2, 4, 6], [1, 3, 5]

configurations = st.lists(st.floats(-2, 2), min_size=7, max_size=7).map(np.array)
vectors = st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3).map(np.array)


def test_messages_behave_as_protobuf_and_what_is_missing_is_named():
    action = Base_pb2.Action(name="x")
    action.reach_joint_angles.joint_angles.joint_angles.add(value=3).joint_identifier = 2
    copy = Base_pb2.Action()
    copy.CopyFrom(action)
    assert copy == action
    assert copy.WhichOneof("action_parameters") == "reach_joint_angles"
    assert Base_pb2.ActionEvent.Name(Base_pb2.ACTION_ABORT) == "ACTION_ABORT"
    assert Base_pb2.ServoingMode.Value("SINGLE_LEVEL_SERVOING") == 2
    with pytest.raises(AttributeError, match=r"has no Base_pb2\.Snapshot"):
        _ = Base_pb2.Snapshot


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 20))
def test_frames_survive_any_cut_of_the_stream(payloads, size):
    stream = b"".join(packed(Frame_pb2.Frame(payload=payload)) for payload in payloads)
    reader = FrameReader()
    frames = [frame for at in range(0, len(stream), size) for frame in reader.feed(stream[at : at + size])]
    assert [frame.payload for frame in frames] == payloads


def test_another_protocol_is_noticed():
    with pytest.raises(NotAFrame):
        list(FrameReader().feed(b"GET / HTTP/1.1"))


@given(configurations, configurations, st.floats(0, 5))
def test_trajectories_reach_the_goal_within_the_joints_speeds(start, goal, duration):
    path = trajectory(start, goal, duration)
    assert path.duration >= duration
    end = path.at(path.duration)
    assert np.allclose(np.exp(1j * end[CONTINUOUS]), np.exp(1j * goal[CONTINUOUS]))
    assert np.allclose(end[LIMITED], goal[LIMITED])
    times = np.linspace(0, path.duration, 50)
    moves = np.abs(np.diff([path.at(time) for time in times], axis=0))
    assert moves.max() <= 0.84 * path.duration / 49 + 1e-9


@given(vectors)
def test_poses_are_in_degrees_about_fixed_axes(vector):
    pose = ToolPose(np.array([1.0, 2.0, 3.0]), rotation_from_vector(vector))
    x, y, z, theta_x, theta_y, theta_z = pose_fields(pose)
    again = pose_from_fields(Base_pb2.Pose(x=x, y=y, z=z, theta_x=theta_x, theta_y=theta_y, theta_z=theta_z))
    assert np.allclose(again.rotation, pose.rotation, atol=1e-5)


def test_the_gripper_closes_onto_the_mug():
    gripper = Gripper(Mug())
    gripper.move_to(1.0)
    for _ in range(100):
        gripper.tick()
    assert not gripper.moving
    assert 0 < gripper.position < 0.05
    assert gripper.current > 0


def test_plans_for_calls_end():
    plans = Misbehaviour()
    plans.fail("Stop", Errors_pb2.METHOD_FAILED, times=1)
    plans.ignore("*", times=1)
    with pytest.raises(Refusal, match="METHOD_FAILED"):
        plans.outcome("Stop")
    assert plans.outcome("GetArmState") == Outcome(executed=False)
    assert plans.outcome("Stop") == Outcome()


def test_a_clock_makes_up_for_some_periods_and_leaves_out_many():
    clock = Clock(0.025, now=0.0)
    clock.begun(0.06)
    assert clock.next == pytest.approx(0.05)
    clock.begun(10.0)
    assert 9.975 <= clock.next <= 10.026
    assert clock.punctuality().skipped in (397, 398)
