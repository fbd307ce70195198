"""Settings as data: what a (nested) pydantic dataclass says of its fields, for ROS parameters and command lines.

A setting's name is the dotted path of its field, its description the docstring under it, its range the constraints of
its `Field`. No ROS import.
"""

import enum
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import docstring_parser
from annotated_types import Ge, Gt, Le, Lt
from pydantic import TypeAdapter, ValidationError

Config = TypeVar("Config")


class SettingError(ValueError):
    """A setting is unknown or has a value that is not permitted; the message names it and what is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a dataclass of settings.

    Attributes:
        name: dotted path, e.g. "mug.radius".
        type: the annotation without None and Annotated.
        optional: whether None is permitted.
        default: as in the dataclass.
        description: the docstring under the field.
        lower: the lowest permitted number, or None; not permitted itself when `lower_open`.
        upper: the highest permitted number, or None; not permitted itself when `upper_open`.
    """

    name: str
    type: Any
    optional: bool
    default: Any
    description: str
    lower: float | None = None
    upper: float | None = None
    lower_open: bool = False
    upper_open: bool = False

    @property
    def choices(self) -> tuple[Any, ...]:
        """The permitted values, if they can be listed."""
        if get_origin(self.type) is Literal:
            return get_args(self.type)
        if isinstance(self.type, type) and issubclass(self.type, enum.Enum):
            return tuple(member.value for member in self.type)
        return ()

    @property
    def element(self) -> type | None:
        """The type of an element of a tuple or list, None for a scalar."""
        if get_origin(self.type) not in (tuple, list):
            return None
        element: Any = get_args(self.type)[0]
        unbounded: type = get_args(element)[0] if get_origin(element) is Annotated else element
        return unbounded

    @property
    def permitted(self) -> str:
        """The permitted values in words."""
        if self.choices:
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        words = {float: "a number", int: "a whole number", bool: "true or false", Path: "a path"}
        kind = words.get(self.type, "text")
        if self.element:
            count = "" if Ellipsis in get_args(self.type) or get_origin(self.type) is list else len(get_args(self.type))
            kind = f"a list of {count} {words.get(self.element, 'text').removeprefix('a ')}s".replace("  ", " ")
        bounds = [
            f"{'above' if self.lower_open else 'at least'} {_plain(self.lower)}" if self.lower is not None else "",
            f"{'below' if self.upper_open else 'at most'} {_plain(self.upper)}" if self.upper is not None else "",
        ]
        return " ".join([kind, " and ".join(filter(None, bounds))]).strip()


def settings_of(config_class: type, prefix: str = "", default: object | None = None) -> Iterator[Setting]:
    """Each leaf of a pydantic dataclass, depth first, in the order of its fields.

    Args:
        config_class: a pydantic dataclass whose every field has a default.
        prefix: put before each name with a dot.
        default: an instance to take the defaults from, in place of the class's own.

    Raises:
        TypeError: a field's type cannot be a setting (a mistake in the dataclass).
    """
    default = config_class() if default is None else default
    for name, field in config_class.__pydantic_fields__.items():  # type: ignore[attr-defined]
        full_name = f"{prefix}.{name}" if prefix else name
        value = getattr(default, name)
        if isinstance(field.annotation, type) and is_dataclass(field.annotation):
            yield from settings_of(field.annotation, full_name, value)
            continue
        kind, optional = _without_none(field.annotation, full_name)
        bounds: dict[str, Any] = {}
        for constraint in field.metadata:
            if isinstance(constraint, Ge | Gt):
                bounds["lower_open"] = isinstance(constraint, Gt)
                bounds["lower"] = constraint.gt if isinstance(constraint, Gt) else constraint.ge
            elif isinstance(constraint, Le | Lt):
                bounds["upper_open"] = isinstance(constraint, Lt)
                bounds["upper"] = constraint.lt if isinstance(constraint, Lt) else constraint.le
        yield Setting(full_name, kind, optional, value, _descriptions(config_class).get(name, ""), **bounds)


def build(
    config_class: type[Config], values: Mapping[str, Any], prefix: str = "", default: Config | None = None
) -> Config:
    """An instance from values by dotted name; what is not given keeps its default, the class's or that of an instance.

    Raises:
        SettingError: naming every value that is not permitted, and every unknown name with the nearest known one.
    """
    settings = {setting.name: setting for setting in settings_of(config_class, prefix, default)}
    problems = [unknown(name, settings) for name in values if name not in settings]
    tree: dict[str, Any] = {}
    for setting in settings.values():
        *branches, leaf = setting.name.removeprefix(f"{prefix}." if prefix else "").split(".")
        branch = tree
        for part in branches:
            branch = branch.setdefault(part, {})
        branch[leaf] = values.get(setting.name, setting.default)
    try:
        config = TypeAdapter(config_class).validate_python(tree)
    except ValidationError as error:
        problems += _problems(error, settings, values, prefix)
    if problems:
        raise SettingError("; ".join(problems))
    return config


def unknown(name: str, known: Iterable[str]) -> str:
    """A sentence that says that no setting has this name, with the nearest that does."""
    near = get_close_matches(name, known := list(known), n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(sorted(known))}"
    return f"there is no setting '{name}' ({hint})"


def _problems(
    error: ValidationError, settings: dict[str, Setting], values: Mapping[str, Any], prefix: str
) -> list[str]:
    problems = []
    for detail in error.errors():
        parts = [prefix, *(part for part in detail["loc"] if isinstance(part, str))]
        name = ".".join(filter(None, parts))
        if setting := settings.get(name):
            sentence = refusal(setting, values.get(name, setting.default))
            rule = detail["msg"].removeprefix("Value error, ") if detail["type"] == "value_error" else ""
            problems.append(f"{sentence}: {rule}" if rule else sentence)
        else:  # a rule between several settings
            problems.append(f"{name or error.title}: {detail['msg'].removeprefix('Value error, ')}")
    return list(dict.fromkeys(problems))


def refusal(setting: Setting, value: object) -> str:
    """A sentence that says that the value is not permitted, and what is."""
    shown = "nan" if isinstance(value, float) and math.isnan(value) else value
    return f"'{setting.name}' is {shown!r}, but takes {setting.permitted}"


def _plain(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def _without_none(annotation: object, name: str) -> tuple[Any, bool]:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    if len(kinds) != 1:
        raise TypeError(f"setting '{name}': a union of several types is no setting")
    return kinds[0], True


@lru_cache
def _descriptions(config_class: type) -> dict[str, str]:
    text = docstring_parser.parse_from_object(config_class)
    return {entry.arg_name: " ".join((entry.description or "").split()) for entry in text.params}
