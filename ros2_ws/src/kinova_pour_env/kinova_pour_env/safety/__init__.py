"""What stands between a policy and an arm where time is real: limits, stops, and those who watch."""
