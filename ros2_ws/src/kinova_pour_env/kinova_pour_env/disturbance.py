"""How an episode may differ from the task as written: another scene, late commands, noisy sensors."""

from dataclasses import replace
from itertools import product
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.kinematics import rotation_from_vector
from kinova_pour_env.scene import Scene


class Noise:
    """White noise on what the sensors tell of the cup."""

    def __init__(self, position: float, angle: float, velocity: float, random: np.random.Generator) -> None:
        """Standard deviations per axis in m, rad and m/s, and where to draw from."""
        self._deviations = np.repeat([position, angle, velocity], 3)
        self._random = random

    def sensed(self, state: ArmState) -> ArmState:
        """The state with other errors in pose and velocity of the cup at each call; the state itself stays true."""
        position, turn, velocity = np.split(self._deviations * self._random.standard_normal(9), 3)
        return replace(
            state,
            cup_position=state.cup_position + position,
            cup_rotation=rotation_from_vector(turn) @ state.cup_rotation,
            cup_velocity=state.cup_velocity + velocity,
        )


class Conditions(NamedTuple):
    """What an episode is run under.

    Attributes:
        scene: what stands around the arm, and the mug in its hand.
        delay: control periods by which a command reaches the arm late.
        noise: of the sensors; none when they tell the truth.
    """

    scene: Scene
    delay: int
    noise: Noise | None


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Disturbance:
    """What disturbs an episode. A spread is half the width of the uniform draw at each reset; all is off by default.

    Fixed mismatches need no spread: they are other figures in `Scene.mug` or a lower speed limit of the twin.
    """

    target_cup_spread: Annotated[float, Field(ge=0, le=0.2)] = 0.0
    """Of the target cup's place along x and y, m; the goal goes with it."""
    fill_spread: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    """Of the mug's fill."""
    mug_size_spread: Annotated[float, Field(ge=0, le=0.3)] = 0.0
    """Of the mug's radius and of its height, as shares of them."""
    damping_spread: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Of the sloshing's damping ratio, as a share of it."""
    command_delay: Annotated[int, Field(ge=0, le=40)] = 0
    """Control periods of 25 ms by which every command reaches the arm late."""
    command_delay_spread: Annotated[int, Field(ge=0, le=40)] = 0
    """Up to so many more periods are drawn for an episode."""
    position_noise: Annotated[float, Field(ge=0, le=0.1)] = 0.0
    """Standard deviation of the observed cup position along each axis, m. Detectors and reward see the truth."""
    angle_noise: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Standard deviation of the observed orientation about each axis, rad."""
    velocity_noise: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Standard deviation of the observed cup velocity along each axis, m/s."""

    def conditions(self, scene: Scene, random: np.random.Generator) -> Conditions:
        """Those of the next episode; nothing is drawn where there is nothing to draw.

        Args:
            scene: as written.
            random: where to draw from.
        """
        if not (self._moves_scene or self._noisy or self.command_delay_spread):
            return Conditions(scene, self.command_delay, None)
        shares = random.uniform(-1, 1, 6)
        delay = self.command_delay + int(random.integers(self.command_delay_spread, endpoint=True))
        own = np.random.default_rng(random.integers(2**63))
        deviations = (self.position_noise, self.angle_noise, self.velocity_noise)
        return Conditions(
            self._moved(scene, shares) if self._moves_scene else scene,
            delay,
            Noise(*deviations, own) if self._noisy else None,
        )

    def extremes(self, scene: Scene) -> set[Scene]:
        """The scenes at the corners of what can be drawn.

        Raises:
            ValidationError: one of them has a mug that there cannot be, such as an overfull one.
        """
        if not self._moves_scene:
            return {scene}
        return {
            self._moved(scene, np.array([x, y, fill, *[size] * 3])) for x, y, fill, size in product((-1, 1), repeat=4)
        }

    @property
    def delays(self) -> bool:
        """Whether commands can reach the arm late."""
        return self.command_delay + self.command_delay_spread > 0

    @property
    def _moves_scene(self) -> bool:
        return any((self.target_cup_spread, self.fill_spread, self.mug_size_spread, self.damping_spread))

    @property
    def _noisy(self) -> bool:
        return any((self.position_noise, self.angle_noise, self.velocity_noise))

    def _moved(self, scene: Scene, shares: Vector) -> Scene:
        x, y, fill, radius, height, damping = shares.tolist()
        mug, cup = scene.mug, scene.target_cup
        return replace(
            scene,
            mug=replace(
                mug,
                fill=mug.fill + fill * self.fill_spread,
                radius=mug.radius * (1 + radius * self.mug_size_spread),
                height=mug.height * (1 + height * self.mug_size_spread),
                damping=mug.damping * (1 + damping * self.damping_spread),
            ),
            target_cup=replace(cup, x=cup.x + x * self.target_cup_spread, y=cup.y + y * self.target_cup_spread),
        )
