"""A pour on film: pictures by the twin's camera, each with a caption that tells where the coffee is."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from kinova_pour_env.pour_coffee import PourCoffeeEnv
from msaclag_ros.settings import SettingError

Camera = Callable[[int, int], NDArray[np.uint8]]
Policy = Callable[[NDArray[np.float32]], NDArray[np.float32]]

FORMATS = (".png", ".gif")
WIDTH, HEIGHT = 480, 360
"""Pixels of a picture, without its caption."""
COLUMNS, ROWS = 4, 2
"""Of the pictures of a strip."""
AFTERWARDS = 1.5
"""s that a strip goes on after the last coffee has left the mug."""
LAST_PICTURE = 2.0
"""s for which an animation shows it."""
COLOURS_OF_GIF = 128

_INK, _PAPER = (40, 40, 40), (255, 255, 255)
_PARTS = (("in the mug", (111, 78, 55)), ("poured", (46, 139, 87)), ("spilled", (205, 50, 50)))
_CAPTION, _BAR, _MARGIN, _TEXT = 56, 14, 8, 17
"""Pixels: height of the caption, of the bar in it, its margin, and the size of the letters."""


class Frame(NamedTuple):
    """A moment of an episode.

    Attributes:
        picture: uint8 [height, width, 3].
        time: s since the episode began.
        poured: share of the first volume in the target cup.
        spilled: share beside it; the rest is in the mug.
        ending: why the episode ended; empty before.
    """

    picture: NDArray[np.uint8]
    time: float
    poured: float
    spilled: float
    ending: str


def check(file: Path) -> None:
    """See that a film can be written to `file`, before one is made.

    Raises:
        SettingError: by its name or its folder it cannot.
    """
    if file.suffix not in FORMATS:
        raise SettingError(f"{file}: a film is a {' or a '.join(FORMATS)}")
    if not file.absolute().parent.is_dir():
        raise SettingError(f"{file}: there is no folder {file.absolute().parent}")


def record(environment: PourCoffeeEnv, camera: Camera, policy: Policy, seed: int) -> Iterator[Frame]:
    """Film one episode: a frame of the first state, and one of each step as it is made.

    Args:
        environment: whose episode.
        camera: takes a picture of a width and a height, uint8 [height, width, 3].
        policy: gives an action [4] for an observation [15].
        seed: of the first state.
    """
    period = 1 / environment.metadata["render_fps"]
    observation, _ = environment.reset(seed=seed)
    yield Frame(camera(WIDTH, HEIGHT), 0.0, 0.0, 0.0, "")
    steps, ended = 0, False
    while not ended:
        observation, _, terminated, truncated, info = environment.step(policy(observation))
        steps, ended = steps + 1, terminated or truncated
        ending = ", ".join(info["violations"]) or ("success" if info["success"] else "no success") if ended else ""
        yield Frame(camera(WIDTH, HEIGHT), steps * period, info["poured"], info["spilled"], ending)


def write(frames: Sequence[Frame], file: Path) -> None:
    """Write a strip of pictures (.png) or an animation at the speed of life (.gif).

    Raises:
        OSError: the file cannot be written; what lay there stays.
    """
    aside = file.with_suffix(".partial")
    if file.suffix == ".png":
        _strip(frames).save(aside, format="png")
    else:
        pictures = [_captioned(frame).quantize(COLOURS_OF_GIF, dither=Image.Dither.NONE) for frame in frames]
        times = [frame.time for frame in frames] + [frames[-1].time + LAST_PICTURE]
        durations = [round(1000 * duration) for duration in np.diff(times)]
        pictures[0].save(aside, format="gif", save_all=True, append_images=pictures[1:], duration=durations, loop=0)
    os.replace(aside, file)


def _strip(frames: Sequence[Frame]) -> Image.Image:
    """Pictures at equal distances in time, from the first state until all is poured."""
    gone = np.array([frame.poured + frame.spilled for frame in frames])
    flowing = np.flatnonzero(np.diff(gone) > 1e-3)
    until = frames[flowing[-1] + 1].time + AFTERWARDS if len(flowing) else frames[-1].time
    span = [frame for frame in frames if frame.time <= until + 1e-9]
    chosen = np.unique(np.linspace(0, len(span) - 1, COLUMNS * ROWS).round().astype(int))
    pictures = [_captioned(span[number]) for number in chosen]
    width, height = pictures[0].size
    across, down = width + _MARGIN, height + _MARGIN
    strip = Image.new("RGB", (COLUMNS * across - _MARGIN, -(-len(pictures) // COLUMNS) * down - _MARGIN), _PAPER)
    for number, picture in enumerate(pictures):
        strip.paste(picture, (number % COLUMNS * across, number // COLUMNS * down))
    return strip


def _captioned(frame: Frame) -> Image.Image:
    """The picture, and under it a bar of what is in the mug, in the cup and beside it."""
    height, width, _ = frame.picture.shape
    image = Image.new("RGB", (width, height + _CAPTION), _PAPER)
    image.paste(Image.fromarray(frame.picture))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_TEXT)
    shares = (max(0.0, 1 - frame.poured - frame.spilled), frame.poured, frame.spilled)
    left, end, top = float(_MARGIN), float(width - _MARGIN), height + _MARGIN
    line = top + _BAR + _MARGIN // 2
    draw.text((left, line), f"{frame.time:.1f} s", fill=_INK, font=font)
    for share, (_, colour) in zip(shares, _PARTS, strict=True):
        right = left + share * (width - 2 * _MARGIN)
        if right - left >= 1:
            draw.rectangle((left, top, right - 1, top + _BAR), fill=colour)
        left = right
    for share, (name, colour) in zip(shares[::-1], _PARTS[::-1], strict=True):
        words = f"{name} {share:.1%}"
        draw.text((end, line), words, fill=colour, font=font, anchor="ra")
        end -= draw.textlength(words, font=font) + 2 * _MARGIN
    if frame.ending:
        draw.text((_MARGIN, _MARGIN), frame.ending, fill=_INK, font=font)
    return image
