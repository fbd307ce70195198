"""The process that trains for the learner's node, so that acting shares neither a lock nor a thread with it.

Started by `trainer.Trainer`:

    python -m msaclag_learner.trainer_process FILE_DESCRIPTOR

It has one thread: between two updates it carries out what the node has called meanwhile, and reports. When the node is
gone, killed or not, it leaves whole files and ends.
"""

import signal
import sys
import traceback
from multiprocessing.connection import Connection

from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.scheduling import give_way
from msaclag_learner.trainer_link import Begin, Call, End, Failed, Report, Save, Saved
from msaclag_learner.training_run import TrainingRun

IDLE = 0.1
"""s to wait for a call where no update is due."""


class NodeLink:
    """The trainer's end of the pipe.

    Attributes:
        ended: the node wants no more, or is gone.
        carried_out: calls so far.
    """

    def __init__(self, pipe: Connection) -> None:
        """Nothing was called."""
        self._pipe = pipe
        self.ended = False
        self.carried_out = 0

    def begin(self) -> Begin | None:
        """What to train, for which it waits; None where the node wants nothing."""
        message = self._receive()
        return message if isinstance(message, Begin) else None

    def carry_out_calls(self, run: TrainingRun) -> bool:
        """All that came since the last time, if any; where no update is due, wait a little for one."""
        before = self.carried_out
        patience = 0.0 if run.progress.due() else IDLE
        while not self.ended and self._pipe.poll(patience):
            message = self._receive()
            if isinstance(message, Call):
                getattr(run, message.name)(*message.arguments)
                self.carried_out += 1
            elif isinstance(message, Save):
                self.send(_saved(run))
            patience = 0.0
        return self.carried_out > before

    def report(self, run: TrainingRun) -> None:
        """Tell where the run stands."""
        report = Report(
            carried_out=self.carried_out,
            weights=run.acting.weights,
            trained=run.trained,
            evaluated=run.evaluated,
            wants_initial_state=run.wants_initial_state,
            warming_up=run.progress.warming_up,
            due=run.progress.due(),
            caught_up=run.progress.caught_up,
            followed=run.followed,
            status=run.status(),
        )
        self.send(report)

    def send(self, message: Report | Saved | Failed) -> None:
        """Tell the node."""
        try:
            self._pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            self.ended = True

    def _receive(self) -> Begin | Call | Save | End:
        try:
            message: Begin | Call | Save | End = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            message = End()
        self.ended = isinstance(message, End)
        return message


def serve(link: NodeLink) -> None:
    """Train as the node asks until it has enough or is gone, and leave whole files.

    Raises:
        CheckpointError, DeviceError, DivergedError, ExperienceError: see `TrainingRun`.
    """
    begin = link.begin()
    if begin is None:
        return
    give_way(begin.config.threads)
    run = TrainingRun(begin.config, begin.task, begin.state_size, begin.action_size, begin.conditions)
    try:
        link.report(run)
        while not link.ended:
            if link.carry_out_calls(run):
                link.report(run)
            if run.progress.due():
                run.update()
                link.report(run)
            run.save_if_due()
    finally:
        run.close()


def _saved(run: TrainingRun) -> Saved:
    try:
        return Saved(True, f"saved {run.save()}")
    except CheckpointError as error:
        return Saved(False, str(error))


def main() -> int:
    """Train for the node; the signals that end a launch are for the node."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    link = NodeLink(Connection(int(sys.argv[1])))
    try:
        serve(link)
    except Exception as error:
        link.send(Failed(error, traceback.format_exc()))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
