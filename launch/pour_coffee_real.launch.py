"""Pour Coffee on the Gen3: recorder, environment and learner. `--show-args` lists the arguments."""

from launch import LaunchDescription

from msaclag.launch_description import launch_description


def generate_launch_description() -> LaunchDescription:
    """The graph with the defaults for the Gen3."""
    return launch_description("pour_coffee_real")
