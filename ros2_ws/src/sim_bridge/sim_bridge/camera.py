"""Pictures of the scene by PyBullet's software renderer."""

import numpy as np
import pybullet
from numpy.typing import NDArray

from kinova_pour_env.scene import Scene
from sim_bridge.world import World

UP = (0.0, 0.0, 1.0)
FIELD_OF_VIEW = 40.0


def picture(world: World, scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    """The arm, the mug and the target cup from the front left.

    Args:
        world: what is seen.
        scene: where to look.
        width: pixels.
        height: pixels.

    Returns:
        uint8 [height, width, 3].
    """
    cup = scene.target_cup
    middle = (0.8 * cup.x, 0.6 * cup.y, scene.table_height + 0.28)
    eye = (middle[0] + 1.0, middle[1] - 0.75, middle[2] + 0.4)
    client = world.client
    view = pybullet.computeViewMatrix(eye, middle, UP, physicsClientId=client)
    projection = pybullet.computeProjectionMatrixFOV(FIELD_OF_VIEW, width / height, 0.05, 5, physicsClientId=client)
    pixels = pybullet.getCameraImage(
        width,
        height,
        view,
        projection,
        lightDirection=(0.6, -0.8, 1.6),
        shadow=1,
        renderer=pybullet.ER_TINY_RENDERER,
        physicsClientId=client,
    )[2]
    return np.array(pixels, dtype=np.uint8).reshape(height, width, 4)[:, :, :3]
