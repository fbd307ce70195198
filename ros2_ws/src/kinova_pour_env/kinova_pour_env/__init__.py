"""Pour Coffee: the task, the liquid, the arm protocol, safety, and the environment node."""
