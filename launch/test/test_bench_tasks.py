"""`msaclag bench tasks`."""

import json

import pytest

from msaclag import cli
from msaclag_benchmarks.tasks import TASKS


@pytest.mark.slow
def test_the_quick_form_measures_every_task(tmp_path, capsys):
    file = tmp_path / "tasks.json"
    assert cli.main(["bench", "tasks", "--quick", "--json", str(file)]) == 0
    assert "Car-Circle2" in capsys.readouterr().out
    measured = json.loads(file.read_text())["tasks"]
    assert list(measured) == [task.id for task in TASKS]
    for task in measured.values():
        assert task["spread"][0] <= task["steps_per_cpu_s"] <= task["spread"][1]
        assert task["violating"]["violation"] == 1
        assert task["solving"] is None or task["solving"]["success"] > 0
