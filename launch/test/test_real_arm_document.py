"""docs/real_arm.md tells of every limit, check, violation, error and fault, as they are in the code."""

import inspect
import re
from pathlib import Path

import pytest

from kinova_pour_env import detectors
from kinova_pour_env.kortex import faults
from kinova_pour_env.kortex.config import KortexConfig
from kinova_pour_env.kortex.errors import SUB_CODES, KortexError
from kinova_pour_env.kortex.preflight import Preflight
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.weighing import WeighingConfig
from msaclag_ros.settings import settings_of

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "real_arm.md").read_text("utf8")


def settings_table(config: type) -> str:
    """A row for each field: what changes in the code must be written here again."""
    rows = ["| field | default | what |", "|---|---|---|"]
    for setting in settings_of(config):
        default = setting.default
        text = "" if default is None else f"{default:.4g}" if isinstance(default, float) else str(default)
        rows.append(f"| `{setting.name}` | {text} | {' '.join(setting.description.split())} |")
    return "\n".join(rows)


def sub_codes() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for code, (kind, _, _) in SUB_CODES.items():
        found.setdefault(kind.__name__, []).append(code)
    return found


@pytest.mark.parametrize("config", [SafetyConfig, KortexConfig, WeighingConfig])
def test_each_limit_stands_there_as_it_is(config):
    assert settings_table(config) in DOCUMENT, settings_table(config)


def test_each_check_of_preflight_is_explained():
    names = re.findall(r'\("([a-z ]+)", self\._', inspect.getsource(Preflight.checks))
    rows = re.findall(r"^\| ([a-z ]+) \|", DOCUMENT.partition("## Preflight")[2].partition("##")[0], re.MULTILINE)
    assert len(names) > 10 and rows[1:] == names


@pytest.mark.parametrize("kind", detectors.KINDS)
def test_each_violation_is_explained(kind):
    assert re.search(rf"^\| `{kind}` \|", DOCUMENT, re.MULTILINE)


def test_each_detector_is_named():
    sources = Path(detectors.__file__).parent.rglob("*.py")
    names = {name for file in sources for name in re.findall(r'Violation\(\w+, "(\w+)"', file.read_text("utf8"))}
    section = DOCUMENT.partition("### Violations")[2].partition("###")[0]
    assert len(names) > 7 and {name for name in names if f"`{name}`" not in section} == set()


@pytest.mark.parametrize(("name", "codes"), sub_codes().items())
def test_each_error_is_explained_with_its_sub_codes(name, codes):
    assert re.search(rf"^\| `{name}` \| {', '.join(map(str, codes))} \| \S", DOCUMENT, re.MULTILINE), (name, codes)


def test_no_error_is_made_up():
    section = DOCUMENT.partition("### Errors of calls")[2].partition("###")[0]
    told = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert told == set(sub_codes()) <= {kind.__name__ for kind in KortexError.__subclasses__()} | {"EmergencyStopOn"}


@pytest.mark.parametrize("fault", sorted({*faults._BASE, *faults._ACTUATOR, *faults._WRIST}))
def test_each_fault_of_the_arm_is_explained(fault):
    section = DOCUMENT.partition("### The arm's faults")[2].partition("###")[0]
    assert re.search(rf"(^\| |, ){fault}(,| \|)", section, re.MULTILINE)
