"""An arm of one's own: a mug that floats."""
