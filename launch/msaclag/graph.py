"""The graph as plain data: which nodes, with which parameters. `msaclag up` and the launch files both start this."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from msaclag.launch_arguments import LaunchArguments
from msaclag.preflight import problems_of
from msaclag_ros.settings import SettingError

MIRROR = "mirror_node"

Value = bool | int | float | str


class GraphError(SettingError):
    """The graph cannot be started as asked; the message names every reason."""


@dataclass(frozen=True, slots=True)
class NodeDescription:
    """One process of the graph.

    Attributes:
        package: ROS package of the executable.
        executable: as `ros2 run` knows it.
        name: of the node.
        namespace: of the node.
        parameters: by dotted name.
        params_file: further parameters, none of which `parameters` has too.
        log_level: what the node says.
        essential: the graph ends when this node does.
        respawn: it is started again when it dies (`msaclag.respawn`).
    """

    package: str
    executable: str
    name: str
    namespace: str
    parameters: dict[str, Value] = field(default_factory=dict)
    params_file: Path | None = None
    log_level: str = "info"
    essential: bool = True
    respawn: bool = False

    @property
    def logger(self) -> str:
        """Name of the node's logger, as --log-level knows it."""
        return ".".join([*filter(None, self.namespace.split("/")), self.name])

    @property
    def enclave(self) -> str:
        """Whose keys it has, where SROS 2 is enabled (launch/security)."""
        return f"{self.namespace.rstrip('/')}/{self.name}"


def describe(arguments: LaunchArguments) -> list[NodeDescription]:
    """The nodes in the order in which they start; they end in the reverse one, so that the bag holds the end.

    Raises:
        GraphError: something that can be known before anything runs forbids it; all of it is named.
    """
    env: dict[str, Value] = {
        "arm": arguments.arm,
        "setting": arguments.setting,
        "reward": arguments.reward,
        "seed": arguments.seed,
        "task.policy_rate": arguments.rate,
        "transitions_dir": str(arguments.output / "transitions"),
        "sync_transitions": arguments.arm != "sim",
    }
    if arguments.arm == "sim":
        env["sim.gui"] = arguments.gui
    elif arguments.arm == "emulated":
        env |= {"emulated.gui": arguments.gui, "emulated.auto_acknowledge": arguments.auto_acknowledge}
    elif arguments.arm == "real":
        env["real.robot_ip"] = arguments.robot_ip
    learner: dict[str, Value] = {
        "steps": arguments.steps,
        "seed": arguments.seed,
        "evaluation_episodes": arguments.evaluation_episodes,
        "run_dir": str(arguments.output),
        "checkpoint": str(arguments.checkpoint or ""),
        "demonstrations": str(arguments.demonstrations or arguments.pours_to_make or ""),
        "resume": arguments.resume,
    }
    nodes = [("kinova_pour_env", "env_node", env), ("msaclag_learner", "learner_node", learner)]
    if arguments.mirror and arguments.arm != "sim":
        nodes.insert(1, ("sim_bridge", MIRROR, {"gui": arguments.gui and arguments.arm == "real"}))
    if arguments.record:
        nodes.insert(0, ("msaclag", "recorder_node", {"bag_dir": str(arguments.bag), "about": _about(arguments)}))
    if problems := list(problems_of(arguments, {name: parameters for _, name, parameters in nodes})):
        raise GraphError("\n  ".join(["the graph cannot start:", *problems]))
    return [
        NodeDescription(
            package=package,
            executable=name,
            name=name,
            namespace="/" + arguments.namespace.strip("/"),
            parameters=parameters,
            params_file=arguments.params_file,
            log_level=arguments.log_level,
            essential=name != MIRROR,
            respawn=arguments.respawn,
        )
        for package, name, parameters in nodes
    ]


def make_folders(arguments: LaunchArguments) -> None:
    """Make the folder of the run and that of its nodes' logs.

    Raises:
        GraphError: they cannot be made.
    """
    try:
        (arguments.output / "log").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraphError(f"the folder {arguments.output} cannot be made: {error.strerror}") from error


def _about(arguments: LaunchArguments) -> str:
    """What the bag is to tell of the run: its arm, its arguments and the further parameters of its nodes."""
    given = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(arguments).items()}
    about = {"arm": arguments.arm, "arguments": json.dumps(given)}
    if arguments.params_file is not None and arguments.params_file.is_file():
        about["parameters"] = arguments.params_file.read_text("utf8", errors="replace")
    return json.dumps(about)
