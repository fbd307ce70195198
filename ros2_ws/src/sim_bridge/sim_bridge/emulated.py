"""The Gen3's own driver against an emulated arm: all but Kinova's wheel is what runs on the real one."""

import logging
import sys
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from kinova_pour_env.arm import ArmError
from kinova_pour_env.kortex.arm import KortexArm
from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.kortex.stopper import KortexStopper, connect, stopper_call
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.scene import Scene
from sim_bridge.kortex_emulator import API_PATH
from sim_bridge.kortex_emulator.config import EmulatorConfig
from sim_bridge.kortex_emulator.process import EmulatorProcess

_EMULATOR = EmulatorConfig()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class EmulatedConfig:
    """The driver's settings and the emulator's."""

    driver: KortexConfig = KortexConfig(robot_ip="127.0.0.1")
    """As for the real arm; the address and the ports are the emulator's."""
    auto_acknowledge: bool = False
    """Go on after violations and faults, and begin, without a person's acknowledgement."""
    port: Annotated[int, Field(ge=0, le=65534)] = 0
    """TCP port of the emulator, where faults are injected too; 0 takes a free one."""
    own: bool = True
    """Start an emulator, which ends with the environment; false takes one that runs on `port`, and outlives it."""
    gui: bool = False
    """Show the emulator's PyBullet window."""

    @model_validator(mode="after")
    def _is_there(self) -> "EmulatedConfig":
        if not self.own and (self.port == 0 or self.gui):
            raise ValueError(
                "own is false: name the port of an emulator that runs, which shows a window or not by itself"
            )
        return self


class EmulatedArm(KortexArm):
    """A `KortexArm` with an emulator in another process.

    Attributes:
        emulator: that process; None where it runs already.
    """

    Config: ClassVar[type[Any]] = EmulatedConfig

    def __init__(self, scene: Scene, config: EmulatedConfig | None = None) -> None:
        """Start the emulator, where it is to be one of our own, and connect to it.

        Raises:
            ArmError: it does not start.
        """
        config = config or EmulatedConfig()
        _prefer_the_emulators_wheel()
        self.unattended = config.auto_acknowledge
        options = ["--gui"] if config.gui else []
        self.emulator = EmulatorProcess(config.port, *options, scene=scene) if config.own else None
        port = self.emulator.port if self.emulator is not None else config.port
        _log.info("the emulated arm listens on port %d", port)
        driver = replace(config.driver, robot_ip=_EMULATOR.host, tcp_port=port, udp_port=port + 1)
        try:
            super().__init__(scene, driver, Credentials(_EMULATOR.username, _EMULATOR.password))
        except ArmError:
            self._end_emulator()
            raise

    def stopper(self) -> StopperCall:
        """How a second process can stop the arm."""
        return stopper_call(self.config, self._credentials, f"{__name__}:connect_stopper")

    def close(self) -> None:
        """Leave the arm standing, then end the emulator."""
        super().close()
        self._end_emulator()

    def _end_emulator(self) -> None:
        if self.emulator is not None:
            self.emulator.close()


def connect_stopper(config: dict[str, Any], username: str, password: str) -> KortexStopper:
    """As `kinova_pour_env.kortex.stopper.connect`, with the emulator's wheel."""
    _prefer_the_emulators_wheel()
    return connect(config, username, password)


def _prefer_the_emulators_wheel() -> None:
    if str(API_PATH) not in sys.path:
        sys.path.insert(0, str(API_PATH))
