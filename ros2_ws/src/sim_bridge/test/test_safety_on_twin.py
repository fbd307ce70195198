"""The safety filter on the twin: nothing by default, and with it the workspace is kept whatever the policy does."""

from collections.abc import Callable

import numpy as np

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.scene import Scene, TargetCup
from sim_bridge.twin import Twin

CONFIG = PourCoffeeConfig(constrain_spillage=False, max_steps=120)
MAZE = Scene(target_cup=TargetCup(x=0.58, y=-0.25, height=0.03))


def begin(twin: Twin, config: PourCoffeeConfig, safety: SafetyConfig | None, seed: int = 0) -> PourTask:
    task = PourTask(twin, twin.scene, config, safety)
    for _phase in task.reset(np.random.default_rng(seed)):
        pass
    return task


def motion(task: PourTask, seed: int, steps: int = 20) -> bytes:
    random = np.random.default_rng(seed)
    task.on_tick = lambda tick: ticks.append(tick.arm_state.joint_positions.tobytes())
    ticks: list[bytes] = []
    for _ in range(steps):
        result = task.step(random.uniform(-1, 1, 4))
        assert (result.action == result.action_executed).all()
    return b"".join(ticks)


def test_in_simulation_the_arm_gets_what_was_asked_for(twin: Twin) -> None:
    """To the bit, whatever the limits are: also the twist that is the action, scaled."""
    tight = SafetyConfig(linear_speed=0.01, linear_jerk=0.5, approach_time=10)
    moved = motion(begin(twin, CONFIG, None), 1)
    assert motion(begin(twin, CONFIG, tight), 1) == moved
    task, sent = begin(twin, CONFIG, None), []
    send = twin.send_twist
    twin.send_twist = lambda twist: (sent.append(twist), send(twist))[1]  # type: ignore[method-assign]
    task.step([0.4, -1.0, 0.2, 0.0])
    assert all((twist == [0.1, -0.25, 0.05, 0, 0, 0]).all() for twist in sent)


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
        task = begin(twin, CONFIG, SafetyConfig(in_simulation=True), seed)
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
    task = begin(twin, CONFIG, SafetyConfig(in_simulation=True))
    for _ in range(5):
        task.step([0.3, -0.3, 0.3, 0.0])
    snapshot = task.snapshot()
    once = [task.step([1, 1, 0, 0]).observation.tobytes() for _ in range(4)]
    task.restore(snapshot)
    assert [task.step([1, 1, 0, 0]).observation.tobytes() for _ in range(4)] == once
