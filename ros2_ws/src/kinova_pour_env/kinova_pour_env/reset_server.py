"""The server of `reset_episode`: goals are handed over at once and answered by whoever carries them out."""

from collections.abc import Callable

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.safety_filter import ACTIONS
from kinova_pour_env.transition_log import TransitionLog
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Observation
from msaclag_ros.interface import RESET_ACTION


def serve_resets(node: Node, accepted: Callable[[ServerGoalHandle], None]) -> None:
    """Accept each goal and each wish to cancel one; `accepted` sees to it that the goal is concluded at some time."""
    ActionServer(
        node,
        RESET_ACTION[1],
        RESET_ACTION[0],
        execute_callback=lambda handle: ResetEpisode.Result(),
        goal_callback=lambda goal: GoalResponse.ACCEPT,
        handle_accepted_callback=accepted,
        cancel_callback=lambda handle: CancelResponse.ACCEPT,
    )


def conclude(
    handle: ServerGoalHandle,
    code: int,
    message: str,
    first: Observation | None,
    conditions: str,
    *,
    log: TransitionLog,
    real_time: bool,
) -> None:
    """Answer a goal: it succeeded, was cancelled, or is aborted, by the result's code; any thread may."""
    result = ResetEpisode.Result(
        code=code,
        message=message,
        task=POUR_COFFEE,
        conditions=conditions,
        action_size=ACTIONS,
        real_time=real_time,
        log=log.identity,
        next_seq=log.next_seq,
        first_observation=first or Observation(),
    )

    def finish(handle: ServerGoalHandle) -> ResetEpisode.Result:
        if code == ResetEpisode.Result.OK:
            handle.succeed()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return result

    # Executed only now: a coroutine that awaits a reset of minutes would keep rclpy's executor spinning.
    handle.execute(finish)
