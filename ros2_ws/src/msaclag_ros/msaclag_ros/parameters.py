"""ROS parameters from dataclasses of settings: typed, described, bounded, read-only, and refused by name when wrong.

    node = Node("env_node")
    config = declare(node, EnvironmentConfig)        # "horizon", "limits.speed", ...
    scene = declare(node, Scene, "scene")            # "scene.mug.radius", ...
    refuse_unknown(node)                             # a misspelt name in the params file

None is written as "" for text and as NaN for numbers, ROS parameters having no such value.
"""

import enum
import math
import sys
from pathlib import Path
from typing import Any, TypeVar, get_origin

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

from msaclag_ros.settings import Setting, SettingError, build, refusal, settings_of, unknown

Config = TypeVar("Config")
Type = Parameter.Type

_SCALARS = {bool: Type.BOOL, int: Type.INTEGER, float: Type.DOUBLE, str: Type.STRING, Path: Type.STRING}
_ARRAYS = {
    Type.BOOL: Type.BOOL_ARRAY,
    Type.INTEGER: Type.INTEGER_ARRAY,
    Type.DOUBLE: Type.DOUBLE_ARRAY,
    Type.STRING: Type.STRING_ARRAY,
}
_ACCEPTED = {  # a params file writes 1 for 1.0, and the setting "1" of the paper's table as 1
    Type.DOUBLE: (Type.DOUBLE, Type.INTEGER),
    Type.DOUBLE_ARRAY: (Type.DOUBLE_ARRAY, Type.INTEGER_ARRAY),
    Type.STRING: (Type.STRING, Type.INTEGER),
}


def declare(node: Node, config_class: type[Config], prefix: str = "", default: Config | None = None) -> Config:
    """Declare every setting of the dataclass as a parameter; gives the dataclass with what the node was started with.

    Args:
        node: whose parameters; their values are fixed from then on.
        config_class: a pydantic dataclass whose every field has a default.
        prefix: put before each name with a dot.
        default: an instance to take the defaults from, in place of the class's own.

    Raises:
        SettingError: naming every parameter with a value that is not permitted, and what is.
    """
    settings = list(settings_of(config_class, prefix, default))
    given: dict[str, Any] = {}
    problems = []
    for setting in settings:
        if override := _overrides(node).get(setting.name):
            if override.type_ in _accepted(setting):
                given[setting.name] = _from_ros(setting, override.value)
            else:
                problems.append(refusal(setting, override.value))
    try:
        config = build(config_class, given, prefix, default)
    except SettingError as error:
        problems.append(str(error))
    if problems:
        raise SettingError(f"parameters of {node.get_fully_qualified_name()}: {'; '.join(problems)}")
    for setting in settings_of(config_class, prefix, config):
        node.declare_parameter(setting.name, _to_ros(setting), _descriptor(setting), ignore_override=True)
    return config


def refuse_unknown(node: Node) -> None:
    """Call it after the last `declare`.

    Raises:
        SettingError: the node was given parameters that nothing declares, each named with the nearest that exists.
    """
    known = node.list_parameters([], 0).names
    problems = [unknown(name, known) for name in _overrides(node) if name not in known]
    if problems:
        raise SettingError(f"parameters of {node.get_fully_qualified_name()}: {'; '.join(problems)}")


def _overrides(node: Node) -> dict[str, Parameter]:
    overrides: dict[str, Parameter] = node._parameter_overrides  # rclpy offers no public way to see them all
    return overrides


def _ros_type(setting: Setting) -> Parameter.Type:
    kind = setting.element or setting.type
    if setting.choices:
        kind = type(setting.choices[0])
    if kind not in _SCALARS or (setting.optional and kind in (bool, int)) or (setting.optional and setting.element):
        raise TypeError(f"setting '{setting.name}': {setting.type} cannot be a ROS parameter")
    return _ARRAYS[_SCALARS[kind]] if setting.element else _SCALARS[kind]


def _accepted(setting: Setting) -> tuple[Parameter.Type, ...]:
    kind = _ros_type(setting)
    return _ACCEPTED.get(kind, (kind,))


def _from_ros(setting: Setting, value: object) -> object:
    if setting.optional and (value == "" or (isinstance(value, float) and math.isnan(value))):
        return None
    return str(value) if _ros_type(setting) is Type.STRING else value


def _to_ros(setting: Setting) -> object:
    value = setting.default
    if value is None:
        return "" if _ros_type(setting) is Type.STRING else math.nan
    if isinstance(value, enum.Enum):
        value = value.value
    if setting.element:
        value = list(value)
    return Parameter(setting.name, _ros_type(setting), str(value) if isinstance(value, Path) else value).value


def _descriptor(setting: Setting) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(
        description=setting.description, additional_constraints=setting.permitted, read_only=True
    )
    if (setting.lower is None and setting.upper is None) or setting.default is None or get_origin(setting.type):
        return descriptor
    if setting.type is float:
        lower = -math.inf if setting.lower is None else float(setting.lower)
        upper = math.inf if setting.upper is None else float(setting.upper)
        descriptor.floating_point_range = [FloatingPointRange(from_value=lower, to_value=upper)]
    elif setting.type is int:
        lower = -sys.maxsize - 1 if setting.lower is None else math.ceil(setting.lower)
        upper = sys.maxsize if setting.upper is None else math.floor(setting.upper)
        descriptor.integer_range = [IntegerRange(from_value=lower, to_value=upper, step=1)]
    return descriptor
