"""The scene in 3-D: arm, mug with its coffee, target cup, goal, workspace, and what happened where."""

from collections import deque
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
import viser
from numpy.typing import NDArray
from viser.transforms import SO3

from kinova_pour_env import gen3
from kinova_pour_env.goal import OBSERVATIONS
from kinova_pour_env.vessel import Vessel
from msaclag.web import bodies
from msaclag.web.coffee import Coffee, slope_of
from msaclag.web.episodes import SeenViolation
from msaclag.web.heard import Heard
from msaclag.web.surroundings import Surroundings
from sim_bridge.urdf import COFFEE, CUP_WALL, MUG_WALL, arm_urdf, table_urdf, target_cup_urdf

TRAIL = 300
"""Places of the mug in an episode that are drawn."""
MARKED = 12
"""Violations that are marked in the scene, the last ones."""

_BROWN = (round(255 * COFFEE[0]), round(255 * COFFEE[1]), round(255 * COFFEE[2]))
_GOAL, _PATH, _ALARM, _BOX = (64, 160, 90), (240, 160, 40), (225, 45, 45), (120, 130, 145)


class Picture:
    """What is drawn of one environment; `show` moves it."""

    def __init__(self, scene: viser.SceneApi, around: Surroundings) -> None:
        """Draw all that stands still."""
        self._scene, self._around = scene, around
        self._vessel = Vessel(around.scene.mug.radius, around.scene.mug.height)
        self._slope: NDArray[np.float64] = np.zeros(2)
        self._trail: deque[tuple[float, ...]] = deque(maxlen=TRAIL)
        self._episode: int | None = None
        self._marks: list[viser.SceneNodeHandle] = []
        self._marked: SeenViolation | None = None
        scene.remove_by_name("/world")
        scene.add_frame("/world", show_axes=False)
        self._stand()
        self._build_arm()
        self._build_coffee()

    def show(self, heard: Heard) -> None:
        """Move what moves."""
        if heard.joint_positions is not None:
            for hinge, frame, angle in zip(self._hinges, self._frames, heard.joint_positions, strict=True):
                frame.wxyz = hinge.orientation(float(angle))
        if (cup := heard.newest.get("cup_motion")) is not None:
            self._show_coffee(cup)
            self._show_trail(cup)
        if (observation := heard.newest.get("observation")) is not None and len(observation.values) == OBSERVATIONS:
            self._show_goal(np.array(observation.values[9:12], float))
        self._show_violations(heard)

    def _stand(self) -> None:
        scene, around = self._scene, self._around
        table = around.scene.table_height
        for part in bodies.parts(table_urdf()):
            self._add("/world/table", part, position=(0, 0, table))
        self._cup = scene.add_frame("/world/cup", show_axes=False)
        for part in bodies.parts(target_cup_urdf(around.scene.target_cup)):
            self._add("/world/cup/body", part, opacity=0.55)
        edges = _edges(np.array(around.task.workspace_low), np.array(around.task.workspace_high))
        scene.add_line_segments("/world/workspace", edges, _BOX, thickness=1.2, thickness_units="screen")
        self._goal = scene.add_icosphere(
            "/world/goal", around.task.arrival_radius, _GOAL, opacity=0.3, cast_shadow=False, receive_shadow=False
        )
        self._show_goal(np.array(around.scene.goal_position))

    def _build_arm(self) -> None:
        urdf = arm_urdf(self._around.scene.mug)
        paths = {"base_link": "/world/base_link"}
        self._scene.add_frame(paths["base_link"], show_axes=False)
        self._hinges, self._frames = [], []
        for hinge in bodies.hinges(urdf):
            paths[hinge.link] = f"{paths[hinge.parent]}/{hinge.link}"
            frame = self._scene.add_frame(
                paths[hinge.link], show_axes=False, position=hinge.position, wxyz=hinge.orientation(0.0)
            )
            if hinge.actuated:
                self._hinges.append(hinge)
                self._frames.append(frame)
        for hinge, frame, angle in zip(self._hinges, self._frames, gen3.HOME, strict=True):
            frame.wxyz = hinge.orientation(angle)
        for number, part in enumerate(bodies.parts(urdf)):
            if part.colour != _BROWN:
                self._add(f"{paths[part.link]}/part_{number}", part, opacity=0.35 if part.link == "mug" else None)
        self._mug = paths["mug"]

    def _build_coffee(self) -> None:
        mug, cup = self._around.scene.mug, self._around.scene.target_cup
        self._coffee = Coffee(0.98 * mug.radius, mug.height)
        vertices = self._coffee.vertices(mug.fill, self._slope)
        self._in_mug = self._scene.add_mesh_simple(
            f"{self._mug}/coffee",
            vertices,
            self._coffee.faces,
            color=_BROWN,
            side="double",
            position=(0, 0, MUG_WALL - (mug.height + MUG_WALL) / 2),
            cast_shadow=False,
        )
        self._served = Coffee(0.98 * cup.radius, cup.height)
        self._in_cup = self._scene.add_mesh_simple(
            "/world/cup/coffee",
            self._served.vertices(0.01, np.zeros(2)),
            self._served.faces,
            color=_BROWN,
            side="double",
            position=(0, 0, CUP_WALL),
            visible=False,
            cast_shadow=False,
        )
        self._cup_capacity = np.pi * cup.radius**2 * cup.height
        self._poured = 0.0

    def _show_coffee(self, cup: Any) -> None:
        turned = cup.pose.orientation
        rotation = np.asarray(SO3(np.array([turned.w, turned.x, turned.y, turned.z])).as_matrix(), float)
        pulled = np.array([cup.acceleration.x, cup.acceleration.y, cup.acceleration.z])
        spilling = self._vessel.slope_that_spills(cup.fill * self._vessel.capacity)
        self._slope = slope_of(min(cup.slosh, 1.5), spilling, rotation, pulled, self._slope)
        self._in_mug.visible = cup.fill > 0.002
        if cup.fill > 0.002:
            self._in_mug.vertices = self._coffee.vertices(cup.fill, self._slope).astype(np.float32)
        if abs(cup.poured - self._poured) > 1e-6:
            self._poured = cup.poured
            self._in_cup.visible = cup.poured > 1e-6
            share = min(1.0, cup.poured / self._cup_capacity)
            self._in_cup.vertices = self._served.vertices(share, np.zeros(2)).astype(np.float32)

    def _show_trail(self, cup: Any) -> None:
        if cup.episode != self._episode:
            self._episode = cup.episode
            self._trail.clear()
        place = cup.pose.position
        point = (place.x, place.y, place.z)
        if self._trail and np.linalg.norm(np.subtract(point, self._trail[-1])) < 0.003:
            return
        self._trail.append(point)
        if len(self._trail) > 1:
            points = np.array(list(pairwise(self._trail)), np.float32)
            self._scene.add_line_segments("/world/path", points, _PATH, thickness=2.5, thickness_units="screen")

    def _show_goal(self, position: NDArray[np.float64]) -> None:
        """The target cup stands where this episode's goal says."""
        scene = self._around.scene
        self._goal.position = position
        self._cup.position = (position[0], position[1] - scene.goal_offset, scene.table_height)

    def _show_violations(self, heard: Heard) -> None:
        violations = heard.episodes.violations
        if not violations or violations[-1] is self._marked:
            return
        self._marked = violations[-1]
        for mark in self._marks:
            mark.remove()
        placed = [each for each in violations if each.place is not None][-MARKED:]
        self._marks = []
        for number, violation in enumerate(placed):
            name = f"/world/violation_{number}"
            self._marks.append(self._scene.add_icosphere(name, 0.012, _ALARM, position=violation.place or (0, 0, 0)))
        if placed and (place := placed[-1].place) is not None:
            when = f"episode {placed[-1].episode}" if placed[-1].episode else "between episodes"
            label = f"{placed[-1].kind.replace('_', ' ')}, {when}"
            self._marks.append(self._scene.add_label("/world/last_violation", label, position=place))

    def _add(self, name: str, part: bodies.Part, opacity: float | None = None, **place: Any) -> None:
        self._scene.add_mesh_simple(
            name,
            part.mesh.vertices,
            part.mesh.faces,
            color=part.colour,
            opacity=opacity,
            side="double" if opacity else "front",
            flat_shading=False,
            **place,
        )


def _edges(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float32]:
    """The edges of a box, [12, 2, 3]."""
    corners = [np.where(choice, high, low) for choice in product((False, True), repeat=3)]
    pairs = combinations(corners, 2)
    return np.array([pair for pair in pairs if np.sum(pair[0] != pair[1]) == 1], np.float32)
