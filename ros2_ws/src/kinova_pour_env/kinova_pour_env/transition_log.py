"""The environment's log: each transition is numbered and on disk before anybody is told of it.

A folder of segments (`transition_segment`). Numbers go on over restarts; a segment that a dying process left torn is
cut to its last whole transition. What is damaged is named, and lost to nobody but those who have not heard it yet.
"""

import os
import shutil
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from rclpy.serialization import deserialize_message, serialize_message
from rclpy.time import Time

from kinova_pour_env.transition_segment import SegmentWriter, read_segment
from msaclag_msgs.msg import Transition
from msaclag_msgs.srv import FetchTransitions

PATTERN = "*.mcap"
SEGMENT = 10_000
"""Transitions of a segment."""


class LogError(RuntimeError):
    """The log cannot be written or must not be gone on with; the message names the file and the remedy."""


class TransitionLog:
    """The numbered transitions; one thread appends, another may flush, and a third fetch.

    Attributes:
        identity: of this log, for those who follow it.
        next_seq: number of the next transition.
        last: the newest one, None where there is none.
        findings: what opening it found damaged, for a person.
    """

    def __init__(self, folder: Path, about: Mapping[str, str], *, kept: int, synced: bool) -> None:
        """Open the log in `folder`, which is made where it is missing.

        Args:
            folder: of this log alone.
            about: facts that must be true of all its transitions, such as the task's conditions.
            kept: transitions held in memory, to be fetched again; older ones are read again for that.
            synced: whether a transition is on disk when `flush` returns, even if the machine dies.

        Raises:
            LogError: another process writes it, it is of something else, or it cannot be read or written.
        """
        self._folder, self._synced = folder, synced
        self._lock = FileLock(folder / "lock")
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=kept)
        self._untold: deque[Transition] = deque()
        self._written: list[tuple[int, bytes]] = []  # of the untold ones, what the segment's writer has
        self.findings: list[str] = []
        self.next_seq = 1
        self.identity = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
            self._read(about)
            self.identity = self.identity or uuid4().hex
            self._about = {**about, "log": self.identity}
            self._writer = self._next_writer(self.next_seq)
        except Timeout as error:
            raise LogError(f"another environment writes the log of transitions {folder}: end it first") from error
        except OSError as error:
            raise LogError(f"the log of transitions {folder} cannot be opened: {error}") from error
        self.last = self._message(self._kept[-1][1]) if self._kept else None

    def append(self, transition: Transition) -> None:
        """Number it, and keep it for the next `flush`."""
        transition.seq = self.next_seq
        self.last, self.next_seq = transition, self.next_seq + 1
        self._untold.append(transition)

    def flush(self) -> list[Transition]:
        """Bring all to disk; returns those that it was done for, which may be told of now.

        Raises:
            LogError: they cannot be written; nothing is lost, and the next `flush` tries again.
        """
        untold = list(self._untold)
        for transition in untold[len(self._written) :]:
            data = serialize_message(transition)
            self._writer.add(transition.seq, Time.from_msg(transition.header.stamp).nanoseconds, data)
            self._written.append((transition.seq, data))
        try:
            self._writer.flush()
            if untold and untold[-1].seq - self._begin + 1 >= SEGMENT:
                full, self._writer = self._writer, self._next_writer(untold[-1].seq + 1)
                with suppress(OSError):  # its index is missing then, and no transition
                    full.close()
        except OSError as error:
            raise self._unwritable(error) from error
        self._kept.extend(self._written)
        self._written.clear()
        for _ in untold:
            self._untold.popleft()
        return untold

    def fetch(
        self, request: FetchTransitions.Request, response: FetchTransitions.Response
    ) -> FetchTransitions.Response:
        """Serve `fetch_transitions`: those from `first_seq` on, `limit` at most; the older ones from disk."""
        kept, first = list(self._kept), request.first_seq
        found = self._older(first) if kept and first < kept[0][0] else kept
        told = [(seq, data) for seq, data in found if seq >= first][: request.limit]
        response.transitions = [self._message(data) for _, data in told]
        begin, end = (told[0][0], told[-1][0]) if told else (first, first - 1)
        response.complete = begin == first and (not kept or end >= kept[-1][0]) and not self._untold
        if begin > first:
            response.message = f"transitions {first} to {begin - 1} are not in the log"
        return response

    def _older(self, first: int) -> list[tuple[int, bytes]]:
        """Of the segment that has number `first` or, where that is missing, the next one; else what is kept."""
        files = sorted(self._folder.glob(PATTERN))
        later = [file for file in files if file.stem > f"{first:012d}"]
        for file in (*files[: len(files) - len(later)][-1:], *later):
            with suppress(OSError):  # it was taken away
                transitions = read_segment(file).transitions
                if transitions and transitions[-1][0] >= first:
                    return transitions
        return list(self._kept)

    def close(self) -> None:
        """End the segment.

        Raises:
            LogError: it cannot be written.
        """
        try:
            self._writer.close()
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            self._lock.release()

    def _read(self, about: Mapping[str, str]) -> None:
        for file in sorted(self._folder.glob(PATTERN)):
            segment = read_segment(file)
            aside = file.with_name(f"{file.name}.{uuid4().hex[:8]}")  # what cannot be read is kept for a person
            if not segment.transitions:
                file.rename(aside)
                if segment.torn:
                    self.findings.append(f"{file}: holds no whole transition, it is kept as {aside.name}")
                continue
            if segment.about:
                _check(file, segment.about, about)
                self.identity = segment.about["log"]
            else:
                self.findings.append(f"{file}: what it is about is damaged")
            if segment.torn:
                shutil.copy2(file, aside)
                os.truncate(file, segment.whole)
                self.findings.append(f"{file}: cut to its last whole transition, {segment.transitions[-1][0]}")
            for seq, data in segment.transitions:
                if seq > self.next_seq:
                    self.findings.append(f"{file}: transitions {self.next_seq} to {seq - 1} are damaged or missing")
                self._kept.append((seq, data))
                self.next_seq = seq + 1
        if self._kept and not self.identity:
            raise LogError(f"no segment of {self._folder} says which log it is of: take it from a copy")

    def _next_writer(self, begin: int) -> SegmentWriter:
        writer = SegmentWriter(self._folder / f"{begin:012d}.mcap", self._about, synced=self._synced)
        self._begin = begin
        return writer

    def _unwritable(self, error: OSError) -> LogError:
        return LogError(f"the log of transitions {self._folder} cannot be written: {error.strerror}")

    @staticmethod
    def _message(data: bytes) -> Transition:
        message: Transition = deserialize_message(data, Transition)
        return message


def _check(file: Path, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    if differing := [name for name, value in wanted.items() if found.get(name) != value]:
        raise LogError(
            f"{file} is of another {', '.join(differing)}: give this environment a folder of its own (transitions_dir)"
        )
