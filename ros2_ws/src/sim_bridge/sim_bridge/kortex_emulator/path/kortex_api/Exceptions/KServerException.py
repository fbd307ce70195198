"""What the arm answers when it refuses."""

from typing import Any

from ..autogen.messages import Errors_pb2
from .KException import KException


class KServerException(KException):
    """The arm answered with an error.

    Attributes:
        error: Frame_pb2.Error.
        error_code: one of Errors_pb2.ErrorCodes.
        error_sub_code: one of Errors_pb2.SubErrorCodes.
    """

    def __init__(self, frame: Any) -> None:
        """Take the error of a response."""
        super().__init__(frame.error.error_sub_string)
        self.error = frame.error
        self.error_code: int = frame.error.error_code
        self.error_sub_code: int = frame.error.error_sub_code

    def __str__(self) -> str:
        code = Errors_pb2.ErrorCodes.Name(self.error_code)
        sub_code = Errors_pb2.SubErrorCodes.Name(self.error_sub_code)
        return f"Server error name={code}, sub name={sub_code} => {self.description}"

    def get_error_code(self) -> int:
        """One of Errors_pb2.ErrorCodes."""
        return self.error_code

    def get_error_sub_code(self) -> int:
        """One of Errors_pb2.SubErrorCodes."""
        return self.error_sub_code
