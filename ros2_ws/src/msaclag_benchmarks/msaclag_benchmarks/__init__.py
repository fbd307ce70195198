"""The paper's five simulated tasks; importing this registers them with Gymnasium."""

from msaclag_benchmarks.tasks import register

register()
