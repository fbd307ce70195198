"""The watchdog: a thread that stops a moving arm when its commands stay away."""

import logging
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from kinova_pour_env.arm import Arm, Guarded
from kinova_pour_env.detectors import WATCHDOG, Violation
from kinova_pour_env.safety.guard import Guard
from kinova_pour_env.safety.guard_link import RESTING
from kinova_pour_env.safety.safety_config import SafetyConfig

_log = logging.getLogger(__name__)


def watch(arm: Arm, config: SafetyConfig, on_trip: Callable[[Violation], None]) -> "Watchdog":
    """The watchdog of an arm, with a guard where the arm has a way for one.

    Raises:
        ArmError: the guard could not connect to the arm.
    """
    if not isinstance(arm, Guarded):
        return Watchdog(config.watchdog_timeout, arm.stop, on_trip)
    guard = Guard(arm.stopper(), config.guard_timeout)
    return Watchdog(config.watchdog_timeout, arm.stop, on_trip, guard, lambda: arm.halted)


class Watchdog:
    """Commands are due from the first `beat` until `rest`; the guard, where there is one, is told of both.

    An arm whose last stop did not get through is not at rest: the watchdog stops it once more, and the guard tries on
    its own connection until it does.
    """

    def __init__(
        self,
        timeout: float,
        stop: Callable[[], None],
        on_trip: Callable[[Violation], None],
        guard: Guard | None = None,
        halted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start watching; nothing is due yet.

        Args:
            timeout: s between two commands after which the arm is stopped.
            stop: stops the arm; called from the watchdog's thread.
            on_trip: told of it, from the watchdog's thread, or from that of `beat`.
            guard: stops the arm when this process hangs; closed with the watchdog.
            halted: whether the arm's last stop got through.
        """
        self._timeout = timeout
        self._stop, self._on_trip = stop, on_trip
        self._guard = guard
        self._halted = halted
        self._last = RESTING
        self._lock = Lock()
        self._closed = Event()
        self._thread = Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def beat(self) -> None:
        """A command is about to be sent; whoever was frozen learns here that it was, before it moves the arm."""
        now = time.monotonic()
        with self._lock:
            last, self._last = self._last, now
        if last != RESTING and now - last > self._timeout:
            self._trip(now - last)
        if self._guard is not None:
            self._guard.beat()
            if self._guard.lost:
                message = "the process that guards the arm is gone or hangs: start the environment again"
                self._end(Violation(WATCHDOG, "guard", 1.0, 0.0, (), message))

    def rest(self) -> None:
        """The arm was stopped: nothing is due; a stop that did not get through is."""
        if not self._halted():
            if self._last == RESTING:
                self.beat()
            return
        with self._lock:
            self._last = RESTING
        if self._guard is not None:
            self._guard.rest()

    def close(self) -> None:
        """Watch no more; an arm that is not at rest is the guard's, who stops it."""
        self._closed.set()
        self._thread.join()
        if self._guard is not None:
            self._guard.close()

    def _watch(self) -> None:
        wait = self._timeout
        while not self._closed.wait(wait):
            with self._lock:
                last = self._last
                age = time.monotonic() - last
                overdue = last != RESTING and age > self._timeout
                if overdue:
                    self._last = RESTING
            if overdue:
                try:
                    self._trip(age)
                except Exception:  # the next silence is watched for all the same; the guard goes on with this one
                    _log.exception("the watchdog's stop failed")
            wait = self._timeout if last == RESTING or overdue else max(0.0, self._timeout - age)

    def _trip(self, age: float) -> None:
        message = f"the arm had no command for {age:.3f} s, allowed are {self._timeout:g} s: it was stopped"
        self._end(Violation(WATCHDOG, "watchdog", age, self._timeout, (), message))

    def _end(self, violation: Violation) -> None:
        try:
            self._stop()
        finally:
            self._on_trip(violation)
