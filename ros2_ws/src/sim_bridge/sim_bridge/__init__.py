"""The PyBullet twin of the Gen3 that pours coffee."""
