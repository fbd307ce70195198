"""`python -m sim_bridge.kortex_emulator`: an emulated Gen3 on a port of this machine."""

import signal
import sys

import tyro

from kinova_pour_env.arm import ArmError
from msaclag_ros.real_time import ARM, be_punctual
from sim_bridge.kortex_emulator import API_PATH
from sim_bridge.kortex_emulator.config import EmulatorConfig
from sim_bridge.kortex_emulator.connections import PortTaken
from sim_bridge.kortex_emulator.inject import inject

DESCRIPTION = f"""A Kinova Gen3 in software, for programs that use the Kortex API of Python.

In another shell, put the emulated kortex_api before Kinova's and run the program unchanged, with 127.0.0.1 as address:

    PYTHONPATH={API_PATH} python program.py --ip 127.0.0.1

The arm moves at 40 Hz in real time and keeps its last twist for ever, as the real one. Faults are injected by
`python -m sim_bridge.kortex_emulator inject --help` or sim_bridge.kortex_emulator.control.EmulatorControl. Ctrl-C ends
it."""


def main() -> int:
    """Run until a signal, or inject a fault into one that runs."""
    if sys.argv[1:2] == ["inject"]:
        return inject(sys.argv[2:])
    config = tyro.cli(EmulatorConfig, prog="python -m sim_bridge.kortex_emulator", description=DESCRIPTION)
    try:
        return _serve(config)
    except (PortTaken, ArmError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while starting
        return 130


def _serve(config: EmulatorConfig) -> int:
    from sim_bridge.kortex_emulator.server import Server  # with PyBullet, which injecting a fault does without

    server = Server(config)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: server.stop())
    be_punctual(ARM)
    print(f"ready on port {server.port}", flush=True)
    try:
        server.run(sys.stdin.fileno() if config.with_parent else None)
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
