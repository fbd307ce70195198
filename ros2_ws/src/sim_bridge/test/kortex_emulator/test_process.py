"""The emulator as a process."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.scene import Mug, Scene
from sim_bridge.kortex_emulator.control import EmulatorControl
from sim_bridge.kortex_emulator.process import EmulatorProcess

COMMAND = [sys.executable, "-m", "sim_bridge.kortex_emulator"]


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(name):
    run = subprocess.Popen([*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert any("ready on port" in line for line in run.stdout)
        run.send_signal(name)
        _, errors = run.communicate(timeout=3)
        assert run.returncode == 0
        assert "Traceback" not in errors
    finally:
        run.kill()


def test_the_help_teaches():
    run = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=30)
    assert run.returncode == 0
    assert "PYTHONPATH=" in run.stdout and "--with-parent" in run.stdout


def test_the_scene_is_that_of_the_one_who_asks(connect):
    scene = Scene(mug=Mug(fill=0.5), table_height=-0.1)
    with EmulatorProcess(scene=scene) as process:
        weight = -connect(port=process.port).feedback.base.tool_external_wrench_force_z / 9.81
    assert weight == pytest.approx(0.921 + 0.25 + 0.239, abs=0.01)


def test_several_run_at_once_and_a_taken_port_is_named(emulator):
    with EmulatorProcess() as another, EmulatorControl(another.port) as control:
        assert another.port != emulator.port
        assert control.status()["standing"]
    with pytest.raises(ArmError, match=f"port {emulator.port} or .* is taken"):
        EmulatorProcess(emulator.port)


def test_a_wrong_setting_is_named_without_a_traceback():
    run = subprocess.run([*COMMAND, "--firmware", "new"], capture_output=True, text=True, timeout=30)
    assert run.returncode != 0
    assert "firmware" in run.stderr and "Traceback" not in run.stderr


def test_it_dies_with_its_parent(until):
    program = """
import os, signal
from sim_bridge.kortex_emulator.process import EmulatorProcess
process = EmulatorProcess()
print(process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    parent = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=30)
    stat = Path(f"/proc/{int(parent.stdout.split()[-1])}/stat")
    until(lambda: not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_it_can_be_killed_as_by_a_power_cut(until):
    with EmulatorProcess() as process, EmulatorControl(process.port) as control:
        control.kill()
        until(lambda: not process.running)


def test_it_moves_on_at_40_hz_by_itself(control):
    begun, before = time.monotonic(), control.status()
    time.sleep(1.0)
    after, took = control.status(), time.monotonic() - begun
    assert after["ticks"] - before["ticks"] == pytest.approx(40 * took, abs=4)
    assert after["late_p50_ms"] < 10  # how late depends on what else the machine does


def test_another_protocol_on_the_port_is_cut_off(emulator, control):
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=3) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert browser.recv(100) == b""
    assert control.status()["standing"]
