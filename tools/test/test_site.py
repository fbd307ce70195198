"""The documents build as a site: no link leads nowhere, nothing comes from another host, and it tells what is there."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from msaclag.cli import COMMANDS
from msaclag_ros.interface import SERVICES, TOPICS

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Loaded(HTMLParser):
    """The addresses that a browser fetches by itself to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.addresses.append(given.get("href", ""))
        elif tag in ("script", "img", "iframe", "video", "source", "object"):
            self.addresses.append(given.get("src", given.get("data", "")))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_nothing_comes_from_another_host(site):
    for page in site.rglob("*.html"):
        loaded = Loaded()
        loaded.feed(page.read_text("utf8"))
        assert loaded.addresses
        assert [address for address in loaded.addresses if "//" in address] == [], page
        assert 'class="mermaid"' not in page.read_text("utf8"), f"{page}: the theme would fetch mermaid"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//", sheet.read_text("utf8")), sheet


def test_the_reference_tells_of_each_command_setting_topic_and_service(site):
    commands = (site / "reference" / "commands.html").read_text("utf8")
    assert all(f'id="msaclag-{name}"' in commands for name in COMMANDS)
    assert "--algorithm.batch" in commands and "usage: msaclag demonstrate hand" in commands
    interface = (site / "reference" / "interface.html").read_text("utf8")
    assert all(f"<td><code>{name}</code></td>" in interface for name in [*TOPICS, *SERVICES])
    settings = (site / "reference" / "settings.html").read_text("utf8")
    wanted = ["scene.mug.radius", "0.04", "m", "a number at least 0.02 and at most 0.06", "Inner radius, m."]
    cells = re.findall(r"<td>(?:<code>)?([^<]*)(?:</code>)?</td>", settings)
    assert cells[cells.index(wanted[0]) :][:5] == wanted


@pytest.mark.parametrize("document", [*ROOT.glob("*.md"), *ROOT.glob("ros2_ws/src/*/*.md")], ids=lambda file: file.name)
def test_documents_outside_the_site_lead_to_what_is_there(document):
    for address in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf8")):
        assert re.match(r"[a-z]+:", address) or (document.parent / address).exists(), address
