"""Meta SAC-Lag and its learner node."""
