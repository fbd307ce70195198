import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.kortex import wheel
from kinova_pour_env.kortex.arm import KortexArm
from kinova_pour_env.scene import Scene


@pytest.fixture
def without_kortex(monkeypatch):
    """A path on which there is no kortex_api, whatever was imported before."""
    for name in [name for name in sys.modules if name.split(".")[0] == "kortex_api"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if "kortex_emulator" not in place])
    if find_spec("kortex_api") is not None:
        pytest.skip("Kinova's package is installed")


def test_without_the_wheel_an_arm_says_where_it_is(without_kortex):
    with pytest.raises(ArmError, match=r"not on PyPI.*Kinova-kortex2_Gen3_G3L.*--no-deps.*deprecated==1\.2\.7"):
        KortexArm(Scene())


def test_what_the_emulator_offers_is_enough(emulated_wheel):
    assert all(part is not None for part in emulated_wheel)


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        ("raise TypeError('Descriptors cannot be created directly.')", "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python"),
        ("import collections; collections.MutableMapping", "protobuf>=3.20"),
        ("import google.protobuf.nothing_of_that_name", "needs 'google.protobuf.nothing_of_that_name'"),
    ],
)
def test_a_protobuf_that_cannot_carry_it_is_explained(without_kortex, monkeypatch, tmp_path, breaks, words):
    (tmp_path / "kortex_api").mkdir()
    (tmp_path / "kortex_api" / "RouterClient.py").write_text(breaks)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ArmError) as error:
        wheel.load()
    assert words in str(error.value)
    for name in [name for name in sys.modules if name.split(".")[0] == "kortex_api"]:
        del sys.modules[name]


def test_messages_of_kinovas_old_protoc_are_read_with_the_protobuf_that_is_there(tmp_path):
    """A wheel that pip has installed; its RouterClient uses a message and then lacks all else."""
    (tmp_path / "kortex_api-2.6.0.post3.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: kortex_api\nVersion: 2.6.0.post3\n"
    (tmp_path / "kortex_api-2.6.0.post3.dist-info" / "METADATA").write_text(metadata)
    package = tmp_path / "kortex_api"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "twist_pb2.py").write_text(Path(__file__).with_name("protoc_3_5_pb2.txt").read_text())
    (package / "RouterClient.py").write_text(
        "from kortex_api.twist_pb2 import Mode, Twist\n"
        "twist = Twist.FromString(Twist(linear_x=0.25).SerializeToString())\n"
        "print(twist.linear_x, Mode.Name(2), flush=True)\n"
    )
    program = "from kinova_pour_env.kortex import wheel; wheel.load()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    environment.pop(wheel.PURE_PYTHON, None)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == "0.25 SINGLE\n", done.stderr
