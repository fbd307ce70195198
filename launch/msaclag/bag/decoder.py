"""Messages of a bag by the definitions that it carries, without ROS."""

from typing import Any

from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from msaclag.bag.topic import BagTopic


class Decoder:
    """Reads CDR."""

    def __init__(self) -> None:
        """No type is known yet."""
        self._types = get_typestore(Stores.EMPTY)

    def __call__(self, topic: BagTopic, data: bytes) -> Any:
        """A message with the fields of its type; lists of numbers are arrays."""
        if topic.type not in self._types.fielddefs:
            types = get_types_from_msg(topic.definition, topic.type)
            self._types.register({name: type_ for name, type_ in types.items() if name not in self._types.fielddefs})
        return self._types.deserialize_cdr(data, topic.type)
