"""Each message that docs/troubleshooting.md quotes is one that the code has; … stands for what varies."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf8")
QUOTED = [message for _, message in re.findall(r"^\| (``|`) ?(.+?) ?\1 \| ", PAGE, re.MULTILINE)]
VARIES = "…"


@lru_cache
def sentences() -> str:
    """All texts of the code, a line each, with … in place of what is put in."""
    packages = [ROOT / "launch" / "msaclag", *ROOT.glob("ros2_ws/src/*")]
    files = {file for package in packages for file in package.rglob("*.py") if "test" not in file.parts}
    texts = [text for file in sorted(files) for text in texts_of(ast.parse(file.read_text("utf8")))]
    for script in ROOT.glob("tools/*"):
        if script.is_file() and script.suffix != ".py":
            code = script.read_text("utf8").replace("\\\n", "")
            texts.append(re.sub(r"\$(\((?:[^()]|\([^()]*\))*\)|\{[^}]*\}|\w+)", VARIES, code))
    return "\n".join(texts)


def texts_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else VARIES for part in node.values)


def pattern(message: str) -> str:
    """Of a message; where the code puts two texts together, … may stand for more than one of its own."""
    return ".*".join(map(re.escape, message.split(VARIES)))


@pytest.mark.parametrize("message", QUOTED)
def test_the_code_says_so(message):
    assert re.search(pattern(message), sentences()), message


def test_the_page_quotes():
    rows = re.findall(r"^\| (?!message|---).*", PAGE, re.MULTILINE)
    assert len(QUOTED) == len(rows) > 50
