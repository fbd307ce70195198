"""`msaclag bench choices`, and that its table names what there is to choose."""

import json
from dataclasses import fields, replace

import pytest

from msaclag import cli
from msaclag.bench.choices import ALONG, ALTERNATIVES, DEFAULT
from msaclag_learner.configuration import AlgorithmConfig


def test_the_quick_form_of_two_choices(tmp_path, capsys):
    file = tmp_path / "choices.json"
    words = ["choices", "--quick", "--seeds", "2", "--threads", "1", "--only", "safety_share", "penalty"]
    assert cli.main(["bench", *words, "--json", str(file)]) == 0
    assert "2 seeds, 100 updates each" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == ["choices.json"]
    figures = json.loads(file.read_text())
    named = [(row["algorithm"], row["choice"], row["value"]) for row in figures["variants"]]
    assert named == [
        ("meta_sac_lag", "", ""),
        ("meta_sac_lag", "safety_share", 0.0),
        ("meta_sac_lag", "safety_share", 0.5),
        ("rcpo_sacv2", "", "rcpo_sacv2"),
        ("rcpo_sacv2", "penalty", "safety_value"),
    ]
    for row in figures["variants"]:
        assert len(row["return_share"]) == len(row["threshold"]) == 2
        assert all(0 <= rate <= 1 for rate in row["violation_rate"] + row["training_violation_rate"])


@pytest.mark.parametrize(("name", "alternatives"), ALTERNATIVES.items())
def test_each_alternative_is_a_setting_other_than_the_default(name, alternatives):
    if name == "warmup":
        return
    assert name in {field.name for field in fields(AlgorithmConfig)}
    for value in alternatives:
        assert getattr(DEFAULT, name) != value
        replace(DEFAULT, **{name: value} | ALONG.get((name, value), {}))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["choices", "--only", "safety_shares"], "there is no choice 'safety_shares' (did you mean 'safety_share'?)"),
        (["choices", "--seeds", "0"], "seeds is 0; it must be 1 or more"),
    ],
)
def test_a_mistake_is_told_before_anything_is_measured(words, message, capsys):
    assert cli.main(["bench", *words]) == 2
    assert message in capsys.readouterr().err
