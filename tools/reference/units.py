"""The unit of a quantity, as the text that describes it says."""

import re

_UNITS = (
    *("m/s^3", "m/s^2", "m/s", "m^3", "m", "rad/s^3", "rad/s^2", "rad/s", "rad", "s^2/m", "s", "Hz"),
    *("N m", "N", "kg", "1/m", "1/rad"),
)
_UNIT = re.compile(rf"(?:^|[,;] |\bin )({'|'.join(map(re.escape, _UNITS))})(?=$|[,.;:]| \(| (?:of|in|beside|along)\b)")
_RATE = re.compile(r"\bper second\b")


def unit(text: str) -> str:
    """Of "Radius of the mug, m." it is "m"; empty where the text tells of none."""
    if found := _UNIT.search(text):
        return found[1]
    return "1/s" if _RATE.search(text) else ""
