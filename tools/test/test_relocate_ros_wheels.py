import importlib.util
import os
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location(
    "relocate_ros_wheels", Path(__file__).resolve().parents[1] / "relocate_ros_wheels.py"
)
relocate_ros_wheels = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(relocate_ros_wheels)

WHEEL_BUILT = """set_target_properties(pour::pour PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES "/opt/python/cp311-cp311/include/python3.11;\
/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/_core/include;${_IMPORT_PREFIX}/include"
)
"""
RELOCATED = """set_target_properties(pour::pour PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES "/here/include;/here/site-packages/numpy/_core/include;${_IMPORT_PREFIX}/include"
)
"""


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "share" / "pour" / "cmake" / "pourExport.cmake"
    path.parent.mkdir(parents=True)
    path.write_text(WHEEL_BUILT)
    return path


def relocate(prefix):
    return relocate_ros_wheels.relocate(prefix, "/here/include", "/here/site-packages")


def test_paths_of_the_build_machine_are_replaced(export, tmp_path):
    assert relocate(tmp_path) == 1
    assert export.read_text() == RELOCATED


def test_once_is_enough(export, tmp_path):
    relocate(tmp_path)
    assert relocate(tmp_path) == 0
    assert export.read_text() == RELOCATED


def test_a_cache_that_shares_the_file_is_left_alone(export, tmp_path):
    cached = tmp_path / "cached"
    os.link(export, cached)
    relocate(tmp_path)
    assert cached.read_text() == WHEEL_BUILT


def test_a_path_that_is_not_known_is_named(export, tmp_path):
    export.write_text('set(library "/opt/python/cp311-cp311/lib/libpython3.11.a")\n')
    with pytest.raises(ValueError, match=r"libpython3\.11\.a"):
        relocate(tmp_path)
