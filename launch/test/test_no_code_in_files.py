"""Nothing that a file holds is ever executed: no reader of this project unpickles (ruff sees to the calls by name)."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXECUTING = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
LOADERS = {("torch", "load"), ("np", "load"), ("numpy", "load")}


def sources():
    folders = (ROOT / "launch" / "msaclag", *sorted((ROOT / "ros2_ws" / "src").glob("*/*/")), ROOT / "tools")
    for folder in folders:
        if folder.name not in ("test", "msaclag") or folder.parent.name == "launch":
            yield from folder.rglob("*.py")


def test_no_source_imports_or_calls_what_executes_a_file():
    files = [file for file in sources() if "test" not in file.parts]
    assert len(files) > 150
    found = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf8"))):
            names = {alias.name.split(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module.split(".")[0]}
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names = {node.attr} if (node.value.id, node.attr) in LOADERS else set()
            found += [f"{file}:{getattr(node, 'lineno', 0)}: {name}" for name in names & (EXECUTING | {"load"})]
    assert not found
