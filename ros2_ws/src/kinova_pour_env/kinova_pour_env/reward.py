"""The reward of Pour Coffee, Eq. 17."""

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig


def pour_reward(
    config: PourCoffeeConfig, distance: float, acceleration: float, spillage: bool, roll_error: float
) -> float:
    """r(s, a, s') of Eq. 17, hierarchical: reach first, then pour.

    Args:
        config: which of r1, r2 and r3 count, and how much.
        distance: d, between the cup and the goal in s', m.
        acceleration: mean length of the cup's acceleration during the step, m/s^2.
        spillage: whether coffee was spilled in the step.
        roll_error: how far the roll in s' is from the goal's, rad.
    """
    if distance <= config.arrival_radius:
        return config.arrival_bonus + config.centre_weight * distance + config.roll_weight * roll_error
    reward = 0.0
    if config.reward_distance:
        reward += config.distance_weight * distance
    if config.reward_acceleration:
        reward += config.acceleration_weight * acceleration
    if config.reward_spillage and spillage:
        reward += config.spillage_weight
    return reward
