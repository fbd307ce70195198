"""How the emulated arm says no."""

from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Errors_pb2


class Refusal(Exception):
    """The arm refuses a call.

    Attributes:
        sub_code: one of Errors_pb2.SubErrorCodes.
        code: one of Errors_pb2.ErrorCodes.
    """

    def __init__(self, sub_code: int, description: str, code: int = Errors_pb2.ERROR_DEVICE) -> None:
        """Take the code and the reason in words."""
        super().__init__(description)
        self.sub_code = sub_code
        self.code = code
