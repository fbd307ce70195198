from typing import get_args

import pytest
import torch

from msaclag_learner.configuration import OptimiserName
from msaclag_learner.hyperparameters import FORMS, FormName, Hyperparameter


def number(form: FormName, optimiser: OptimiserName, initial: float = 0.4, high: float = 1.0) -> Hyperparameter:
    one = torch.ones(1, dtype=torch.float64)
    return Hyperparameter(initial * one, rate=0.1 * one, low=0 * one, high=high * one, form=form, optimiser=optimiser)


@pytest.mark.parametrize("form", get_args(FormName))
@pytest.mark.parametrize("optimiser", get_args(OptimiserName))
def test_what_ascend_returns_is_the_derivative_of_the_new_value(form: FormName, optimiser: OptimiserName) -> None:
    def moved(gradient: float) -> tuple[float, float]:
        each = number(form, optimiser)
        each.ascend(torch.tensor([0.3], dtype=torch.float64))
        answer = each.ascend(torch.tensor([gradient], dtype=torch.float64))
        return float(each.value), float(answer)

    step = 1e-6
    difference = (moved(0.2 + step)[0] - moved(0.2 - step)[0]) / (2 * step)
    assert moved(0.2)[1] == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("form", get_args(FormName))
def test_a_value_starts_where_it_was_put_and_stays_within_its_bounds(form: FormName) -> None:
    each = number(form, "sgd")
    assert float(each.value) == pytest.approx(0.4)
    for direction in (1.0, -1.0):
        for _ in range(50):
            before = float(each.value)
            each.ascend(torch.full((1,), 20 * direction, dtype=torch.float64))
            assert 0 <= float(each.value) <= 1 and direction * (float(each.value) - before) >= 0
    assert form != "clamped" or each.value == 0


@pytest.mark.parametrize("optimiser", get_args(OptimiserName))
def test_steps_that_are_tiny_beside_the_value_are_taken(optimiser: OptimiserName) -> None:
    """The paper's ν = 1000 and β_ν = 3e-5."""
    one = torch.ones(1)
    each = Hyperparameter(
        1000 * one, rate=3e-5 * one, low=0 * one, high=torch.inf * one, form="clamped", optimiser=optimiser
    )
    for _ in range(5000):
        each.ascend(-one)
    assert each.value.dtype == torch.float32
    assert float(each.value) == pytest.approx(1000 - 5000 * 3e-5, abs=2e-2)


def test_a_bound_that_holds_a_value_ends_its_dependence() -> None:
    each = number("clamped", "sgd", initial=0.0)
    assert float(each.ascend(torch.tensor([-1.0], dtype=torch.float64))) == 0
    assert float(each.value) == 0


def test_the_part_by_the_raw_number_is_cut_to_the_limit() -> None:
    each = number("log", "sgd")
    each.ascend(torch.tensor([100.0], dtype=torch.float64), limit=0.05)
    assert float(each.value) == pytest.approx(0.4 * torch.tensor(0.005).exp().item())


def test_forms_are_the_inverse_of_their_raw_numbers() -> None:
    values = torch.tensor([0.01, 0.3, 0.99], dtype=torch.float64)
    for form in FORMS.values():
        torch.testing.assert_close(form.value(form.raw(values)), values)
