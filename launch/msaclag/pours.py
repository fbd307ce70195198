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
    from kinova_pour_env.pour_coffee_config import TaskError
    from kinova_pour_env.scene import Scene
    from msaclag.demonstrate import scripted_pours
    from msaclag_learner.checkpoint import CheckpointError

    asked = (arguments.setting, arguments.reward, Scene(), arguments.pours)
    try:
        scripted_pours(*asked, seed=arguments.seed, policy_rate=arguments.rate).write(file)
    except (ArmError, CheckpointError, TaskError) as error:
        raise GraphError(str(error)) from error
