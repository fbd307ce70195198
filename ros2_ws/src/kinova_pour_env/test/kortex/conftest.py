"""What the tests share: Kinova's API as the emulator answers it."""

import sys

import pytest

from kinova_pour_env.kortex import wheel


@pytest.fixture(scope="module")
def emulated_wheel():
    """Kinova's names, from the emulator's folder."""
    emulator = pytest.importorskip("sim_bridge.kortex_emulator")
    sys.path.insert(0, str(emulator.API_PATH))
    yield wheel.load()
    sys.path.remove(str(emulator.API_PATH))
    for name in [name for name in sys.modules if name.split(".")[0] == "kortex_api"]:
        del sys.modules[name]
