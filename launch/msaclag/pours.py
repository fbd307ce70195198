"""The scripted pours that a run of the graph on the twin begins with."""

from msaclag.graph import GraphError
from msaclag.launch_arguments import LaunchArguments


def make_pours(arguments: LaunchArguments) -> None:
    """Make them into the folder of the run, where there are some to make; takes some seconds.

    Raises:
        GraphError: they do not succeed, or cannot be written.
    """
    file = arguments.pours_to_make
    if file is None:
        return
    from kinova_pour_env.arm import ArmError  # these take seconds, which other starts need not wait for
    from kinova_pour_env.conditions import conditions
    from kinova_pour_env.pour_coffee_config import TaskError
    from kinova_pour_env.scene import Scene
    from msaclag.demonstrate import scripted_pours
    from msaclag_learner.checkpoint import CheckpointError
    from sim_bridge.pour_coffee import make_pour_coffee

    scene = Scene()
    try:
        environment = make_pour_coffee(arguments.setting, scene, reward=arguments.reward, policy_rate=arguments.rate)
        under = conditions(arguments.setting, arguments.reward, environment.task.config, scene)
        scripted_pours(environment, under, arguments.pours, seed=arguments.seed).write(file)
    except (ArmError, CheckpointError, TaskError) as error:
        raise GraphError(str(error)) from error
