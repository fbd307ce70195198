"""The base class of what the API raises."""


class KException(Exception):
    """Something went wrong with a call.

    Attributes:
        description: in words.
    """

    def __init__(self, description: str) -> None:
        """Take the description."""
        super().__init__(description)
        self.description = description
