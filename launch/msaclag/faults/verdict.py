"""The matrix in figures: totals and rows for JSON, and the table for a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from msaclag.faults.row import Outcome, Row


def figures(found: Mapping[str, Sequence[Outcome]], rows: Sequence[Row], not_run: Mapping[str, str]) -> dict[str, Any]:
    """Totals under `rounds`, `lost`, `duplicated`, `limits_exceeded` and `unresumed`; each row and what was not run.

    Args:
        found: outcomes by the row's name.
        rows: all that were asked for.
        not_run: reasons by the row's name.
    """
    about = {row.name: row.about for row in rows}
    all_rounds = [outcome for outcomes in found.values() for outcome in outcomes]
    return {
        **_totals(all_rounds),
        "rows": {
            name: {"about": about[name], **_totals(outcomes), "each": [outcome.as_dict() for outcome in outcomes]}
            for name, outcomes in found.items()
        },
        "not_run": dict(not_run),
    }


def _totals(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return {
        "rounds": len(outcomes),
        "lost": sum(outcome.lost for outcome in outcomes),
        "duplicated": sum(outcome.duplicated for outcome in outcomes),
        "limits_exceeded": sum(bool(outcome.exceeded) for outcome in outcomes),
        "unresumed": sum(outcome.stuck for outcome in outcomes),
    }


def table(figures: Mapping[str, Any]) -> Table:
    """The same for a person: of times and ways the worst."""
    shown = Table(title="the fault matrix", caption="of times, ways and speeds the worst of the rounds")
    for heading in ("", "rounds", "stands, s", "way, m", "m/s", "lost", "doubled", "limits", "went on"):
        shown.add_column(heading, justify="left" if heading in ("", "went on") else "right")
    for name, row in figures["rows"].items():
        each = row["each"]
        stood = [one["stood_s"] for one in each if one["stood_s"] is not None]
        ways = {one["outcome"]: None for one in each}
        shown.add_row(
            name,
            str(row["rounds"]),
            f"{max(stood):.2f}" if stood else "",
            f"{max(one['distance_m'] for one in each):.3f}" if stood else "",
            f"{max(one['speed'] for one in each):.2f}",
            str(row["lost"]),
            str(row["duplicated"]),
            str(row["limits_exceeded"]),
            ", ".join(ways),
        )
    shown.add_section()
    totals = (str(figures[name]) for name in ("lost", "duplicated", "limits_exceeded"))
    shown.add_row("all", str(figures["rounds"]), "", "", "", *totals, f"{figures['unresumed']} did not")
    for name, why in figures["not_run"].items():
        shown.add_row(name, "not run", *[""] * 6, why)
    return shown
