"""What a file of a bag does not hold any more, as far as what it does hold tells."""

from dataclasses import dataclass


@dataclass
class Losses:
    """Of one file.

    Attributes:
        cut_off: its data have no end: the recorder was killed, or the power went.
        unindexed: it has no index, which a reader of the whole needs.
        chunks: that are damaged or torn.
        bytes: that could not be read, chunks and other records.
        messages: in them, or missing to the number that the file or metadata.yaml tells.
        exact: whether exactly so many were lost; else about so many.
        seconds: for which messages are missing.
    """

    cut_off: bool = False
    unindexed: bool = False
    chunks: int = 0
    bytes: int = 0
    messages: int = 0
    exact: bool = True
    seconds: float = 0.0

    def __bool__(self) -> bool:
        """Whether anything is not as the recorder leaves it."""
        return self.cut_off or self.unindexed or self.damaged

    @property
    def damaged(self) -> bool:
        """Whether messages that once were on the disk cannot be read any more."""
        return bool(self.chunks or self.messages)

    def __str__(self) -> str:
        """In words; empty for none."""
        told = []
        if self.damaged:
            about = "" if self.exact else "about "
            told.append(
                f"{about}{_count(self.messages, 'message')} of {self.seconds:.1f} s are lost "
                f"({_count(self.chunks, 'chunk')} damaged or torn, {_count(self.bytes, 'byte')})"
            )
        if self.cut_off:
            told.append("it was cut off, so what came in the last second before may never have been on the disk")
        elif self.unindexed:
            told.append("it has no index")
        return "; ".join(told)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
