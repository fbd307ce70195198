"""The PyBullet twin of the Gen3 that pours coffee. Importing it registers Pour Coffee with Gymnasium."""

from sim_bridge.registration import register

register()
