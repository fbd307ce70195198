"""Small numerical functions, compiled: on seven joints numpy's calls cost more than its arithmetic."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compiled at the first call, some seconds once; later processes take it from the cache on disk.

    A compiled function only uses such of its own file, and figures that change come as arguments: the cache notices
    that the file with the function has changed, not what it takes from others.
    """
    made: Any = numba.njit(cache=True)(function)
    return made
