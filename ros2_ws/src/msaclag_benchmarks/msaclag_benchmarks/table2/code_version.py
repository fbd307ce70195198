"""Which code made a result: a digest of all that it depends on, so that results of different code are told apart.

Counted are the modules of ours that the training of a cell and its task import, directly or not, the task's model files
and how the task is registered, and the versions of the packages that these modules import. Comments and docstrings do
not count.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

import gymnasium

OURS = {"msaclag_benchmarks", "msaclag_learner"}
TRAININGS = {False: "msaclag_benchmarks.table2.population", True: "msaclag_benchmarks.table2.peers"}
"""The module that trains one of the learner's algorithms, and a peer."""
DIGITS = 12


class CodeError(RuntimeError):
    """A worker's code is not that of the one who asked; the message tells where it runs."""


@cache
def code_version(environment: str, peer: bool) -> str:
    """The version for the task of Gymnasium's id `environment`, trained by the learner or by a `peer`.

    Raises:
        gymnasium.error.Error, ModuleNotFoundError: there is no such environment.
    """
    module, _, name = environment.rpartition(":")
    if module:
        import_module(module)
    spec = gymnasium.spec(name)
    entry_points = [str(spec.entry_point), *(wrapper.entry_point for wrapper in spec.additional_wrappers)]
    roots = [TRAININGS[peer], *(entry_point.partition(":")[0] for entry_point in entry_points)]
    ours = OURS | {root.partition(".")[0] for root in roots}
    sources = dict(_sources(roots, ours))
    parts = [spec.to_json(), *(f"{name} {ast.dump(tree)}" for name, tree in sorted(sources.items()))]
    parts += [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in _models(roots[1:], sources)]
    parts += [f"{name} {number}" for name, number in sorted(versions(sources, ours).items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:DIGITS]


def versions(sources: dict[str, ast.Module], ours: set[str]) -> dict[str, str]:
    """Of the distributions that `sources` import, without what a build adds (2.13.0+cpu is 2.13.0).

    PyTorch is always one of them: Stable-Baselines3 computes with it.
    """
    distributions = packages_distributions()
    tops = {name.partition(".")[0] for tree in sources.values() for name in _imported(tree)} - ours | {"torch"}
    return {each: version(each).partition("+")[0] for top in tops for each in distributions.get(top, ())}


def _sources(roots: list[str], ours: set[str]) -> Iterator[tuple[str, ast.Module]]:
    """The modules that `roots` import, themselves included, by name, without their docstrings."""
    waiting, seen = list(roots), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name.partition(".")[0] not in ours:
            continue
        seen.add(name)
        if (file := _file(name)) is None:
            continue
        tree = _Undocumented().visit(ast.parse(file.read_text("utf8")))
        yield name, tree
        waiting += _imported(tree)


def _file(module: str) -> Path | None:
    """None where `module` is none, but a name within one."""
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names of modules, and of what might be modules within them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _models(modules: list[str], sources: dict[str, ast.Module]) -> list[Path]:
    """Files that are no Python beside or below the packages of `modules` and that the sources or such a file name."""
    tops = {file.parent for top in {module.partition(".")[0] for module in modules} if (file := _file(top))}
    offered = [
        file
        for top in sorted(tops)
        if (top / "__init__.py").exists()
        for file in sorted(top.rglob("*"))
        if file.is_file() and file.suffix not in (".py", ".pyc")
    ]
    text, named = "\n".join(map(ast.dump, sources.values())), list[Path]()
    while new := [file for file in offered if file not in named and re.search(rf"\b{re.escape(file.stem)}\b", text)]:
        named += new
        text = "\n".join(file.read_bytes().decode("utf8", "replace") for file in new)
    return named


class _Undocumented(ast.NodeTransformer):
    """Drops strings that stand alone: docstrings."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node
