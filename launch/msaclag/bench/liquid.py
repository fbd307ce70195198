"""The coffee of `kinova_pour_env.liquid` against particles, over the same motions of the same mugs.

The particles are checked first: their first sloshing frequency, and what a tilted mug keeps.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from math import pi, sqrt, tan, tanh
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from time import perf_counter
from typing import Any

import numpy as np
import torch
from rich.table import Table

from kinova_pour_env.course import SLOSHING_RATE
from kinova_pour_env.gen3 import COMMAND_PERIOD
from kinova_pour_env.kinematics import rotation_from_angles
from kinova_pour_env.liquid import GRAVITY, XI, Liquid
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from kinova_pour_env.vessel import Vessel
from msaclag.bench.machine import cores, machine
from msaclag.bench.mug_grid import Field
from msaclag.bench.mug_motions import KINDS, motion
from msaclag.bench.particle_liquid import ParticleLiquid
from msaclag_learner.trained_policy import trained_policy

CELLS, QUICK_CELLS = 6, 4
"""Of the particles' grid in a radius."""
SUBSTEPS = round(SLOSHING_RATE * COMMAND_PERIOD)
TOLERANCE = PourCoffeeConfig().spill_tolerance
"""m^3 beside the cup from which on a model counts as spilling."""
TILTS = (0.8, 1.05, 1.3)
"""rad at which what is left is compared."""
TILTING, RUNNING_OUT = 0.4, 60
"""rad/s, and control periods of waiting for what leaves."""
LET_GO = 0.08
"""rad: a surface so far from level is let go to measure its frequency."""

Row = dict[str, Any]


def measure(
    threads: int | None,
    quick: bool,
    tell: Callable[[str], object],
    *,
    seeds: int = 6,
    checkpoint: Path | None = None,
) -> dict[str, Any]:
    """All figures, ready for JSON: those of each motion, and what both models make of it.

    Args:
        threads: processes at once; as many as there are cores if left out.
        quick: coarser particles.
        tell: called with what is done.
        seeds: motions of each kind.
        checkpoint: whose policy moves too.

    Raises:
        CheckpointError: there is none, or it cannot be read.
    """
    begun, cells = perf_counter(), QUICK_CELLS if quick else CELLS
    if checkpoint:
        trained_policy(checkpoint)
    kinds = [*KINDS, *(["learned"] if checkpoint else [])]
    asked = [(kind, seed) for seed in range(seeds) for kind in kinds]
    rows: dict[tuple[str, int], Row] = {}
    spawning = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    pool = ProcessPoolExecutor(threads or cores(), mp_context=spawning, initializer=_prepare_process)
    try:
        ringing, tilted = pool.submit(_ring, cells), pool.submit(_tilt, cells)
        futures = {pool.submit(compare, kind, seed, cells, checkpoint): (kind, seed) for kind, seed in asked}
        tell(f"motion 0 of {len(asked)}")
        for done, future in enumerate(as_completed(futures), start=1):
            rows[futures[future]] = future.result()
            tell(f"motion {done} of {len(asked)}")
        return {
            "machine": machine(),
            "cells": cells,
            "tolerance_m3": TOLERANCE,
            "particles_alone": {**ringing.result(), "left_at_tilt": tilted.result()},
            "motions": [rows[each] for each in asked],
            "agreement": {kind: _agreement([rows[each] for each in asked if each[0] == kind]) for kind in kinds},
            "agreement_of_all": _agreement(list(rows.values())),
            "seconds": perf_counter() - begun,
        }
    except BaseException:
        for process in multiprocessing.active_children():  # a motion takes a while, and its figures are lost anyway
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare_process() -> None:
    """One thread; Ctrl-C is left to the parent."""
    torch.set_num_threads(1)
    signal(SIGINT, SIG_IGN)


def compare(kind: str, seed: int, cells: int, checkpoint: Path | None) -> Row:
    """Both models carried through one motion; volumes in m^3."""
    moved = motion(kind, seed, checkpoint)
    model, particles = Liquid(moved.scene), ParticleLiquid(moved.scene, cells)
    model.reset(moved.rotation)
    particles.reset(moved.rotation)
    slosh = 0.0
    for instant in moved.instants:
        model.advance(COMMAND_PERIOD, SUBSTEPS, *instant)
        particles.advance(COMMAND_PERIOD, *instant)
        slosh = max(slosh, model.slosh)
    mug = moved.scene.mug
    return {
        "kind": kind,
        "seed": seed,
        "seconds": len(moved.instants) * COMMAND_PERIOD,
        "radius": mug.radius,
        "fill": mug.fill,
        "volume": model.initial_volume,
        "peak_slosh": slosh,
        "model": {"poured": model.poured, "spilled": model.spilled},
        "particles": {"poured": particles.poured, "spilled": particles.spilled},
    }


def _agreement(rows: Sequence[Row]) -> Row:
    """Who spills in how many motions, and by how much the volumes differ, model less particles, over the mug's."""
    model, particles = (np.array([row[name]["spilled"] > TOLERANCE for row in rows]) for name in ("model", "particles"))
    differences = {
        where: np.array([(row["model"][where] - row["particles"][where]) / row["volume"] for row in rows])
        for where in ("poured", "spilled")
    }
    return {
        "motions": len(rows),
        "both_spill": int((model & particles).sum()),
        "only_model_spills": int((model & ~particles).sum()),
        "only_particles_spill": int((~model & particles).sum()),
        "neither_spills": int((~model & ~particles).sum()),
        "agreement": float((model == particles).mean()),
        **{f"{where}_difference_mean": float(each.mean()) for where, each in differences.items()},
        **{f"{where}_difference_rms": float(sqrt((each**2).mean())) for where, each in differences.items()},
    }


def _ring(cells: int) -> Row:
    """Let a tilted surface go in an upright mug: frequency (Hz) and damping ratio of the particles' first mode."""
    scene, still = Scene(), np.zeros(3)
    particles = ParticleLiquid(scene, cells)
    particles.reset(np.eye(3))
    pushed = np.array([GRAVITY * LET_GO, 0.0, 0.0])  # a constant acceleration tilts the level it swings about
    places = []
    for _ in range(100):
        particles.advance(COMMAND_PERIOD, still, np.eye(3), still, still, pushed)
        places.append(particles.positions[:, 0].mean())
    frequency, damping = _swing(np.array(places))
    radius = scene.mug.radius
    depth = scene.mug.fill * scene.mug.height
    expected = sqrt(GRAVITY * XI / radius * tanh(XI * depth / radius)) / (2 * pi)
    return {"frequency_hz": frequency, "expected_frequency_hz": expected, "damping": damping}


def _swing(places: Field) -> tuple[float, float]:
    """Frequency (Hz) and damping ratio of what swings and dies away, by least squares over a grid of both."""
    time = COMMAND_PERIOD * np.arange(len(places))

    def misfit(candidate: tuple[float, float]) -> float:
        frequency, damping = candidate
        swing = np.exp((1j - damping) * 2 * pi * frequency * time)
        columns = np.stack([swing.real, swing.imag, np.ones_like(time)], axis=1)
        found, *_ = np.linalg.lstsq(columns, places, rcond=None)
        return float(np.square(columns @ found - places).sum())

    frequency, damping = min(product(np.linspace(2.5, 4.5, 101), np.linspace(0, 0.1, 41)), key=misfit)
    return float(frequency), float(damping)


def _tilt(cells: int) -> list[Row]:
    """What the particles leave in a mug that is tilted slowly, and what a plane surface through the lip would."""
    scene, still = Scene(), np.zeros(3)
    particles = ParticleLiquid(scene, cells)
    particles.reset(np.eye(3))
    vessel = Vessel(scene.mug.radius, scene.mug.height)
    angle, rows = 0.0, list[Row]()
    for tilt in TILTS:
        while angle < tilt:
            angle += TILTING * COMMAND_PERIOD
            spin = np.array([TILTING, 0.0, 0.0])
            particles.advance(COMMAND_PERIOD, still, rotation_from_angles([0, 0, angle]), still, spin, still)
        for _ in range(RUNNING_OUT):
            particles.advance(COMMAND_PERIOD, still, rotation_from_angles([0, 0, angle]), still, still, still)
        left, expected = particles.volume / vessel.capacity, float(vessel.holds(tan(angle)) / vessel.capacity)
        rows.append({"tilt_rad": angle, "left": left, "expected": expected})
    return rows


def table(figures: dict[str, Any]) -> Table:
    """A row for each kind of motion, and one for all."""
    alone = figures["particles_alone"]
    left = ", ".join(
        f"{row['left']:.2f} ({row['expected']:.2f}) at {row['tilt_rad']:.2f} rad" for row in alone["left_at_tilt"]
    )
    shown = Table(
        title=f"the model's coffee against particles, {figures['cells']} cells in a radius, {figures['seconds']:.0f} s",
        caption=f"volumes: model less particles over the mug's first, root mean square (mean). The particles alone: "
        f"{alone['frequency_hz']:.2f} Hz ({alone['expected_frequency_hz']:.2f}), damping {alone['damping']:.3f}; "
        f"left of the mug's capacity (plane surface) {left}",
    )
    shown.add_column("motions", no_wrap=True, min_width=len("demonstrated"))
    for heading in ("", "agree", "both spill", "only model", "only particles", "neither", "poured", "spilled"):
        shown.add_column(heading, justify="right")
    for kind, row in {**figures["agreement"], "all": figures["agreement_of_all"]}.items():
        shown.add_row(kind, str(row["motions"]), f"{row['agreement']:.0%}", *_cells(row))
    return shown


def _cells(row: Row) -> list[str]:
    counts = [str(row[name]) for name in ("both_spill", "only_model_spills", "only_particles_spill", "neither_spills")]
    volumes = [
        f"{row[f'{where}_difference_rms']:.1%} ({row[f'{where}_difference_mean']:+.1%})"
        for where in ("poured", "spilled")
    ]
    return counts + volumes
