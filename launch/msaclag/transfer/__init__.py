"""The gap between the twin and an arm, rehearsed: policies under disturbances that they were not trained with."""
