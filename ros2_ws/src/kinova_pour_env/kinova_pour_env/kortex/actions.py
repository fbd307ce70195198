"""Motions that the arm carries out on its own, to their end or to the reason why not."""

import time
from collections.abc import Generator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import ActionFailed, KortexError, NotMoving, words_of

ACTION_END, ACTION_ABORT, ACTION_PREPROCESS_ABORT = 1, 2, 6


def halt(connection: Connection, timeout: float | None = None) -> None:
    """Kinova's Stop: ends twists and actions alike.

    Raises:
        KortexError: it did not get through.
    """
    with suppress(NotMoving):
        connection.call(connection.base.Stop, timeout=timeout)


def carry_out(connection: Connection, action: Any, timeout: float) -> Generator[None, None, None]:
    """Start an action and look for its end; yields while it lasts. Closing the iterator early stops the arm.

    The notifications are subscribed to before the action starts: a short one would end unheard.

    Args:
        connection: to the arm.
        action: a Base.Action.
        timeout: s until it has failed.

    Raises:
        ActionFailed: it was aborted, with the arm's reason, or did not end in time; the arm is stopped.
        KortexError: a call failed.
    """
    base, call = connection.base, connection.call
    told: SimpleQueue[Any] = SimpleQueue()
    subscription = call(base.OnNotificationActionTopic, told.put, connection.kortex.base.NotificationOptions())
    ended = False
    try:
        call(base.ExecuteAction, action)
        latest = time.monotonic() + timeout
        while not ended:
            try:
                notification = told.get_nowait()
            except Empty:
                if time.monotonic() > latest:
                    raise ActionFailed(f"the action '{action.name}' did not end within {timeout:g} s") from None
                yield
                continue
            if notification.action_event in (ACTION_ABORT, ACTION_PREPROCESS_ABORT):
                raise ActionFailed(f"the arm aborted '{action.name}': {words_of(notification.abort_details)}")
            ended = notification.action_event == ACTION_END
    finally:
        with suppress(KortexError):
            if not ended:
                halt(connection)
        with suppress(KortexError):
            call(base.Unsubscribe, subscription)
