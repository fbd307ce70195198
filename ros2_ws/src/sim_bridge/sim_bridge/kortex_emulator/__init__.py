"""A Gen3 in software: it answers Kinova's Python API on a port, moves the PyBullet twin, and misbehaves on demand.

`kortex_api` in the folder `path` stands in for Kinova's package: with `API_PATH` first on sys.path, programs written
for the Kortex API run against `python -m sim_bridge.kortex_emulator` unchanged.

Not emulated: low-level servoing beyond its mode, joint-speed, wrench and joystick commands, admittance, waypoints and
sequences, user profiles, vision, and Kinova's wire format. Assumed, as no document says it: any session may stop the
arm; control passes when the arm stands; a protection zone's origin is its centre; a closed session's motion goes on
while its connection is heard of.
"""

from pathlib import Path

API_PATH = Path(__file__).parent / "path"
"""Folder to put on sys.path, before Kinova's own package if that is installed."""
