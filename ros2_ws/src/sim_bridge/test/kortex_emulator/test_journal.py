"""What the arm notes of its driver."""

import time

import pytest
from kortex_api.autogen.messages import Errors_pb2


def test_orders_and_motion_are_noted_with_their_times(client, control, refusal):
    begin = time.monotonic()
    client.twist(linear_x=0.03, linear_z=0.04, angular_y=90)
    time.sleep(0.3)
    client.base.Stop()
    end = time.monotonic()
    client.base.GetArmState()
    control.fail_calls("SendTwistCommand", Errors_pb2.METHOD_FAILED)
    assert refusal(lambda: client.twist(linear_x=0.1)) == Errors_pb2.METHOD_FAILED
    journal = control.journal(begin)
    (came, method, speed, turn), (stopped, stop, *still) = journal["orders"]
    assert (method, stop, still) == ("SendTwistCommand", "Stop", [0.0, 0.0])
    assert (speed, turn) == pytest.approx((0.05, 1.5708), abs=1e-4)
    assert begin < came < stopped < end
    *_, (_, speed, _, position, touching) = journal["periods"]
    assert speed > 0.03 and not touching
    assert position == pytest.approx(control.status()["cup_position"], abs=0.02)
    assert control.journal(time.monotonic()) == {"orders": [], "periods": []}
