"""Whose notifications end an action, without an arm."""

from types import SimpleNamespace

import pytest

from kinova_pour_env.kortex.actions import ACTION_ABORT, ACTION_END, ACTION_START, carry_out
from kinova_pour_env.kortex.errors import ActionFailed

OWN, ANOTHER = 7, 3


class Connection:
    """Tells of events, each with the handle of an action, once the action has been sent."""

    def __init__(self, *events):
        self.called, self._events = [], events
        self.kortex = SimpleNamespace(base=SimpleNamespace(NotificationOptions=lambda: None))
        names = ("OnNotificationActionTopic", "ExecuteAction", "Stop", "Unsubscribe")
        self.base = SimpleNamespace(**{name: name for name in names})

    def call(self, method, *arguments, timeout=None):
        self.called.append(method)
        if method == "OnNotificationActionTopic":
            self._tell = arguments[0]
        if method == "ExecuteAction":
            for event, handle in self._events:
                of = SimpleNamespace(identifier=handle)
                self._tell(SimpleNamespace(action_event=event, handle=of, abort_details=55))
        return "subscription"

    def answered(self, method, *arguments):
        yield
        return self.call(method, *arguments)


def ends(connection, timeout=0.2):
    for _ in carry_out(connection, SimpleNamespace(name="go home"), timeout):
        pass


def test_its_own_end_ends_it():
    connection = Connection((ACTION_START, OWN), (ACTION_END, OWN))
    ends(connection)
    assert connection.called == ["OnNotificationActionTopic", "ExecuteAction", "Unsubscribe"]


def test_the_end_of_another_does_not():
    connection = Connection((ACTION_START, OWN), (ACTION_END, ANOTHER), (ACTION_ABORT, ANOTHER))
    with pytest.raises(ActionFailed, match=r"did not end within 0\.2 s"):
        ends(connection)
    assert connection.called[-2:] == ["Stop", "Unsubscribe"]


@pytest.mark.parametrize("events", [((ACTION_START, OWN), (ACTION_ABORT, OWN)), ((ACTION_ABORT, OWN),)])
def test_its_own_abort_does_also_before_it_has_begun(events):
    with pytest.raises(ActionFailed, match="it was stopped by hand"):
        ends(Connection(*events))
