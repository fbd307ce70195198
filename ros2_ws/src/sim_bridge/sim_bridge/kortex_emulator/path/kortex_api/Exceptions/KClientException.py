"""What fails before the arm hears of it."""

from ..autogen.messages import Errors_pb2, Frame_pb2
from .KException import KException


class KClientException(KException):
    """The call failed on this side.

    Attributes:
        error: Frame_pb2.Error.
    """

    def __init__(self, sub_code: int, description: str) -> None:
        """Take one of Errors_pb2.SubErrorCodes and what happened."""
        super().__init__(description)
        self.error = Frame_pb2.Error(
            error_code=Errors_pb2.ERROR_PROTOCOL_CLIENT, error_sub_code=sub_code, error_sub_string=description
        )

    def __str__(self) -> str:
        sub_code = Errors_pb2.SubErrorCodes.Name(self.error.error_sub_code)
        return f"Client error sub name={sub_code} => {self.description}"

    def get_error_code(self) -> int:
        """ERROR_PROTOCOL_CLIENT."""
        return int(self.error.error_code)

    def get_error_sub_code(self) -> int:
        """One of Errors_pb2.SubErrorCodes."""
        return int(self.error.error_sub_code)
