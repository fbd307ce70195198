"""Who may press the buttons: whoever knows the token. It comes from a file or the environment, never from `ps`."""

import hmac
import os
import stat
import time
from pathlib import Path

from msaclag_ros.settings import SettingError

VARIABLE = "MSACLAG_CONSOLE_TOKEN"
SHORTEST = 12
"""Characters."""
WRONG = 1.0
"""s that a wrong token costs."""

_RECIPE = "(umask 077; openssl rand -hex 16 > FILE) makes a good one"


def read_token(file: Path | None) -> str:
    """The token of a file's first line, else of the environment; empty where there is neither.

    Raises:
        SettingError: the file cannot be read, or others may read it; or the token is too short.
    """
    text, source = os.environ.get(VARIABLE, ""), VARIABLE
    if file is not None:
        try:
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                raise SettingError(f"others may read the token in {file}: chmod 600 it")
            text, source = file.read_text("utf8").partition("\n")[0], str(file)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"the token cannot be read from {file}: {error}; {_RECIPE}") from error
        if not text.strip():
            raise SettingError(f"{file} holds no token in its first line; {_RECIPE}")
    token = text.strip()
    if token and len(token) < SHORTEST:
        raise SettingError(f"the token of {source} has {len(token)} characters, fewer than {SHORTEST}; {_RECIPE}")
    return token


class Gate:
    """Compares in constant time, and slowly once somebody guesses."""

    def __init__(self, token: str) -> None:
        """Open to the token alone; to nobody where it is empty."""
        self._token = token.encode()

    def opens(self, said: str) -> bool:
        """Whether it is the token; a wrong one takes a while to be found wrong."""
        right = bool(self._token) and hmac.compare_digest(said.strip().encode(), self._token)
        if not right:
            time.sleep(WRONG)
        return right
