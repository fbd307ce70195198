"""Pour Coffee: the task, the liquid, the arm protocol, safety, and the environment node."""

POUR_COFFEE = "msaclag/PourCoffee-v0"
"""The task's Gymnasium id, and its name in checkpoints."""
