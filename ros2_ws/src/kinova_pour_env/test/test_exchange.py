from threading import Timer

import pytest

from kinova_pour_env.exchange import Exchange, Interrupted
from msaclag_msgs.msg import Observation, PolicyAction


def observation(step: int = 3) -> Observation:
    message = Observation(episode=2, step=step)
    message.header.stamp.sec = 10 + step
    return message


def action(step: int = 3) -> PolicyAction:
    message = PolicyAction(episode=2, step=step, values=[0.0] * 4)
    message.header.stamp.sec = 10 + step
    return message


def test_the_answer_closes_the_exchange_and_may_come_twice() -> None:
    exchange = Exchange(lambda: False)
    exchange.ask(observation())
    assert exchange.hand_in(action()) == ""
    assert exchange.wait(0) == action()
    assert exchange.hand_in(action()) == ""  # asked twice, answered twice
    assert exchange.wait(0) is None
    assert "no observation is waiting" in exchange.hand_in(action(4))


def test_an_older_answer_is_refused() -> None:
    exchange = Exchange(lambda: False)
    exchange.ask(observation(3))
    exchange.ask(observation(4))
    assert "older observation" in exchange.hand_in(action(3))
    assert exchange.hand_in(action(4)) == ""


def test_an_interruption_ends_the_wait_at_once() -> None:
    over: list[bool] = []
    exchange = Exchange(lambda: bool(over))
    exchange.ask(observation())

    def interrupt() -> None:
        over.append(True)
        exchange.wake()

    timer = Timer(0.05, interrupt)
    timer.start()
    with pytest.raises(Interrupted):
        exchange.wait(30)
    timer.join()
