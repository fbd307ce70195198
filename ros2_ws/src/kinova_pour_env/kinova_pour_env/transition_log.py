"""The transitions that were published, for a learner that missed some."""

from collections import deque

from msaclag_msgs.msg import Transition
from msaclag_msgs.srv import FetchTransitions


class TransitionLog:
    """The last transitions in order; one thread appends, another fetches."""

    def __init__(self, kept: int) -> None:
        """Keep at most so many."""
        self._transitions: deque[Transition] = deque(maxlen=kept)

    def append(self, transition: Transition) -> None:
        """The next one."""
        self._transitions.append(transition)

    def fetch(
        self, request: FetchTransitions.Request, response: FetchTransitions.Response
    ) -> FetchTransitions.Response:
        """Serve `fetch_transitions`: those from `first_seq` on, `limit` at most."""
        kept = list(self._transitions)
        wanted = [transition for transition in kept if transition.seq >= request.first_seq]
        response.transitions = wanted[: request.limit]
        forgotten = bool(kept) and request.first_seq < kept[0].seq
        response.complete = len(wanted) <= request.limit and not forgotten
        if forgotten:
            response.message = f"the log begins at {kept[0].seq}"
        return response
