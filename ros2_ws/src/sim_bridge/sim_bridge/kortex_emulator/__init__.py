"""A Gen3 in software: it answers Kinova's Python API on a port, moves the PyBullet twin, and misbehaves on demand.

`kortex_api` in the folder `path` stands in for Kinova's package: with `API_PATH` first on sys.path, programs written
for the Kortex API run against `python -m sim_bridge.kortex_emulator` unchanged.
"""

from pathlib import Path

API_PATH = Path(__file__).parent / "path"
"""Folder to put on sys.path, before Kinova's own package if that is installed."""
