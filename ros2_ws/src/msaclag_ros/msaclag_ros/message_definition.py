"""The text of a message's definition with all that it contains, as bags carry it (`ros2msg`), and its hash."""

import json
import re
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory

_SEPARATOR = "=" * 80


def message_definition(message_type: Any) -> str:
    """The .msg file of `message_type`, followed by those of the types within, each once."""
    name = f"{message_type.__module__.split('.')[0]}/{message_type.__name__}"
    texts: dict[str, str] = {}
    waiting = [name]
    while waiting:
        package, _, short = (each := waiting.pop(0)).partition("/")
        if each in texts:
            continue
        texts[each] = Path(get_package_share_directory(package), "msg", f"{short}.msg").read_text("utf8")
        waiting += re.findall(r"^([a-z]\w*/[A-Z]\w*)", texts[each], re.MULTILINE)
        waiting += [f"{package}/{word}" for word in re.findall(r"^([A-Z]\w*)\b(?!/)", texts[each], re.MULTILINE)]
    others = [f"{_SEPARATOR}\nMSG: {each}\n{text}" for each, text in texts.items() if each != name]
    return "\n".join([texts[name], *others])


def type_hash(message_type: Any) -> str:
    """The hash (RIHS01) of a message's type, by which other machines know whether theirs is the same."""
    package, name = message_type.__module__.split(".")[0], message_type.__name__
    described = json.loads(Path(get_package_share_directory(package), "msg", f"{name}.json").read_text("utf8"))
    hashes = {each["type_name"]: each["hash_string"] for each in described["type_hashes"]}
    found: str = hashes[f"{package}/msg/{name}"]
    return found
