"""The thread that owns the arm: it carries out resets, and the episode that each of them leads to."""

from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread

import numpy as np
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from kinova_pour_env.arm import RETREAT, ArmError, ArmUnreachable, Guarded, come_to_rest
from kinova_pour_env.detectors import Violation
from kinova_pour_env.episode_run import EpisodeRun
from kinova_pour_env.exchange import Exchange
from kinova_pour_env.motion_lock import MotionLock
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.reset_phases import MOVING, STILL, UnsafeReset
from kinova_pour_env.reset_run import Obstacle, ResetRun
from kinova_pour_env.reset_server import conclude
from kinova_pour_env.safety.watchdog import Watchdog
from kinova_pour_env.telling import Telling
from kinova_pour_env.weighing import Loss, Scale
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Observation

FAILURES = 10
"""Failed resets in a row after which an arm is given up that nobody stands beside."""


class ControlThread:
    """Resets wait in line; any thread may call.

    Attributes:
        ending: it was asked to end.
        failure: what ended it, if it was not asked to.
    """

    def __init__(
        self,
        node: Node,
        task: PourTask,
        exchange: Exchange,
        lock: MotionLock,
        telling: Telling,
        watchdog: Watchdog | None,
        *,
        violated: Callable[[Violation], None],
        scale: Scale,
        random: np.random.Generator,
        conditions: str,
    ) -> None:
        """Not started.

        Args:
            node: whose log it is.
            task: and its arm, which are this thread's alone from `start` to the end of `join`.
            exchange: where actions come in.
            lock: ends what moves where it is engaged.
            telling: of all that happens.
            watchdog: of an arm in real time.
            violated: called when a reset was stopped by a violation.
            scale: weighs the mug between two episodes.
            random: for the first states.
            conditions: that a learner is told with each reset.
        """
        self.ending = False
        self.failure: Exception | None = None
        self._task, self._arm, self._lock = task, task.arm, lock
        self._telling, self._watchdog, self._violated = telling, watchdog, violated
        self._scale, self._random, self._conditions = scale, random, conditions
        self._logger = node.get_logger()
        self._goals: Queue[ServerGoalHandle] = Queue()
        self._failed = 0
        self._episodes = EpisodeRun(
            task,
            exchange,
            ask=telling.ask,
            publish=telling.ask_again,
            tell=telling.step,
            on_late=telling.came_late,
        )
        self._thread = Thread(target=self._run, name="control")

    @property
    def awaited(self) -> bool:
        """Whether the next reset, or the end, waits for the episode under way."""
        return self.ending or not self._goals.empty()

    def start(self) -> None:
        """Wait for resets and carry them out."""
        self._thread.start()

    def reset(self, handle: ServerGoalHandle) -> None:
        """Carry out a reset, and its episode, as the next one."""
        self._goals.put(handle)

    def conclude(self, handle: ServerGoalHandle, code: int, message: str, first: Observation | None = None) -> None:
        """Answer a goal."""
        log = self._telling.logbook.log
        conclude(handle, code, message, first, self._conditions, log=log, real_time=self._arm.real_time)

    def join(self) -> None:
        """Wait for the end, which `ending` asked for; the arm stands then."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self.ending:
                try:
                    handle = self._goals.get(timeout=0.1)
                except Empty:
                    continue
                first = self._reset(handle)
                if first is not None:
                    self._telling.end_episode(*self._episodes.through(first))
                self._rest()
        except Exception as error:
            self.failure = error
            self._arm.stop()
            if self._lock.attended:
                self._lock.engage(f"the control of the arm failed: {error}")
        else:
            self._arm.stop()
        self._rest()

    def _rest(self) -> None:
        """No command is due any more; an arm that does not come to rest, whatever it answered, is stopped once more.

        An arm that was not moved is left alone: by hand, a person may be bringing it to where a reset is possible.
        """
        if self._watchdog is None or not self._lock.moves:
            return
        try:
            for _ in come_to_rest(self._arm):
                self._watchdog.beat()
        except ArmError as error:
            self._logger.error(str(error))
        else:
            self._watchdog.rest()
            self._lock.note_motion(moves=False)

    def _reset(self, handle: ServerGoalHandle) -> Observation | None:
        """The first observation of a new episode; None when there is none."""
        self._lock.begin_reset()
        reset = ResetRun(handle, self._lock, lambda: self._task.interrupted or self.ending)
        unwritten = self._telling.logbook.trouble
        obstacle = (
            Obstacle(ResetEpisode.Result.NOT_LOGGED, unwritten)
            if unwritten
            else reset.through(self._task.reset(self._random), self._in_phase, self._reset_failed)
        )
        self._telling.broadcast.phase("")
        if obstacle is not None:
            if self._lock.moves:
                self._arm.stop()
            if not self.ending:  # the executor that would carry the result has stopped
                if obstacle.code != ResetEpisode.Result.NEEDS_ACKNOWLEDGE:  # told once, and asked for every second
                    self._logger.warning(obstacle.message)
                self.conclude(handle, *obstacle)
            return None
        self._failed = 0
        self._lock.note_motion(moves=True)
        self._telling.begin_episode(reset.phases)
        first = self._telling.ask(0, handle.request.evaluation)
        self.conclude(handle, ResetEpisode.Result.OK, "", first)
        return first

    def _in_phase(self, phase: str) -> None:
        """One period of a reset; one that moves is watched as an episode is."""
        if phase not in STILL:
            self._lock.note_motion(moves=True)
        broadcast = self._telling.broadcast
        broadcast.phase(phase)
        if self._watchdog is not None:
            moves = phase in MOVING if isinstance(self._arm, Guarded) else phase == RETREAT  # the twin is Home at once
            self._watchdog.beat() if moves else self._watchdog.rest()
        if self._arm.real_time:
            broadcast.joints(self._arm.read(), self._telling.now())
        if lost := self._scale.read(phase, self._arm.read(), self._task.liquid):
            self._weighed(lost)

    def _reset_failed(self, error: ArmError) -> None:
        """Who intervenes says when the arm may move again; a lost connection alone is nobody's intervention."""
        if isinstance(error, UnsafeReset):
            self._violated(error.violation)
        elif isinstance(error, ArmUnreachable):
            return
        elif self._arm.real_time:
            self._lock.engage(f"the reset failed: {error}")
        self._failed += 1
        if self._failed == FAILURES and not self._lock.attended:
            raise ArmError(f"{FAILURES} resets in a row have failed, and nobody is there to help: {error}")

    def _weighed(self, lost: Loss) -> None:
        """After the episode: too late for the cost of a step, not for a person who looks at the table."""
        self._logger.info(str(lost))
        if violation := lost.violation:
            self._lock.engage(violation.message)
            self._telling.violated(violation)
