"""What stands around the arm: the held mug, the target cup on the table, and where the mug has to go. Base frame."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)

Fraction = Annotated[float, Field(gt=0, lt=1)]
Length = Annotated[float, Field(gt=0, le=2)]


@dataclass(frozen=True, config=_STRICT)
class Mug:
    """The held mug: an upright cylinder."""

    radius: Annotated[float, Field(ge=0.02, le=0.06)] = 0.04
    """Inner radius, m."""
    height: Annotated[float, Field(ge=0.05, le=0.2)] = 0.095
    """Inner height, m."""
    fill: Fraction = 0.75
    """Volume of coffee over the mug's capacity at the start of an episode."""
    damping: Annotated[float, Field(gt=0, le=0.2)] = 0.02
    """Damping ratio of the first sloshing mode; water alone has 0.006, real cups damp more."""


@dataclass(frozen=True, config=_STRICT)
class TargetCup:
    """The cup on the table that the coffee is for."""

    x: Annotated[float, Field(ge=-1, le=1)] = 0.58
    """Its axis, m."""
    y: Annotated[float, Field(ge=-1, le=1)] = -0.25
    """Its axis, m."""
    radius: Annotated[float, Field(ge=0.02, le=0.2)] = 0.07
    """Inner radius, m."""
    height: Annotated[float, Field(ge=0.03, le=0.3)] = 0.10
    """Height of its mouth above the table, m."""


@dataclass(frozen=True, config=_STRICT)
class Scene:
    """Table, target cup, held mug, and the pose in which the mug is emptied."""

    mug: Mug = Mug()
    target_cup: TargetCup = TargetCup()
    table_height: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    """Height of the table's top in the base frame, m."""
    goal_clearance: Annotated[float, Field(ge=0.0, le=0.3)] = 0.125
    """Height of the goal above the cup's mouth, m: more than the goal's ball (0.05) and the tilted mug (0.062)."""
    goal_offset: Annotated[float, Field(ge=-0.2, le=0.2)] = 0.09
    """How far the goal lies from the cup's axis in y, m: the lip of the tilted mug, 0.05, and how far it throws."""
    goal_roll: Annotated[float, Field(gt=0, le=3.1)] = 1.75
    """Roll of the emptied mug, rad."""
    start_spread: Annotated[float, Field(ge=0, le=0.1)] = 0.02
    """Half side of the cube around Home from which the first position is drawn, m."""

    @property
    def goal_position(self) -> tuple[float, float, float]:
        """Where the mug's middle has to be, m."""
        cup = self.target_cup
        return (cup.x, cup.y + self.goal_offset, self.table_height + cup.height + self.goal_clearance)
