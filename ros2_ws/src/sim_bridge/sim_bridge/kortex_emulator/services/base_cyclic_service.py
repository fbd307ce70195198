"""Cyclic feedback."""

from typing import Any

from sim_bridge.kortex_emulator.feedback import FeedbackStream
from sim_bridge.kortex_emulator.services.caller import Caller


class BaseCyclicService:
    """The BaseCyclic service."""

    def __init__(self, feedback: FeedbackStream) -> None:
        """Take the readings to report."""
        self._feedback = feedback

    def refresh_feedback(self, _: Caller, __: Any) -> bytes:
        """The latest reading, serialized."""
        return self._feedback.latest
