"""The phases of a reset on the arm. Each is an iterator that yields often and may be closed anywhere."""

import logging
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kinova_pour_env.arm import HOME, RETREAT, ArmError, ArmState, Vector, come_to_rest, sound
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kortex.actions import carry_out
from kinova_pour_env.kortex.commissioning import select_servoing
from kinova_pour_env.kortex.errors import ActionFailed, CallTimedOut, InFault, SessionLost
from kinova_pour_env.kortex.faults import LOW_LEVEL, state_problem
from kinova_pour_env.kortex.preflight import Check
from kinova_pour_env.kortex.retreat import (
    NEAR,
    STRAYED,
    Leg,
    Room,
    can_retreat,
    lies_low,
    lifted_first,
    runs_out_of_range,
    twists_along,
    upright_first,
    way_problem,
)
from kinova_pour_env.kortex.units import joint_action
from kinova_pour_env.kortex.way_home import find_way, joint_way

if TYPE_CHECKING:
    from kinova_pour_env.kortex.arm import KortexArm

BETWEEN_CONNECTIONS = 0.5
"""s between two attempts to reach the arm."""
CLEARING_TIME = 5.0
"""s until cleared faults are gone."""
KEEP_ALIVE = 5.0
"""s between two calls while a person is waited for; the arm ends a session without any."""
SHORTEST_ACTION = 1.0
"""s."""
ARRIVED = 0.02
"""rad: an action ended where it should."""
GRIPPER_TIME = 1.5
"""s that the fingers close in."""
WEIGHING_TIME = 0.5
"""s: 20 readings."""

STUCK_SPEED, STUCK_TIME = 0.01, 1.0
"""m/s and rad/s, and s: a retreat that goes on so slowly for so long does not come to its end."""

_Found = TypeVar("_Found")

_log = logging.getLogger(__name__)


class Phases:
    """The way of one arm to a first state.

    Attributes:
        checks: of the last preflight.
    """

    def __init__(self, arm: "KortexArm") -> None:
        """Nothing is checked, and nothing held, before the first reset."""
        self._arm = arm
        self.checks: list[Check] = []
        self._ready = False
        self._holding = False

    def to(self, start: Vector) -> Iterator[str]:
        """Bring the arm to joint positions [7], the mug full; yields the phase.

        Raises:
            ArmError: it cannot get there; everything is checked anew before the next motion.
        """
        try:
            yield from self._in_turn(start)
        except ArmError:
            self._ready = False
            raise

    def _in_turn(self, start: Vector) -> Iterator[str]:
        yield from self._connect()
        yield from self._clear()
        yield from self._preflight()
        yield from self._retreat()
        yield from self._home(start)
        yield from self._weigh()
        yield from self._refill()

    def _connect(self) -> Iterator[str]:
        arm = self._arm
        latest = time.monotonic() + arm.config.reconnection
        while True:
            yield "connect"
            try:
                if arm.connect():
                    self._ready = self._holding = False
                return
            except (SessionLost, CallTimedOut) as error:
                if time.monotonic() > latest:
                    raise
                _log.warning("%s; trying again", error)
                time.sleep(BETWEEN_CONNECTIONS)

    def _clear(self) -> Iterator[str]:
        """Faults are cleared once a person has acknowledged each of them, never before."""
        arm = self._arm
        if not arm.read().faults:
            arm.attendance.forget()
            return
        yield "acknowledge"
        while not arm.attendance.knows(faults := arm.read().faults):
            arm.attendance.forget()
            wait = arm.attendance.wait_for_acknowledgement(f"the arm reports '{', '.join(faults)}': make it safe")
            yield from self._stand(wait, "acknowledge")
        arm.attendance.forget()
        self._ready = False
        arm.clear_faults()
        latest = time.monotonic() + CLEARING_TIME
        while True:
            active = arm.connection.call(arm.connection.base.GetArmState).active_state
            problem = ", ".join(arm.advance().faults) or state_problem(active)
            if not problem:
                return
            if time.monotonic() > latest:
                raise InFault(f"the fault does not clear: {problem}; look at Kinova's Web App")
            if active == LOW_LEVEL:
                select_servoing(arm.connection)
            yield "acknowledge"

    def _preflight(self) -> Iterator[str]:
        if self._ready:
            return
        yield "preflight"
        self.checks = []
        for check in self._arm.preflight().checks():
            _log.info("preflight: %s", check)
            self.checks.append(check)
            yield "preflight"
        if problems := [str(check) for check in self.checks if not check.passed]:
            raise ArmError("preflight: " + "; ".join(problems))
        self._ready = True

    def _retreat(self) -> Iterator[str]:
        """Above the place of Home, upright, if a straight way leads there."""
        arm, config = self._arm, self._arm.config
        state = sound(arm.advance())
        yield RETREAT
        if not can_retreat(state):
            x, y, z = state.cup_position
            raise ArmError(f"no safe way back from ({x:.2f}, {y:.2f}, {z:.2f}) m: bring the arm near Home by hand")
        if self._near_home(state):
            return
        latest = time.monotonic() + config.action_timeout
        trouble = yield from self._go_back(upright_first(state), latest)
        if trouble and arm.nearest is not None and lies_low(state := sound(arm.read())) and can_retreat(state):
            _log.info("to turn the mug upright where it is would not do: %s; it is lifted first", trouble)
            trouble = yield from self._go_back(lifted_first(state), latest)
        if trouble:
            _log.warning("no straight way leads the mug to Home: %s; the joints look for one of their own", trouble)

    def _go_back(self, legs: tuple[Leg, ...], latest: float) -> Generator[str, None, str]:
        """Go the legs if they are free, then stand; returns why they did not come to their end, empty if they did.

        Raises:
            ActionFailed: it takes longer than until `latest`, s of CLOCK_MONOTONIC.
        """
        arm = self._arm
        start, room = sound(arm.read()).joint_positions, None
        if arm.nearest is not None:
            room = Room(start, arm.nearest, arm.safety.body_distance)
            problem = yield from self._standing(way_problem(legs, start, room, arm.safety), RETREAT)
            if problem:
                return problem
        trouble = yield from self._follow(legs, room, latest)
        arm.stop()
        yield from self._come_to_rest()
        return trouble

    def _follow(self, legs: tuple[Leg, ...], room: Room | None, latest: float) -> Generator[str, None, str]:
        arm, config = self._arm, self._arm.config
        state = sound(arm.read())
        twists = twists_along(legs, config.retreat_speed, config.retreat_turn, state)
        twist = next(twists, None)
        moved = time.monotonic()
        while twist is not None:
            arm.send_twist(twist)
            state = sound(arm.advance())
            yield RETREAT
            if max(np.abs(state.cup_velocity).max(), np.abs(state.cup_angular_velocity).max()) > STUCK_SPEED:
                moved = time.monotonic()
            if time.monotonic() > moved + STUCK_TIME:
                return "it comes no nearer"
            if runs_out_of_range(state, arm.safety.joint_margin):
                return "a joint runs towards its limit"
            if room is not None and (strayed := room.problem(state.joint_positions, STRAYED)):
                return strayed
            if time.monotonic() > latest:
                raise ActionFailed(f"the way back did not end within {config.action_timeout:g} s")
            try:
                twist = twists.send(state)
            except StopIteration:
                break
        return ""

    def _home(self, start: Vector) -> Iterator[str]:
        """Joint actions to the drawn start, beside Home; one, if the straight way is free."""
        arm = self._arm
        yield HOME
        finding = find_way(sound(arm.read()).joint_positions, start, arm.nearest, arm.safety)
        way = yield from self._standing(finding, HOME)
        if len(way) > 1:
            _log.info("the way home has %d legs", len(way))
        for leg in way:
            yield from self._go(leg)
        left = float(np.abs(joint_way(sound(arm.read()).joint_positions, start)).max())
        if left > ARRIVED:
            raise ActionFailed(f"the action that goes home ended {left:.3f} rad before its end")

    def _go(self, there: Vector) -> Iterator[str]:
        """One joint action, until the arm stands."""
        arm = self._arm
        farthest = float(np.abs(joint_way(sound(arm.read()).joint_positions, there)).max())
        seconds = max(SHORTEST_ACTION, 2 * farthest / arm.config.home_speed)
        action = joint_action(arm.connection.kortex, "msaclag start", there, seconds)
        arm.acting = True
        with closing(carry_out(arm.connection, action, arm.config.action_timeout)) as moving:
            for _ in moving:
                sound(arm.advance())
                yield HOME
        arm.acting = False
        yield from self._come_to_rest()

    def _weigh(self) -> Iterator[str]:
        """Stand, with nobody near, for whoever weighs what the episode has left in the mug."""
        latest = time.monotonic() + WEIGHING_TIME
        while time.monotonic() < latest:
            sound(self._arm.advance())
            yield "weigh"

    def _refill(self) -> Iterator[str]:
        """A person fills the mug, the first time also between the open fingers, which then close."""
        arm = self._arm
        for phase in self._stand(arm.attendance.wait_for_refill("refill the mug in the hand"), "refill"):
            sound(arm.read())
            yield phase
        yield "refill"
        if not self._holding:
            arm.acting = True
            arm.close_gripper()
            latest = time.monotonic() + GRIPPER_TIME
            while time.monotonic() < latest:
                sound(arm.advance())
                yield "refill"
            self._holding, arm.acting = True, False
        sound(arm.advance())

    def _standing(self, work: Generator[None, None, _Found], phase: str) -> Generator[str, None, _Found]:
        """What the work returns, done while the arm stands and is watched."""
        while True:
            try:
                next(work)
            except StopIteration as end:
                return end.value
            sound(self._arm.advance())
            yield phase

    def _come_to_rest(self) -> Iterator[str]:
        """What moved is over; the arm is watched until it stands."""
        for state in come_to_rest(self._arm):
            sound(state)
            yield HOME

    def _stand(self, wait: Iterator[None], phase: str) -> Iterator[str]:
        """Stand as long as the wait lasts, and keep the session alive."""
        arm = self._arm
        next_call = 0.0
        for _ in wait:
            if time.monotonic() > next_call:
                arm.connection.call(arm.connection.base.GetArmState)
                next_call = time.monotonic() + KEEP_ALIVE
            arm.advance()
            yield phase

    def _near_home(self, state: ArmState) -> bool:
        turned = float(np.abs(state.cup_rotation - np.eye(3)).max())
        away = float(np.linalg.norm(state.cup_position - CUP_AT_HOME))
        return away < 0.1 and turned < NEAR
