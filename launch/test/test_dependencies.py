"""Each package declares what it imports: in setup.py what pip brings, in package.xml what ROS does."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(file.parent for file in ROOT.glob("ros2_ws/src/*/setup.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_what_is_imported_is_declared(package):
    modules = {
        module for file in package.glob(f"{package.name}/**/*.py") for module in imported(file.read_text("utf8"))
    }
    assert modules
    foreign = modules - sys.stdlib_module_names - named_in_manifest(package)
    installed, wanted = packages_distributions(), requirements(package)
    assert not {module for module in foreign if wanted.isdisjoint(map(normalised, installed.get(module, [])))}


def imported(code: str) -> Iterator[str]:
    """The modules that a file imports when it is loaded itself."""
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Import):
            yield from (name.name.partition(".")[0] for name in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module.partition(".")[0]


def named_in_manifest(package: Path) -> set[str]:
    """The package itself and those of ROS that it needs."""
    text = (package / "package.xml").read_text("utf8")
    return set(re.findall(r"<(?:name|depend|exec_depend)[^>]*>([^<]+)<", text))


def requirements(package: Path) -> set[str]:
    """The distributions of `install_requires` and of the extras, without versions."""
    found = []
    for node in ast.walk(ast.parse((package / "setup.py").read_text("utf8"))):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            found += ast.literal_eval(node.value)
        elif isinstance(node, ast.keyword) and node.arg == "extras_require":
            found += [requirement for extra in ast.literal_eval(node.value).values() for requirement in extra]
    return {normalised(re.split(r"[^\w.-]", requirement)[0]) for requirement in found}


def normalised(distribution: str) -> str:
    """Its name as PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
