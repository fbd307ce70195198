"""Faults from a shell."""

import json

import pytest

from sim_bridge.kortex_emulator.inject import inject


def test_a_fault_with_its_bits(emulator, control, capsys):
    assert inject(["fault", "--bank-a", "4096", "--port", str(emulator.port)]) == 0
    assert inject(["status", "--port", str(emulator.port)]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == control.status()["state"] == 4


def test_what_is_none_is_refused(emulator, capsys):
    with pytest.raises(SystemExit) as ended:
        inject(["explode", "--port", str(emulator.port)])
    assert ended.value.code == 2 and "explode" in capsys.readouterr().err
    assert inject(["hold", "--mass", "0.1", "--port", "9"]) == 1
    assert "the emulator on port 9:" in capsys.readouterr().err


def test_the_help_teaches(capsys):
    with pytest.raises(SystemExit) as ended:
        inject(["--help"])
    help_text = capsys.readouterr().out
    assert ended.value.code == 0
    assert "press_estop" in help_text and "Press the red button" in help_text and "--port" in help_text
    assert "close" not in help_text
