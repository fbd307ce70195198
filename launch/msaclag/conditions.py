"""Under which setting and reward demonstrations were made: their rewards are worth nothing under others."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open


def problem_of(demonstrations: Path, setting: str, reward: str) -> str:
    """Why a run with this setting and reward must not begin with them; empty where it may. Loads no torch."""
    try:
        with safe_open(demonstrations, framework="numpy") as opened:
            about = json.loads((opened.metadata() or {}).get("msaclag", "{}")).get("about", {})
    except (OSError, SafetensorError, ValueError) as error:
        return f"{demonstrations} cannot be read: {error}"
    made = about.get("conditions")
    if made is None:
        return f"{demonstrations} holds no demonstrations: make some by `msaclag demonstrate`"
    differing = [
        f"{name} {made.get(name)}, this run has {wanted}"
        for name, wanted in (("setting", setting), ("reward", reward))
        if made.get(name) != wanted
    ]
    if differing:
        return f"{demonstrations} was made with {'; '.join(differing)}: make others by `msaclag demonstrate`"
    return ""
