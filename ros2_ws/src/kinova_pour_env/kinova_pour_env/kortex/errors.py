"""Kortex's exceptions as errors of ours: what was asked, the sub-code in words, the remedy.

Source: the list of sub-codes in the documentation of Kinova's API.
"""

from concurrent.futures import TimeoutError as FutureTimeoutError

from kinova_pour_env.arm import ArmError, ArmUnreachable


class KortexError(ArmError):
    """A call to the arm failed."""


class CallTimedOut(KortexError, ArmUnreachable):
    """No answer came in time; whether the call took hold is unknown."""


class SessionLost(KortexError, ArmUnreachable):
    """The arm knows this session no more, or the connection is gone."""


class NotInControl(KortexError):
    """Another session controls the arm."""


class LoginRefused(KortexError):
    """User or password are wrong."""


class NotReady(KortexError):
    """The arm starts, updates or is in maintenance."""


class InFault(KortexError):
    """The arm is in fault and moves only after a person has cleared it."""


class EmergencyStopOn(InFault):
    """The emergency stop is pressed or was applied."""


class WrongServoingMode(KortexError):
    """The arm takes no high-level commands now."""


class NotMoving(KortexError):
    """A stop was refused because nothing moves."""


class CallRefused(KortexError):
    """The arm does not do what was asked, for another reason."""


class ActionFailed(KortexError):
    """An action of the arm was aborted or did not end."""


_CHECK_LINK = "check the cable and that the arm is on; the next reset connects again"
_CLEAR = "look why, then call acknowledge: the next reset clears it"
_CLOSE_OTHERS = "end the other program or Kinova's Web App, and let go of the joystick"

SUB_CODES: dict[int, tuple[type[KortexError], str, str]] = {
    1: (CallRefused, "the arm failed to carry it out", ""),
    2: (CallRefused, "this firmware does not implement it", "update the firmware"),
    3: (CallRefused, "invalid parameter", ""),
    4: (CallRefused, "this firmware does not know the service", "update the firmware"),
    5: (CallRefused, "this firmware does not know the method", "update the firmware"),
    12: (SessionLost, "the arm does not know the session", _CHECK_LINK),
    15: (LoginRefused, "the password is wrong", "correct KORTEX_PASSWORD or the credentials file"),
    16: (LoginRefused, "there is no such user", "correct KORTEX_USERNAME or the credentials file"),
    17: (CallRefused, "there is no such thing on the arm", ""),
    18: (CallRefused, "a movement is in progress", "stop it first"),
    19: (NotMoving, "the arm is not moving", ""),
    21: (NotReady, "the arm has not finished starting", "wait a minute"),
    22: (InFault, "the arm is in fault", _CLEAR),
    23: (NotReady, "the arm is in maintenance", "end that in Kinova's Web App"),
    24: (NotReady, "the arm is being updated", "wait for the end of the update"),
    25: (EmergencyStopOn, "the emergency stop is on", "release it, then call acknowledge"),
    26: (WrongServoingMode, "the arm is in single-level servoing", ""),
    27: (WrongServoingMode, "the arm is in low-level servoing", "end the program that asked for it"),
    48: (CallRefused, "a value is above its maximum", ""),
    49: (CallRefused, "a value is below its minimum", ""),
    50: (NotReady, "a device is not connected", "restart the arm"),
    51: (NotReady, "a device is not ready", "wait a minute"),
    53: (InFault, "a safety threshold is reached", _CLEAR),
    54: (SessionLost, "outside of a session, or not permitted to this user", _CHECK_LINK),
    55: (ActionFailed, "it was stopped by hand", ""),
    56: (CallRefused, "the position is outside of the arm's workspace", ""),
    57: (CallRefused, "the number of joints does not fit the arm", "this driver is for the Gen3 with seven joints"),
    58: (CallRefused, "the duration is too short for the speed limits", ""),
    59: (CallRefused, "the speed is negative", ""),
    60: (CallRefused, "the speed is too high", ""),
    61: (CallRefused, "the acceleration is too high", ""),
    65: (CallRefused, "a joint would leave its limits", ""),
    69: (CallRefused, "the arm moved before the trajectory began", "let it come to rest first"),
    73: (CallRefused, "there is no such action", ""),
    74: (ActionFailed, "the arm gives no reason", ""),
    75: (WrongServoingMode, "the arm is in the wrong servoing mode", "end the program that changed it"),
    76: (CallRefused, "the arm was moving when the trajectory began", "let it come to rest first"),
    108: (SessionLost, "the connection is shut", _CHECK_LINK),
    130: (NotInControl, "another session controls the arm", _CLOSE_OTHERS),
    131: (CallTimedOut, "the arm did not finish it in time", _CHECK_LINK),
    139: (SessionLost, "it could not be sent", _CHECK_LINK),
}
"""By sub-code: the error, the words, the remedy."""


def words_of(sub_code: int) -> str:
    """A sub-code in words, as the arm gives it with a refusal or as the reason of an abort."""
    if sub_code in SUB_CODES:
        return SUB_CODES[sub_code][1]
    return f"sub-code {sub_code}"


def named_error(call: str, error: Exception) -> KortexError:
    """The error of ours for what a call of Kinova's API raised.

    Args:
        call: Kinova's name of it.
        error: a KException, a timeout, an error of the socket, or one that Kinova's package lets through, as it does
            where a connection has broken.
    """
    if isinstance(error, KortexError):
        return error
    if isinstance(error, TimeoutError | FutureTimeoutError):
        return CallTimedOut(f"{call}: no answer from the arm in time; {_CHECK_LINK}")
    if isinstance(error, OSError):
        return SessionLost(f"{call}: the connection to the arm is lost ({error.strerror or error}); {_CHECK_LINK}")
    if not hasattr(error, "get_error_sub_code"):
        return SessionLost(f"{call}: Kinova's package failed with {error!r}; {_CHECK_LINK}")
    sub_code = int(error.get_error_sub_code())
    if sub_code not in SUB_CODES:
        return CallRefused(f"{call}: the arm refused it with {words_of(sub_code)} ({' '.join(str(error).split())})")
    kind, words, remedy = SUB_CODES[sub_code]
    return kind(f"{call}: {words}" + (f"; {remedy}" if remedy else ""))
