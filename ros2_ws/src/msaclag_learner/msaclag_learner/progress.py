"""How far a run has come."""

import math


class Progress:
    """Transitions, updates and episodes of a run, and the updates that are due."""

    def __init__(self, warmup: int, updates_per_step: float) -> None:
        """At the beginning.

        Args:
            warmup: transitions before the first update.
            updates_per_step: updates for each one behind them.
        """
        self.warmup, self.updates_per_step = warmup, updates_per_step
        self.step, self.updates = 0, 0
        self.initial_resets, self.begun, self.finished = 0, 0, 0
        """Resets made for D₀ alone, and episodes of training."""
        self.first_due: int | None = None
        """Transitions at hand when the buffers could first give a batch."""
        self.in_episode = False

    @property
    def warming_up(self) -> bool:
        """Whether there are transitions to come before the first update."""
        return self.step < self.warmup

    def stepped(self, *, ready: bool) -> None:
        """A transition was taken in; `ready` says whether the buffers can now give a batch."""
        self.step += 1
        if self.first_due is None and ready:
            self.first_due = self.step

    def due(self) -> int:
        """Updates that the transitions so far call for and that were not made yet."""
        if self.first_due is None:
            return 0
        learned_from = self.step - max(self.first_due, self.warmup)
        return max(0, int(learned_from * self.updates_per_step) - self.updates)

    @property
    def caught_up(self) -> bool:
        """Whether at most one step's updates are missing."""
        return self.due() <= math.ceil(self.updates_per_step)

    def state(self) -> dict[str, int | None]:
        """All that going on depends on, but for the episode under way: none is, when a run goes on."""
        names = ("warmup", "step", "updates", "initial_resets", "begun", "finished", "first_due")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: dict[str, int | None]) -> None:
        """Go on from `state`."""
        for name, value in state.items():
            setattr(self, name, value)
