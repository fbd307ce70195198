"""The training process from the side of the learner's node: calls go out, reports and the newest policy come in."""

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import Pipe
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msaclag_learner.acting import ActingPolicy
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.step import Step
from msaclag_learner.trainer_link import Begin, Call, End, Failed, Report, Save, Saved
from msaclag_learner.transition import checked

Array = NDArray[np.float32]


class TrainerDied(RuntimeError):
    """The training process has ended without a word: it was killed, by a lack of memory for instance."""


class RemoteTraceback(Exception):
    """Where in the training process an error came from."""


class Trainer:
    """A process that trains; one thread calls, and no call waits for an update.

    Attributes:
        report: the newest one; None until the run is there.
        failure: why the process has ended, if it was not by `close`.
    """

    def __init__(self, config: TrainingConfig, on_news: Callable[[], None]) -> None:
        """Start the process, which has much to import; `on_news` is called from a thread after each report."""
        self.config, self._on_news = config, on_news
        self.report: Report | None = None
        self.failure: Exception | None = None
        self._state_size = self._called = 0
        self._policy: ActingPolicy | None = None
        self._saving: deque[Callable[[Saved], None]] = deque()
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "msaclag_learner.trainer_process", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._listener = Thread(target=self._listen, name="trainer's reports")
        self._listener.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def begun(self) -> bool:
        """Whether it was said what to train."""
        return self._state_size > 0

    @property
    def settled(self) -> bool:
        """Whether the newest report knows of all that was called."""
        return self.report is not None and self.report.carried_out == self._called

    @property
    def caught_up(self) -> bool:
        """Whether of all that was called at most one step's updates are missing."""
        return self.report is not None and self.report.carried_out == self._called and self.report.caught_up

    def begin(self, task: str, state_size: int, action_size: int, conditions: Mapping[str, Any]) -> None:
        """Make the run, as `TrainingRun`; the first report tells that it is there."""
        self._state_size = state_size
        self._send(Begin(self.config, task, state_size, action_size, conditions))

    def follow(self, log: str, seq: int) -> None:
        """See `TrainingRun`."""
        self._call("follow", log, seq)

    def take_in_logged(self, seq: int, step: Step) -> None:
        """See `TrainingRun`."""
        self._call("take_in_logged", seq, step)

    def save(self, on_saved: Callable[[Saved], None]) -> None:
        """Write a checkpoint now; `on_saved` is called from a thread when that is over."""
        self._saving.append(on_saved)
        self._send(Save())

    def act(self, observation: Array, *, evaluation: bool) -> tuple[Array, int]:
        """The action [A] in [−1, 1] for `observation` [S], and the updates behind it; needs a report.

        Raises:
            ExperienceError: the observation is malformed.
        """
        assert self._policy is not None and self.report is not None
        observation = checked("observation", observation, self._state_size)
        weights = self._policy.weights = self.report.weights
        explore = self.report.warming_up and not evaluation
        action = self._policy.explore() if explore else self._policy.act(observation, deterministic=evaluation)
        return action, weights.version

    def close(self) -> None:
        """Let the process leave whole files and end, unless it has.

        Raises:
            Exception: what kept it from that.
        """
        if self._pipe.closed:
            return
        had_failed = self.failure is not None
        self._send(End())
        self._listener.join()
        self._process.wait()
        self._pipe.close()
        if self.failure is not None and not had_failed:
            raise self.failure

    def _call(self, name: str, *arguments: Any) -> None:
        self._called += 1
        self._send(Call(name, arguments))

    def _send(self, message: Begin | Call | Save | End) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # the listener learns why
            self._pipe.send(message)

    def _listen(self) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, ConnectionResetError):
                break
            except Exception as error:  # what it sent cannot be made here, such as an error of another package's
                self.failure = TrainerDied(f"the training process sent what cannot be read: {error!r}")
                self._on_news()
                self._process.kill()
                break
            if isinstance(message, Report):
                self._note(message)
            elif isinstance(message, Saved):
                self._saving.popleft()(message)
            elif isinstance(message, Failed):
                message.error.__cause__ = RemoteTraceback(message.trace)
                self.failure = message.error
            self._on_news()
        if self.failure is None and (code := self._process.wait()):
            self.failure = TrainerDied(f"the training process has ended with {code}; the last checkpoint is untouched")
            self._on_news()

    def _note(self, report: Report) -> None:
        if self._policy is None:
            self._policy = ActingPolicy(report.weights, (self.config.seed, report.status.step))
        self.report = report
