"""Programs in the manner of Kinova's examples, run as they are against an emulator on a port."""

import subprocess
import sys
from os import environ
from pathlib import Path

import pytest

from sim_bridge.kortex_emulator import API_PATH

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("[!_]*.py"))


@pytest.mark.parametrize("program", EXAMPLES, ids=lambda program: program.stem)
def test_a_program_for_the_arm_runs_unchanged(program, emulator, control):
    environment = {**environ, "PYTHONPATH": str(API_PATH)}
    command = [sys.executable, str(program), "--ip", "127.0.0.1", "--port", str(emulator.port)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.rstrip().endswith("done")
