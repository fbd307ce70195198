"""The last seconds before each violation, and a moment after, as a bag of its own."""

import re
import struct
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from msaclag.bag.topic import BagMessage, BagTopic
from msaclag.bag.writer import BagError, BagWriter

STAMPED = "joint_states"
"""The topic whose stamps are the time of the arm, which in simulation goes faster than that of the recorder."""

STANDING = ("learner_status", "reset_phase")
"""Topics of which a message holds until the next one: the last before the snapshot is in it too."""

_STAMP = struct.Struct("<iI")
_BEHIND = 4  # bytes of CDR's encapsulation


def snapshots_of(bag: Path) -> Path:
    """The folder for the snapshots of a bag."""
    return bag.with_name(f"{bag.name}-violations")


class Snapshots:
    """Remembers the last messages; a violation has them written, with those of the moment after it.

    A violation within another's moment makes that one longer and is in the same bag. The moment is over when it is by
    the time of the arm or by that of the recorder: an arm that waits for a person tells nothing.

    Attributes:
        folder: for the bags; is made with the first one.
        made: folders of the bags.
    """

    def __init__(
        self,
        bag: Path,
        about: Mapping[str, str],
        topics: Mapping[str, BagTopic],
        *,
        before: float,
        after: float,
        kind: Callable[[bytes], str],
    ) -> None:
        """Nothing is remembered yet.

        Args:
            bag: folder of the one with all messages.
            about: what is to be known of each.
            topics: all that messages will come of, by name; may grow.
            before: s of the arm's time that are kept.
            after: s of it that follow.
            kind: of a serialised violation.

        Raises:
            BagError: snapshots of another bag are in the way.
        """
        self.folder = snapshots_of(bag)
        if self.folder.exists():
            raise BagError(f"{self.folder} exists already: move it away")
        self.made: list[Path] = []
        self._about, self._topics = dict(about), topics
        self._before, self._after, self._kind = before, after, kind
        self._recent: deque[tuple[float, BagMessage]] = deque()
        self._standing: dict[str, BagMessage] = {}
        self._now = 0.0
        self._due: tuple[float, float] | None = None  # s by the time of the arm and by that of the recorder
        self._kinds: list[str] = []

    def add(self, message: BagMessage) -> None:
        """Take in the next message.

        Raises:
            BagError: a snapshot is due and cannot be written.
        """
        name = message.topic.rpartition("/")[2]
        if name == STAMPED:
            seconds, nanoseconds = _STAMP.unpack_from(message.data, _BEHIND)
            self._now = seconds + nanoseconds / 1e9
        received = message.received / 1e9
        if self._due is not None and (self._now >= self._due[0] or received >= self._due[1]):
            self._write()
        if self._due is None:
            self._forget()
        self._recent.append((self._now, message))
        if name == "safety_violation":
            self._kinds.append(self._kind(message.data))
            self._due = self._now + self._after, received + self._after

    def close(self) -> None:
        """Write what is due, though its moment has not passed.

        Raises:
            BagError: it cannot be written.
        """
        if self._due is not None:
            self._write()

    def _forget(self) -> None:
        while self._recent and not 0 <= self._now - self._recent[0][0] <= self._before:
            _, message = self._recent.popleft()
            if message.topic.rpartition("/")[2] in STANDING:
                self._standing[message.topic] = message

    def _write(self) -> None:
        """What is remembered, led by what stood before."""
        kinds = list(dict.fromkeys(self._kinds))
        folder = self.folder / f"{len(self.made) + 1:04d}-{_as_name(kinds[0])}"
        bag = BagWriter(folder, {**self._about, "violations": ", ".join(kinds)})
        try:
            for message in [*self._standing.values(), *(message for _, message in self._recent)]:
                if not bag.has(message.topic):
                    bag.add_topic(self._topics[message.topic])
                bag.write(message)
        finally:
            bag.close()
        self.made.append(folder)
        self._due, self._kinds = None, []


def _as_name(kind: str) -> str:
    """A kind as part of a folder's name, whatever a detector calls it."""
    return re.sub(r"\W+", "_", kind, flags=re.ASCII) or "unnamed"
