"""The fault matrix: the graph on an emulated arm, and everything that may go wrong with it."""
