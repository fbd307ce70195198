"""Pour Coffee on the twin, for `gymnasium.make("msaclag/PourCoffee-v0")`."""

import gymnasium

from kinova_pour_env import POUR_COFFEE


def register() -> None:
    """Register the environment. Importing `sim_bridge` does it: Gymnasium 1 has no plugins, so nothing heavy here."""
    if POUR_COFFEE not in gymnasium.registry:
        gymnasium.register(POUR_COFFEE, entry_point="sim_bridge.pour_coffee:make_pour_coffee")
