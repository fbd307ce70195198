"""Numbers, one for each agent, that gradients tune within bounds: multiplier ν, threshold ε, temperature α."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from msaclag_learner.configuration import OptimiserName
from msaclag_learner.optimisers import OPTIMISERS

FormName = Literal["clamped", "log", "softplus", "sigmoid"]
SHORT = 1e-6
"""How far a form that cannot reach 0 or 1 stays from it."""


class Form(NamedTuple):
    """How the value lies behind the number that the optimiser moves."""

    value: Callable[[Tensor], Tensor]
    raw: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    """dvalue/draw."""


FORMS: dict[FormName, Form] = {
    "clamped": Form(torch.clone, torch.clone, torch.ones_like),
    "log": Form(torch.exp, torch.log, torch.exp),
    "softplus": Form(F.softplus, lambda value: value + torch.log(-torch.expm1(-value)), torch.sigmoid),
    "sigmoid": Form(torch.sigmoid, torch.logit, lambda raw: torch.sigmoid(raw) * torch.sigmoid(-raw)),
}


class Hyperparameter:
    """One number for each of P agents, kept between bounds.

    It is kept in double precision: beside ν = 1000 a step of 3e-5 is less than half of single precision's spacing, and
    would never be taken.
    """

    def __init__(
        self,
        initial: Tensor,
        *,
        rate: Tensor,
        low: Tensor,
        high: Tensor,
        form: FormName,
        optimiser: OptimiserName,
    ) -> None:
        """Start from `initial` [P], moved with step size `rate` [P] in the raw number of `form`.

        `low` and `high` [P] bound the value.
        """
        self._form, self._dtype = FORMS[form], initial.dtype
        initial, rate, low, high = initial.double(), rate.double(), low.double(), high.double()
        if form != "clamped":
            low = low.clamp(min=SHORT)
        if form == "sigmoid":
            high = high.clamp(max=1 - SHORT)
        self._low, self._high = self._form.raw(low), self._form.raw(high)
        self._raw = self._form.raw(initial).clamp_(self._low, self._high)
        self._optimiser = OPTIMISERS[optimiser](self._raw, rate)

    @property
    def value(self) -> Tensor:
        """[P]."""
        return self._form.value(self._raw).to(self._dtype)

    def ascend(self, gradient: Tensor, limit: float = torch.inf) -> Tensor:
        """One step along the gradient by the value, [P], whose part by the raw number is cut to ±`limit`.

        Returns:
            How the new value depends on `gradient`, [P]: 0 where a bound holds it.
        """
        slope = self._form.slope(self._raw)
        raw_gradient = (gradient.double() * slope).clamp_(-limit, limit)
        jacobian = self._optimiser.ascend(raw_gradient)
        free = (self._raw > self._low) & (self._raw < self._high)
        self._raw.clamp_(self._low, self._high)
        return (jacobian * slope * self._form.slope(self._raw) * free).to(self._dtype)

    def state(self) -> dict[str, Tensor]:
        """The raw number and the optimiser's memory, by name."""
        optimiser = {f"optimiser.{name}": value for name, value in self._optimiser.state().items()}
        return {"raw": self._raw, **optimiser}
