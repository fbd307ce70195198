"""The coffee in the carried mug: first lateral sloshing mode, overflow over the lip, and where it lands.

Equivalent mechanical model of an upright cylinder (Ibrahim, Liquid Sloshing Dynamics; Dodge, The New Dynamic Behavior
of Liquids in Moving Containers; Di Leva et al., Multibody System Dynamics 56:153, 2022). Vectors of the surface lie in
cup_frame; a slope points to where the surface is highest.
"""

from math import cos, exp, hypot, inf, pi, sin, sqrt, tanh

from kinova_pour_env.arm import Vector
from kinova_pour_env.scene import Scene
from kinova_pour_env.vessel import STEEPEST, Vessel

GRAVITY = 9.81

XI = 1.84118
"""First zero of the derivative of the Bessel function J1."""

MODE_SHARE = 2 / (XI**2 - 1)
"""k, wall rise of mode 1 over R times its slope; the rest of the static rise, of higher modes, follows at once."""

TAKEN_ALONG = 2 / (1 - XI**-2)
"""By how much mode 1 falls at the wall, over what a volume that leaves there would lower the whole surface."""

DISCHARGE = 0.6
"""Coefficient of a sharp-crested weir (Rehbock)."""

BRINK_SPEED = sqrt(2 / 3) / 0.715
"""Mean speed at a free overfall over sqrt(g head): critical flow, 0.715 of its depth at the brink (Rouse, 1936)."""

DRIBBLING_TIME = 1.0
"""s: time constant with which the last of it leaves, where a weir alone would take for ever."""

STREAM_RADIUS = 0.01
"""m: what leaves lands scattered by 10 to 20 mm (particles, `msaclag bench liquid`); all of it has to hit the mouth."""

DROP = 1e-9
"""m^3: less than this leaves as a whole."""


class Liquid:
    """Coffee of which every drop is in the mug, poured into the target cup, or spilled beside it.

    The slope s of mode 1 obeys s'' + 2 zeta omega s' + omega^2 (s - s_eq) = 0, where
    omega^2 = (g_axial xi/R) tanh(xi h/R) and s_eq = lateral over axial effective gravity (g - a).
    What the mug cannot hold below the slope (1 - k) s_eq + k s leaves over the lip as over a weir, takes its part of
    the wave along, and counts at once as poured or spilled, by where it will land.

    Attributes:
        volume: m^3 in the mug.
        poured: m^3 in the target cup.
        spilled: m^3 beside it.
    """

    def __init__(self, scene: Scene) -> None:
        """Fill the mug; it is upright and at rest.

        Args:
            scene: the mug, the target cup and the table.
        """
        mug, cup = scene.mug, scene.target_cup
        self._vessel = Vessel(mug.radius, mug.height)
        self._damping = mug.damping
        self._steepest_wave = mug.height / mug.radius
        self._mouth = (cup.x, cup.y, scene.table_height + cup.height)
        self._mouth_radius = cup.radius - STREAM_RADIUS
        self._cup_capacity = pi * cup.radius**2 * cup.height
        self.initial_volume = mug.fill * self._vessel.capacity
        self.volume = self.initial_volume
        self.poured = 0.0
        self.spilled = 0.0
        self._level = (0.0, 0.0)
        self._slope = (0.0, 0.0)
        self._rate = (0.0, 0.0)

    def reset(self, rotation: Vector) -> None:
        """Fill the mug and let the surface rest.

        Args:
            rotation: [3, 3], base from cup_frame.
        """
        self.volume, self.poured, self.spilled = self.initial_volume, 0.0, 0.0
        self._level = self._slope = _slope_at_rest(*_effective_gravity(rotation.tolist(), [0.0, 0.0, 0.0]))
        self._rate = (0.0, 0.0)

    @property
    def fill(self) -> float:
        """Volume left over the mug's capacity."""
        return self.volume / self._vessel.capacity

    @property
    def wall_slope(self) -> tuple[float, float]:
        """Rise at the wall over the radius, along x and y of cup_frame."""
        (level_x, level_y), (slope_x, slope_y) = self._level, self._slope
        return (
            level_x + MODE_SHARE * (slope_x - level_x),
            level_y + MODE_SHARE * (slope_y - level_y),
        )

    @property
    def slosh(self) -> float:
        """Slope at the wall over the slope that spills: 1 spills. For a mug at least half full, rise over freeboard."""
        limit = self._vessel.slope_that_spills(self.volume)
        return min(hypot(*self.wall_slope) / limit, STEEPEST) if limit > 0 else STEEPEST

    def advance(
        self,
        dt: float,
        substeps: int,
        position: Vector,
        rotation: Vector,
        velocity: Vector,
        angular_velocity: Vector,
        acceleration: Vector,
    ) -> None:
        """Integrate one control period, in which the mug's motion counts as constant.

        Args:
            dt: s.
            substeps: integration steps in it; each must be well below a quarter of the sloshing period (0.3 s).
            position: [3] m, of cup_frame in the base.
            rotation: [3, 3], base from cup_frame.
            velocity: [3] m/s.
            angular_velocity: [3] rad/s, base axes.
            acceleration: [3] m/s^2, base axes.
        """
        rows = rotation.tolist()
        spin = angular_velocity.tolist()
        self._turn_back(dt * sum(rows[i][2] * spin[i] for i in range(3)))
        lateral_x, lateral_y, axial = _effective_gravity(rows, acceleration.tolist())
        level_x, level_y = self._level = _slope_at_rest(lateral_x, lateral_y, axial)
        lateral = hypot(lateral_x, lateral_y)
        overturned = axial * STEEPEST <= lateral
        radius = self._vessel.radius
        depth = self.volume / (pi * radius**2)
        stiffness = max(axial, lateral / STEEPEST) * XI / radius * tanh(XI * depth / radius)
        drag = 2 * self._damping * sqrt(stiffness)
        step = dt / substeps
        pull = hypot(axial, lateral)
        slowest = sqrt(pull / (2 * self._vessel.height)) if overturned else 1 / DRIBBLING_TIME  # as it falls out
        (x, y), (rate_x, rate_y) = self._slope, self._rate
        for _ in range(substeps):
            rate_x += step * (stiffness * (level_x - x) - drag * rate_x)
            rate_y += step * (stiffness * (level_y - y) - drag * rate_y)
            x += step * rate_x
            y += step * rate_y
            wave_x, wave_y = x - level_x, y - level_y
            wave = hypot(wave_x, wave_y)
            if wave > self._steepest_wave:  # it breaks: the linear mode ends here
                wave_x *= self._steepest_wave / wave
                wave_y *= self._steepest_wave / wave
                x, y, rate_x, rate_y = level_x + wave_x, level_y + wave_y, 0.0, 0.0
            wall_x, wall_y = level_x + MODE_SHARE * wave_x, level_y + MODE_SHARE * wave_y
            slope = hypot(wall_x, wall_y)
            excess = self.volume if overturned else self.volume - self._vessel.holds(slope)
            if excess > 0:
                head, rate = self._overflow(excess, slope, pull)
                rate = max(rate, slowest)
                out = self.volume if self.volume < DROP else excess * (1 - exp(-step * rate))
                along_x, along_y = (wall_x / slope, wall_y / slope) if slope > 0 else (1.0, 0.0)
                fall = TAKEN_ALONG / MODE_SHARE * out / (pi * radius**3)
                x -= fall * along_x
                y -= fall * along_y
                speed = BRINK_SPEED * sqrt(pull * head)
                level = 1 / sqrt(1 + slope**2)
                lip = (radius * along_x, radius * along_y)
                leaving = (speed * level * along_x, speed * level * along_y, speed * level * slope)
                self._let_out(out, self._lands_in_cup(lip, leaving, rows, position.tolist(), velocity.tolist(), spin))
        self._slope, self._rate = (x, y), (rate_x, rate_y)

    def _turn_back(self, angle: float) -> None:
        """Keep the wave where it is in space while the mug turns by `angle` (rad) about its own axis."""
        if angle == 0.0:
            return
        cosine, sine = cos(angle), sin(angle)
        (x, y), (rate_x, rate_y) = self._slope, self._rate
        self._slope = (cosine * x + sine * y, cosine * y - sine * x)
        self._rate = (cosine * rate_x + sine * rate_y, cosine * rate_y - sine * rate_x)

    def _overflow(self, excess: float, slope: float, pull: float) -> tuple[float, float]:
        """The head of a volume above the lip, m, and the share of it that leaves, 1/s.

        A weir along the lip, whose height over its lowest point is a parabola: the integral of
        2/3 C sqrt(2 g) (head - height)^1.5 over the wetted arc, at most the whole rim.

        Args:
            excess: m^3, what stands above the plane surface through the lip.
            slope: of that surface against the mug's bottom.
            pull: effective gravity, m/s^2.
        """
        radius = self._vessel.radius
        level = 1 / sqrt(1 + slope**2)
        head = excess * level / self._vessel.surface(slope)
        arc = 3 / 8 * pi * head**2 * sqrt(2 * radius / (slope * level)) if slope > 0 else inf
        flow = 2 / 3 * DISCHARGE * sqrt(2 * pull) * min(arc, 2 * pi * radius * head**1.5)
        return head, flow / excess

    def _lands_in_cup(
        self,
        lip: tuple[float, float],
        leaving: tuple[float, float, float],
        rows: list[list[float]],
        position: list[float],
        velocity: list[float],
        spin: list[float],
    ) -> bool:
        """Whether what leaves at `lip` (cup_frame, m) falls through the target cup's mouth.

        It has the lip's velocity and that of `leaving` (cup_frame, m/s) relative to it.
        """
        local = (*lip, self._vessel.height / 2)
        arm_x, arm_y, arm_z = (sum(row[k] * local[k] for k in range(3)) for row in rows)
        out_x, out_y, out_z = (sum(row[k] * leaving[k] for k in range(3)) for row in rows)
        speed_x = velocity[0] + spin[1] * arm_z - spin[2] * arm_y + out_x
        speed_y = velocity[1] + spin[2] * arm_x - spin[0] * arm_z + out_y
        speed_z = velocity[2] + spin[0] * arm_y - spin[1] * arm_x + out_z
        drop = position[2] + arm_z - self._mouth[2]
        fall = (speed_z + sqrt(speed_z**2 + 2 * GRAVITY * drop)) / GRAVITY if drop > 0 else 0.0
        away_x = position[0] + arm_x + fall * speed_x - self._mouth[0]
        away_y = position[1] + arm_y + fall * speed_y - self._mouth[1]
        return hypot(away_x, away_y) < self._mouth_radius

    def _let_out(self, out: float, in_cup: bool) -> None:
        """Move a volume (m^3) from the mug into the cup, as far as there is room, or beside it."""
        poured = min(out, self._cup_capacity - self.poured) if in_cup else 0.0
        self.poured += poured
        self.spilled += out - poured
        self.volume -= out


def _effective_gravity(rows: list[list[float]], acceleration: list[float]) -> tuple[float, float, float]:
    """Gravity less acceleration in cup_frame, m/s^2: along x, along y, and into the mug.

    Args:
        rows: [3, 3], base from cup_frame.
        acceleration: [3] m/s^2, base axes.
    """
    x, y, z = -acceleration[0], -acceleration[1], -GRAVITY - acceleration[2]
    first, second, third = rows
    return (
        first[0] * x + second[0] * y + third[0] * z,
        first[1] * x + second[1] * y + third[1] * z,
        -(first[2] * x + second[2] * y + third[2] * z),
    )


def _slope_at_rest(lateral_x: float, lateral_y: float, axial: float) -> tuple[float, float]:
    """s_eq, no steeper than `STEEPEST`; towards x where the mug is upside down."""
    lateral = hypot(lateral_x, lateral_y)
    if axial * STEEPEST > lateral:
        return lateral_x / axial, lateral_y / axial
    if lateral > 0:
        return STEEPEST * lateral_x / lateral, STEEPEST * lateral_y / lateral
    return STEEPEST, 0.0
