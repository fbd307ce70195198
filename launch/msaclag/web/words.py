"""What was heard as HTML. All that comes from a topic is escaped."""

from collections.abc import Iterable, Iterator
from html import escape

from msaclag.web.episodes import Episode, SeenViolation
from msaclag.web.heard import STALE, Health, Heard
from msaclag.web.margins import Margin
from msaclag.web.standing import ATTENTION, DONE, MOVING, READY, SILENT, Standing
from msaclag.web.surroundings import Surroundings
from msaclag.web.topics import DEPTHS

LISTED = 40
"""Episodes."""
ALWAYS = ("joint_states", "cup_motion", "observation", "transition", "learner_status", "diagnostics")
"""Topics that tell all the time while an episode runs; the others tell of events."""

_GREEN, _AMBER, _RED, _BLUE, _GREY = "#2f9e44", "#e67700", "#e03131", "#1c7ed6", "#868e96"
_COLOURS = {SILENT: _GREY, ATTENTION: _RED, MOVING: _BLUE, READY: _GREEN, DONE: _GREEN}
_LEVELS = {0: (_GREEN, "ok"), 1: (_AMBER, "warning"), 2: (_RED, "error"), 3: (_GREY, "stale")}

_TABLE = "width:100%;border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums;line-height:1.55"
_HEAD = "text-align:left;font-weight:500;color:var(--mantine-color-dimmed);padding:0 6px 2px 0"
_CELL = "padding:1px 6px 1px 0;vertical-align:top"


def banner(standing: Standing) -> str:
    """Where the graph stands."""
    colour = _COLOURS[standing.kind]
    return _padded(
        f'<div style="border-left:6px solid {colour};background:{colour}22;padding:8px 10px;border-radius:3px">'
        f'<div style="font-size:16px;font-weight:600">{escape(standing.title)}</div>'
        f'<div style="font-size:12px;line-height:1.4;margin-top:3px">{escape(standing.detail)}</div></div>'
    )


def facts(heard: Heard, around: Surroundings | None) -> str:
    """The arm, the episode under way, and what the learner has tuned."""
    rows = []
    if around is not None:
        arm = {"sim": "PyBullet twin", "emulated": "emulated Gen3", "real": "Gen3"}.get(around.arm, around.arm)
        rows.append(("arm", f"{arm}, setting {around.setting}"))
    if heard.episodes.seen:
        rows += _of_episode(heard.episodes.seen[-1])
    if (cup := heard.newest.get("cup_motion")) is not None:
        rows.append(("in the mug", f"{100 * cup.fill:.0f} % of its capacity"))
        rows.append(("poured, spilled", f"{1e6 * cup.poured:.0f} ml, {1e6 * cup.spilled:.0f} ml"))
    if (status := heard.newest.get("learner_status")) is not None:
        rows.append(("ε, ν, α", f"{status.threshold:.3f}, {status.multiplier:.3g}, {status.temperature:.3g}"))
        rows.append(("steps/s, updates/s", f"{status.steps_per_s:.1f}, {status.updates_per_s:.1f}"))
    cells = (
        f'<tr><td style="{_HEAD}">{escape(name)}</td><td style="{_CELL}">{escape(text)}</td></tr>'
        for name, text in rows
    )
    return _padded(f'<table style="{_TABLE}">{"".join(cells)}</table>')


def bars(margins: Iterable[Margin]) -> str:
    """What is left before each constraint, as a bar that shrinks."""
    return _padded("".join(map(_bar, margins)) or _dimmed("No joint states and no motion of the cup are heard."))


def episodes(heard: Heard) -> str:
    """The last episodes, the newest first, and violations between them."""
    seen = [*heard.episodes.seen][::-1][:LISTED]
    between = [each for each in heard.episodes.violations if not each.episode]
    body = "".join(map(_episode, seen))
    head = _row("th", _HEAD, ("episode", "steps", "return", "poured", "how it ended"))
    text = f'<table style="{_TABLE}">{head}{body}</table>' if seen else _dimmed("No transition was heard yet.")
    if between:
        listed = "".join(f"<li>{escape(_told(each))}</li>" for each in between[::-1][:LISTED])
        text += f'<div style="{_HEAD};margin-top:8px">between episodes</div><ul style="font-size:12px">{listed}</ul>'
    if heard.episodes.missed:
        text += _dimmed(f"{heard.episodes.missed} transitions were not heard here; the environment's log has them.")
    return _padded(text)


def topics(heard: Heard, now: float) -> str:
    """How old the newest word of each topic is."""
    rows = []
    for topic in DEPTHS:
        age = heard.age(topic, now)
        stale = topic in ALWAYS and (age is None or age > STALE)
        text = "never heard" if age is None else "now" if age < 1 else f"{age:.0f} s ago"
        colour = _AMBER if stale else _GREEN if age is not None and age <= STALE else _GREY
        rows.append(_row("td", _CELL, (_dot(colour) + escape(topic), "stale: " * stale + text), raw=True))
    return _padded(f'<table style="{_TABLE}">{"".join(rows)}</table>')


def nodes(heard: Heard, now: float) -> str:
    """What each node says of itself."""
    told = (_node(name, health, now) for name, health in sorted(heard.health.items()))
    return _padded("".join(told) or _dimmed("No diagnostics are heard."))


def log(lines: Iterable[str]) -> str:
    """What was said to the graph from here."""
    return _padded("".join(f'<div style="font-size:12px;line-height:1.4">{escape(line)}</div>' for line in lines))


def note(text: str) -> str:
    """A paragraph."""
    return _padded(_dimmed(text))


def warning(text: str) -> str:
    """A paragraph that is not to be overlooked."""
    style = f"border-left:4px solid {_AMBER};padding:2px 8px;font-size:12px;line-height:1.4"
    return _padded(f'<div style="{style}">{escape(text)}</div>')


def _of_episode(episode: Episode) -> list[tuple[str, str]]:
    kind = "evaluation" if episode.evaluation else "training"
    return [
        ("episode", f"{episode.number} ({kind}), step {episode.steps}"),
        ("return so far", f"{episode.total:.1f}"),
    ]


def _bar(margin: Margin) -> str:
    share = min(1.0, max(0.0, margin.left / margin.ample))
    colour = _RED if margin.left <= 0 else _AMBER if margin.left < margin.scarce else _GREEN
    return (
        f'<div style="font-size:12px;margin-bottom:5px"><div style="display:flex;justify-content:space-between">'
        f"<span>{escape(margin.name)}</span>"
        f'<span style="color:var(--mantine-color-dimmed)">{escape(margin.text)}</span></div>'
        f'<div style="height:6px;border-radius:3px;background:var(--mantine-color-default-border)">'
        f'<div style="height:6px;border-radius:3px;width:{100 * share:.0f}%;background:{colour}"></div></div></div>'
    )


def _episode(episode: Episode) -> str:
    number = f"{episode.number}{' eval.' if episode.evaluation else ''}{'' if episode.whole else ' *'}"
    if episode.violations:
        ended, colour = "; ".join(map(_told, episode.violations)), _RED
    elif episode.violated:
        ended, colour = "violation", _RED
    elif not episode.ended:
        ended, colour = "under way", _BLUE
    elif not episode.steps:
        ended, colour = "over before the arm moved", _GREY
    else:
        ended, colour = ("success", _GREEN) if episode.success else ("limit of steps, or interrupted", _GREY)
    poured = f"{100 * episode.poured:.0f} %"
    figures = map(escape, (number, str(episode.steps), f"{episode.total:.0f}", poured))
    return _row("td", _CELL, (*figures, _dot(colour) + escape(ended)), raw=True)


def _told(violation: SeenViolation) -> str:
    place = ""
    if violation.place is not None:
        place = " at ({:.2f}, {:.2f}, {:.2f}) m".format(*violation.place)
    step = f", step {violation.step}" if violation.episode else ""
    return f"{violation.kind.replace('_', ' ')}{place}{step}: {violation.message}"


def _node(name: str, health: Health, now: float) -> str:
    silent = now - health.heard
    colour, level = (_GREY, f"silent for {silent:.0f} s") if silent > STALE else _LEVELS.get(health.level, _LEVELS[3])
    rows = "".join(_row("td", _CELL, pair) for pair in health.values.items())
    return (
        f'<div style="margin-bottom:10px"><div style="font-size:13px;font-weight:600">{_dot(colour)}{escape(name)}'
        f'<span style="font-weight:400;color:var(--mantine-color-dimmed)"> {escape(level)}</span></div>'
        f'<div style="font-size:12px">{escape(health.message)}</div><table style="{_TABLE}">{rows}</table></div>'
    )


def _row(tag: str, style: str, cells: Iterable[str], *, raw: bool = False) -> str:
    def columns() -> Iterator[str]:
        for cell in cells:
            yield f'<{tag} style="{style}">{cell if raw else escape(cell)}</{tag}>'

    return f"<tr>{''.join(columns())}</tr>"


def _dot(colour: str) -> str:
    return f'<span style="color:{colour};margin-right:5px">●</span>'


def _dimmed(text: str) -> str:
    return f'<div style="font-size:12px;line-height:1.4;color:var(--mantine-color-dimmed)">{escape(text)}</div>'


def _padded(html: str) -> str:
    return f'<div style="padding:4px 8px">{html}</div>'
