"""Protobuf messages from a compact notation, at import time.

A message is a line of `name:type` fields; `type*` is repeated, `choice( … )` a oneof. The fields are numbered in the
order in which they are written: on the wire these are not Kinova's messages, in Python they behave as those do.
"""

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

POOL = descriptor_pool.DescriptorPool()

# Kinova's package is used with protobuf 3.20, which has no GetMessageClass yet.
_class_of = getattr(message_factory, "GetMessageClass", None) or message_factory.MessageFactory(POOL).GetPrototype

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _FIELD.TYPE_BOOL,
    "bytes": _FIELD.TYPE_BYTES,
    "fixed32": _FIELD.TYPE_FIXED32,
    "float": _FIELD.TYPE_FLOAT,
    "string": _FIELD.TYPE_STRING,
    "uint32": _FIELD.TYPE_UINT32,
}


def define(
    module: dict[str, Any],
    package: str,
    enums: Mapping[str, Mapping[str, int]],
    messages: Mapping[str, str],
    public: Iterable[ModuleType] = (),
) -> Callable[[str], Any]:
    """Fill a module with message classes, enum wrappers and enum values.

    Args:
        module: its globals.
        package: protobuf's package, unique.
        enums: values by enum and name.
        messages: fields by message, in the notation above.
        public: modules whose names this one offers too, as `import public` does.

    Returns:
        The module's `__getattr__`: says that the emulator lacks what is asked for.
    """
    public = tuple(public)
    kinds: dict[str, tuple[int, str]] = {}
    for other in public:
        module |= {name: value for name, value in vars(other).items() if not name.startswith("__")}
        kinds |= other._KINDS
    service = package.rpartition(".")[2]
    for names, kind in ((enums, _FIELD.TYPE_ENUM), (messages, _FIELD.TYPE_MESSAGE)):
        for name in names:
            kinds[name] = kinds[f"{service}.{name}"] = (kind, f".{package}.{name}")

    file = descriptor_pb2.FileDescriptorProto(name=package, package=package, syntax="proto3")
    file.dependency.extend(other._FILE for other in public)
    for name, values in enums.items():
        enum = file.enum_type.add(name=name)
        for value_name, number in values.items():
            enum.value.add(name=value_name, number=number)
    for name, fields in messages.items():
        _add_fields(file.message_type.add(name=name), fields, kinds)
    POOL.Add(file)

    module |= {"_FILE": package, "_KINDS": kinds}
    for name, values in enums.items():
        descriptor = POOL.FindEnumTypeByName(f"{package}.{name}")
        module |= {name: EnumTypeWrapper(descriptor), f"_{name.upper()}": descriptor, **values}
    for name in messages:
        module[name] = _class_of(POOL.FindMessageTypeByName(f"{package}.{name}"))

    def absent(name: str) -> Any:
        raise AttributeError(f"the emulated kortex_api has no {service}_pb2.{name}")

    return absent


def _add_fields(message: Any, fields: str, kinds: Mapping[str, tuple[int, str]]) -> None:
    choice = None
    for token in fields.split():
        if token == ")":
            choice = None
        elif token.endswith("("):
            choice = len(message.oneof_decl)
            message.oneof_decl.add(name=token[:-1])
        else:
            name, _, kind = token.partition(":")
            label = _FIELD.LABEL_REPEATED if kind.endswith("*") else _FIELD.LABEL_OPTIONAL
            field = message.field.add(name=name, number=len(message.field) + 1, label=label, oneof_index=choice)
            kind = kind.rstrip("*")
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type, field.type_name = kinds[kind]
