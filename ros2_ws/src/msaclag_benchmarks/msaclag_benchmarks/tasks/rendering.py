"""Pictures without a screen, and what to do where there are none."""

import os
import sys
from typing import Any

import gymnasium
import mujoco
import numpy as np

_STATE = mujoco.mjtState.mjSTATE_INTEGRATION


class RenderingError(RuntimeError):
    """There is no OpenGL to render with."""


class OffscreenRendering(gymnasium.Wrapper[Any, Any, Any, Any], gymnasium.utils.RecordConstructorArgs):
    """Renders by EGL where Linux has no screen and MUJOCO_GL names nothing else."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        gymnasium.utils.RecordConstructorArgs.__init__(self)
        gymnasium.Wrapper.__init__(self, env)

    def render(self) -> Any:
        """As the task renders.

        Raises:
            RenderingError: MuJoCo got no OpenGL context.
        """
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("MUJOCO_GL", "egl")
        simulated: Any = self.env.unwrapped
        state = np.zeros(mujoco.mj_stateSize(simulated.model, _STATE))
        mujoco.mj_getState(simulated.model, simulated.data, state, _STATE)
        try:
            return super().render()
        except Exception as error:  # each of MuJoCo's three backends fails with errors of its own
            backend = os.environ.get("MUJOCO_GL", "glfw")
            raise RenderingError(
                f"cannot render: MuJoCo got no OpenGL context by '{backend}' ({type(error).__name__}: {error}); "
                "install libegl1 and a driver and set MUJOCO_GL=egl, or libosmesa6 and MUJOCO_GL=osmesa"
            ) from error
        finally:  # a picture must not change what follows it, though Gymnasium-Robotics puts its goals into the scene
            mujoco.mj_setState(simulated.model, simulated.data, state, _STATE)
