"""Where the graph stands, in one line and a colour, and what a person can do about it."""

from typing import Any, NamedTuple

from msaclag.web.heard import STALE, Heard
from msaclag.web.surroundings import ENVIRONMENT

ERROR = 2
"""Of diagnostic_msgs."""

SILENT, ATTENTION, MOVING, READY, DONE = "silent", "attention", "moving", "ready", "done"

PATIENCE = 1.0
"""s: the twin is through with any phase of a reset sooner."""


class Standing(NamedTuple):
    """One line for a person.

    Attributes:
        kind: SILENT, ATTENTION (a person is needed), MOVING, READY or DONE.
        title: what is the case.
        detail: what is behind it, and the remedy.
    """

    kind: str
    title: str
    detail: str


def standing(heard: Heard, namespace: str, domain: int, now: float) -> Standing:
    """Where the graph stands.

    Args:
        heard: so far.
        namespace: that is listened to.
        domain: DDS domain.
        now: s of the monotonic clock.
    """
    if heard.silent(now):
        ages = [now - at for at in heard.heard_at.values()]
        since = f"The last word came {min(ages):.0f} s ago. " if ages else ""
        return Standing(
            SILENT,
            "Nothing is heard",
            f"{since}Listening in namespace {namespace}, ROS_DOMAIN_ID {domain}, ROS_AUTOMATIC_DISCOVERY_RANGE as set "
            "where the console was started. Is the graph running there? This page goes on as soon as it is.",
        )
    environment = heard.node(ENVIRONMENT)
    if environment is None or now - environment.heard > STALE:
        said = "has not been heard" if environment is None else f"is silent for {now - environment.heard:.0f} s"
        return Standing(ATTENTION, f"{ENVIRONMENT} {said}", "Its process may hang or have ended; see its log.")
    if environment.level == ERROR:
        return Standing(
            ATTENTION,
            "The arm stands and waits for a person",
            f"{environment.message}. Look at the arm and the table; when it is safe to go on: acknowledge.",
        )
    if heard.phase:
        lasts = now - heard.heard_at["reset_phase"]
        if heard.phase in _FOR_A_PERSON and lasts > PATIENCE:
            return Standing(ATTENTION, f"Reset: {heard.phase}, for {lasts:.0f} s", _FOR_A_PERSON[heard.phase])
        return Standing(MOVING, f"Reset: {heard.phase}", "The next episode follows.")
    learner = heard.node("learner_node")
    if learner is not None and now - learner.heard > STALE:
        return _without_learner(heard, now - learner.heard)
    status = heard.newest.get("learner_status")
    if learner is None or status is None:
        return Standing(READY, "The environment is ready", environment.message)
    return Standing(MOVING, _PHASES.get(status.phase, status.phase.capitalize()), _progress(heard, status))


_PHASES = {"warmup": "Warming up: random actions", "training": "Training", "evaluation": "Evaluation", "done": "Done"}
_FOR_A_PERSON = {
    "acknowledge": "The arm waits for a person: look at it; when it may move: acknowledge.",
    "refill": "Fill the mug, then tell by “Mug is refilled”.",
}


def _without_learner(heard: Heard, silent: float) -> Standing:
    status = heard.newest.get("learner_status")
    if status is not None and status.phase == "done":
        return Standing(DONE, "Done", _progress(heard, status))
    return Standing(ATTENTION, f"learner_node is silent for {silent:.0f} s", "The arm stands until a learner comes.")


def _progress(heard: Heard, status: Any) -> str:
    episode = f"Episode {heard.episodes.seen[-1].number}, " if heard.episodes.seen else ""
    return f"{episode}{status.step} of {status.steps} transitions, {status.updates} updates, {status.algorithm}"
