"""Motions that the arm carries out on its own, to their end or to the reason why not."""

import logging
import time
from collections.abc import Generator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import ActionFailed, KortexError, NotMoving, words_of

ACTION_END, ACTION_ABORT, ACTION_START, ACTION_PREPROCESS_ABORT = 1, 2, 3, 6

_log = logging.getLogger(__name__)


def halt(connection: Connection, timeout: float | None = None) -> None:
    """Kinova's Stop: ends twists and actions alike.

    Raises:
        KortexError: it did not get through.
    """
    with suppress(NotMoving):
        connection.call(connection.base.Stop, timeout=timeout)


def carry_out(connection: Connection, action: Any, timeout: float) -> Generator[None, None, None]:
    """Start an action and look for its end; yields all the while. Closing the iterator early stops the arm.

    The notifications are subscribed to before the action starts: a short one would end unheard.

    Args:
        connection: to the arm.
        action: a Base.Action.
        timeout: s until it has failed.

    Raises:
        ActionFailed: it was aborted, with the arm's reason, or did not end in time; the arm is stopped.
        KortexError: a call failed.
    """
    base = connection.base
    told: SimpleQueue[Any] = SimpleQueue()
    options = connection.kortex.base.NotificationOptions()
    subscription = yield from connection.answered(base.OnNotificationActionTopic, told.put, options)
    ended = False
    try:
        yield from connection.answered(base.ExecuteAction, action)
        yield from _until_ended(told, action.name, timeout)
        ended = True
    finally:
        if not ended:
            _at_least_tried(halt, connection)
            _at_least_tried(connection.call, base.Unsubscribe, subscription)
    yield from connection.answered(base.Unsubscribe, subscription)


def _until_ended(told: "SimpleQueue[Any]", name: str, timeout: float) -> Generator[None, None, None]:
    """Yields until the notifications tell of the end of the action that they first tell the start of."""
    latest = time.monotonic() + timeout
    own: int | None = None
    while True:
        try:
            notification = told.get_nowait()
        except Empty:
            if time.monotonic() > latest:
                raise ActionFailed(f"the action '{name}' did not end within {timeout:g} s") from None
            yield
            continue
        event, handle = notification.action_event, notification.handle.identifier
        if own is None and event == ACTION_START:
            own = handle
        elif own is not None and handle != own:
            _log.warning("another action than '%s' is told of (event %d): somebody else moves the arm", name, event)
        elif event in (ACTION_ABORT, ACTION_PREPROCESS_ABORT):
            raise ActionFailed(f"the arm aborted '{name}': {words_of(notification.abort_details)}")
        elif event == ACTION_END:
            return


def _at_least_tried(call: Any, *arguments: Any) -> None:
    try:
        call(*arguments)
    except KortexError as error:
        _log.warning("after an action that did not end: %s", error)
