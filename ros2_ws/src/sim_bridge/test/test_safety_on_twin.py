"""The safety filter on the twin: the workspace is kept whatever the policy does."""

from collections.abc import Callable

import numpy as np

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.scene import Scene, TargetCup
from sim_bridge.twin import Twin

CONFIG = PourCoffeeConfig(constrain_spillage=False, max_steps=120)
MAZE = Scene(target_cup=TargetCup(x=0.58, y=-0.25, height=0.03))


def begin(twin: Twin, seed: int = 0) -> PourTask:
    task = PourTask(twin, twin.scene, CONFIG)
    for _phase in task.reset(np.random.default_rng(seed)):
        pass
    return task


def test_the_workspace_is_kept_on_the_arms_own_ramp(make_twin: Callable[..., Twin]) -> None:
    twin = make_twin(MAZE)
    random = np.random.default_rng(3)
    low, high = np.array(CONFIG.workspace_low), np.array(CONFIG.workspace_high)
    nearest, executed = 1.0, []

    def seen(tick) -> None:
        nonlocal nearest
        position = tick.arm_state.cup_position
        nearest = min(nearest, (position - low).min(), (high - position).min())

    for seed in range(3):
        task = begin(twin, seed)
        task.on_tick = seen
        while task.running:
            direction = random.choice([-1.0, 1.0], 4) * [1, 1, 1, 0.2]
            direction[2] = 1.0  # up and away from table and cup
            for _ in range(random.integers(5, 20)):
                if not task.running:
                    break
                result = task.step(direction)
                executed.append(result.action_executed)
        assert result.ending == "limit of steps"
    assert 0.001 < nearest < 0.02
    assert np.abs(executed).max() <= 1 and np.abs(np.array(executed) - direction.astype(np.float32)).max() > 0.5


def test_a_limited_episode_goes_back_to_an_earlier_instant(twin: Twin) -> None:
    task = begin(twin)
    for _ in range(5):
        task.step([0.3, -0.3, 0.3, 0.0])
    snapshot = task.snapshot()
    once = [task.step([1, 1, 0, 0]).observation.tobytes() for _ in range(4)]
    task.restore(snapshot)
    assert [task.step([1, 1, 0, 0]).observation.tobytes() for _ in range(4)] == once
