"""Car-Circle2: a car is to go round a circle that lies partly beyond walls.

The figures are those of Safety-Gymnasium (tasks/safe_navigation/circle, agents/car, bases/base_task), which the paper
used, unless said otherwise. The paper speaks of two walls: Safety-Gymnasium's Circle1 has two and its Circle2, whose
name the paper gives, has four.
"""

from pathlib import Path
from typing import Any, Literal

import gymnasium
import mujoco
import numpy as np
from gymnasium.envs.mujoco.mujoco_env import MujocoEnv
from gymnasium.spaces import Box
from numpy.typing import NDArray

MODEL = Path(__file__).parents[1] / "models" / "car_circle.xml"
FRAME_SKIP = 10
"""Steps of 4 ms with an action: 25 actions in a second."""
CIRCLE_RADIUS = 1.5
WALL = 1.125
"""m from the centre, in x and y."""
START = 0.8
"""m: the car starts within ± this in x and y, facing anywhere."""
REWARD_FACTOR = 0.1
LIDAR_BINS, LIDAR_RANGE = 16, 6.0
SENSED = 24
"""Accelerometer, velocimeter, gyro and magnetometer in the car's frame (3 each), the ball's velocity (3) and rotation
matrix (9). Safety-Gymnasium's car leaves its two wheels unobserved."""
LAP = 2 * np.pi
"""rad round the centre that count as success: this project's choice, the original tells of none. In the 20 s of an
episode a lap wants a mean of some 0.3 m/s at the radius that the walls allow."""
TINY = 1e-9

Array = NDArray[np.float64]
Walls = Literal[2, 4]


def lidar(place: complex) -> Array:
    """[16], nearness (1 there, 0 from 6 m on) of a place given in the car's frame, shared between neighbouring bins."""
    bins = np.zeros(LIDAR_BINS)
    nearness = max(0.0, 1 - abs(place) / LIDAR_RANGE)
    turns, beyond = divmod(np.angle(place) % (2 * np.pi) / (2 * np.pi) * LIDAR_BINS, 1)
    index = int(turns)
    bins[index % LIDAR_BINS] = nearness
    bins[(index + 1) % LIDAR_BINS] = beyond * nearness
    bins[(index - 1) % LIDAR_BINS] = (1 - beyond) * nearness
    return bins


class CarCircle(MujocoEnv, gymnasium.utils.EzPickle):
    """Observation (40): what the car senses (`SENSED`), then 16 bins of a lidar that sees the circle's centre.

    Action (2): the motors of the left and the right wheel; both at 1 drive it forwards, to its −y.
    Reward: 0.1 (x v − y u)/r / (1 + |r − 1.5|), (u, v) being the car's velocity and r its distance from the centre.
    Violation: the car's centre is beyond a wall, which does not hold it. Success: a lap, anticlockwise.
    """

    metadata = {"render_modes": ["human", "rgb_array", "depth_array", "rgbd_tuple"], "render_fps": 25}  # noqa: RUF012

    def __init__(self, walls: Walls = 4, **kwargs: Any) -> None:
        """Build the scene.

        Args:
            walls: 4, or 2, which leaves those in y out.
            **kwargs: of `MujocoEnv`: render_mode, width, height, …

        Raises:
            ValueError: another number of walls.
        """
        if walls not in (2, 4):
            raise ValueError(f"walls is {walls}; it must be 2 or 4")
        gymnasium.utils.EzPickle.__init__(self, walls, **kwargs)
        space = Box(-np.inf, np.inf, (SENSED + LIDAR_BINS,), np.float64)
        MujocoEnv.__init__(self, str(MODEL), FRAME_SKIP, space, camera_name="above", **kwargs)
        self.walls = walls
        self._limits = np.array([WALL, WALL if walls == 4 else np.inf])
        self._angle = self._swept = 0.0
        if walls == 2:
            for name in ("wall_north", "wall_south"):
                self.model.geom(name).rgba[3] = 0

    def reset_model(self) -> Array:
        """The car stands somewhere within the walls."""
        facing = self.np_random.uniform(0, 2 * np.pi)
        joint = self.data.joint("car")
        joint.qpos[:2] = self.np_random.uniform(-START, START, 2)
        joint.qpos[3:] = np.cos(facing / 2), 0, 0, np.sin(facing / 2)
        mujoco.mj_forward(self.model, self.data)
        self._angle, self._swept = float(np.angle(self._place)), 0.0
        return self._observation()

    def step(self, action: NDArray[np.float32]) -> tuple[Array, float, bool, bool, dict[str, Any]]:  # type: ignore[override]
        """40 ms with an action."""
        self.do_simulation(np.clip(action, -1, 1), self.frame_skip)
        mujoco.mj_forward(self.model, self.data)  # what is seen and paid is of the state reached
        place = self._place
        angle = float(np.angle(place))
        self._swept += (angle - self._angle + np.pi) % (2 * np.pi) - np.pi
        self._angle = angle
        u, v, _ = self.data.sensor("velocity").data
        radius = max(abs(place), TINY)
        along = (place.real * v - place.imag * u) / radius
        reward = REWARD_FACTOR * along / (1 + abs(radius - CIRCLE_RADIUS))
        violated = bool((np.abs([place.real, place.imag]) > self._limits).any())
        info = {"cost": float(violated), "is_success": not violated and self._swept >= LAP, "swept": self._swept}
        if self.render_mode == "human":
            self.render()  # type: ignore[no-untyped-call]
        return self._observation(), float(reward), violated, False, info

    @property
    def _place(self) -> complex:
        """Of the car, x + iy."""
        return complex(*self.data.body("car").xpos[:2])

    def _observation(self) -> Array:
        names = ("accelerometer", "velocimeter", "gyro", "magnetometer", "ball_velocity")
        ball = np.zeros(9)
        mujoco.mju_quat2Mat(ball, self.data.joint("ball").qpos)
        car = self.data.body("car")
        centre = -car.xpos @ car.xmat.reshape(3, 3)
        return np.concatenate(
            [*(self.data.sensor(name).data for name in names), ball, lidar(complex(centre[0], centre[1]))]
        )
