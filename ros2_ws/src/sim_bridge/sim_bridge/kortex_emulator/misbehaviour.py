"""Calls that go wrong because somebody wants to see what happens then."""

from dataclasses import dataclass
from typing import NamedTuple

from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Errors_pb2
from sim_bridge.kortex_emulator.refusal import Refusal

EVERY = "*"
"""The name that stands for every method but those of the session."""


class Outcome(NamedTuple):
    """How a call is going to be treated.

    Attributes:
        delay: s until it is answered.
        answered: false if no answer comes.
        executed: false if it has no effect.
        garbled: the answer is no message.
    """

    delay: float = 0.0
    answered: bool = True
    executed: bool = True
    garbled: bool = False


@dataclass
class _Planned:
    name: str
    times: int
    sub_code: int | None = None
    answered: bool = True
    garbled: bool = False

    def concerns(self, name: str) -> bool:
        return self.times > 0 and self.name in (name, EVERY)


class Misbehaviour:
    """What was planned for calls to come."""

    def __init__(self) -> None:
        self._plans: list[_Planned] = []
        self._delays: dict[str, float] = {}

    def fail(self, name: str, sub_code: int, times: int) -> None:
        """Answer the next calls with an error."""
        self._plans.append(_Planned(name, times, sub_code))

    def lose(self, name: str, times: int) -> None:
        """Neither execute nor answer the next calls."""
        self._plans.append(_Planned(name, times, answered=False))

    def ignore(self, name: str, times: int) -> None:
        """Answer the next calls as if they had been executed."""
        self._plans.append(_Planned(name, times))

    def garble(self, name: str, times: int) -> None:
        """Answer the next calls with what is no message, without executing them."""
        self._plans.append(_Planned(name, times, garbled=True))

    def delay(self, name: str, duration: float) -> None:
        """Answer calls so many s later, from now on; 0 ends it."""
        self._delays[name] = duration

    def clear(self) -> None:
        """Forget all plans."""
        self._plans.clear()
        self._delays.clear()

    def outcome(self, name: str) -> Outcome:
        """How a call is treated that comes in now.

        Raises:
            Refusal: it is to fail.
        """
        delay = self._delays.get(name, self._delays.get(EVERY, 0.0))
        plan = next((plan for plan in self._plans if plan.concerns(name)), None)
        if plan is None:
            return Outcome(delay)
        plan.times -= 1
        if plan.times <= 0:
            self._plans.remove(plan)
        if plan.sub_code is not None:
            raise Refusal(
                plan.sub_code,
                f"{name} fails because the emulator was told so: {Errors_pb2.SubErrorCodes.Name(plan.sub_code)}",
            )
        return Outcome(delay, plan.answered, executed=False, garbled=plan.garbled)
