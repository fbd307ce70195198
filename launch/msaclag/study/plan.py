"""What a study trains, read from a file of YAML: groups of runs that differ by their seeds alone."""

import shlex
from collections.abc import Iterator
from functools import wraps
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import tyro
import yaml
from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from kinova_pour_env.pour_coffee_config import Setting
from msaclag.train import train
from msaclag_learner.configuration import AlgorithmName, TrainingConfig
from msaclag_ros.settings import SettingError

OWN_OPTIONS = ("--setting", "--algorithm", "--algorithm.name", "--seed", "--threads", "--run-dir", "--resume")
"""Options of `msaclag train` that the study itself gives to each run."""

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class Entry:
    """Groups of runs: each of the settings with each of the algorithms."""

    settings: Annotated[tuple[Annotated[Setting, BeforeValidator(str)], ...], Field(min_length=1)] = ("1",)
    """Rows of Table III; YAML reads 1 as a number."""
    algorithms: Annotated[tuple[AlgorithmName, ...], Field(min_length=1)] = ("meta_sac_lag",)
    """Names of algorithms."""
    variant: Annotated[str, Field(pattern=r"^[\w.+-]*$")] = ""
    """What else sets these groups apart, in a word; empty for the runs that the others are compared with."""
    options: str = ""
    """Further options, as `msaclag train` takes them."""


@dataclass(frozen=True, config=_STRICT)
class Study:
    """The file as a whole."""

    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(min_length=1)]
    """Of each group's runs."""
    groups: Annotated[tuple[Entry, ...], Field(min_length=1)]
    """What is compared."""
    options: str = ""
    """Options of every run, as `msaclag train` takes them; those of an entry come behind them and win."""


@dataclass(frozen=True, config=_STRICT)
class Cell:
    """One run of a study."""

    setting: Setting
    """Row of Table III."""
    algorithm: AlgorithmName
    """Its name."""
    variant: str
    """See `Entry`."""
    seed: int
    """Of the run."""
    options: tuple[str, ...]
    """Further words for `msaclag train`."""

    @property
    def name(self) -> str:
        """The run's folder below the study's."""
        group = "_".join(filter(None, (f"setting-{self.setting}", self.algorithm, self.variant)))
        return f"{group}/seed-{self.seed}"

    @property
    def words(self) -> tuple[str, ...]:
        """The options of `msaclag train`, but for the folder."""
        own = ("--setting", self.setting, "--algorithm.name", self.algorithm, "--seed", str(self.seed))
        return (*own, "--threads", "1", *self.options)

    def training(self) -> TrainingConfig:
        """What `msaclag train` makes of the words.

        Raises:
            SettingError: there is no such option, or a value is not permitted.
        """

        @wraps(train)
        def given(**arguments: Any) -> dict[str, Any]:
            return arguments

        try:
            config: TrainingConfig = tyro.cli(given, prog="msaclag train", args=self.words)["training"]
        except SystemExit as error:  # tyro has told what is wrong
            raise SettingError(f"`msaclag train` does not take the options of {self.name}") from error
        except ValidationError as error:
            raise SettingError(f"{self.name}: {_first(error)}") from error
        return config


def read(file: Path) -> tuple[Cell, ...]:
    """The runs of the study described in `file`, all groups with the first seed before any with the second.

    Raises:
        SettingError: the file is no YAML, or says something that is not permitted; the message names it.
    """
    try:
        study = TypeAdapter(Study).validate_python(yaml.safe_load(file.read_text("utf8")))
        cells = tuple(_cells(study))
    except yaml.YAMLError as error:
        raise SettingError(f"{file} is no YAML: {error}") from error
    except ValidationError as error:
        raise SettingError(f"{file}: {_first(error)}") from error
    except ValueError as error:  # of shlex: a quotation without its end
        raise SettingError(f"{file}: {error} in options") from error
    names = [cell.name for cell in cells]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise SettingError(f"{file} describes {twice[0]} twice: give one of them a variant")
    for word in dict.fromkeys(word.partition("=")[0] for cell in cells for word in cell.options):
        if _plain(word) in OWN_OPTIONS:
            raise SettingError(f"{file}: {word} is none of the options, the study gives it to each run itself")
    return cells


def _plain(option: str) -> str:
    """As `OWN_OPTIONS` are written: tyro takes --run_dir for --run-dir, and --no-resume for --resume False."""
    name = option.replace("_", "-")
    return f"--{name.removeprefix('--no-')}" if name.startswith("--no-") else name


def _cells(study: Study) -> Iterator[Cell]:
    for seed, entry in product(study.seeds, study.groups):
        options = (*shlex.split(study.options), *shlex.split(entry.options))
        for setting, algorithm in product(entry.settings, entry.algorithms):
            yield Cell(setting, algorithm, entry.variant, seed, options)


def _first(error: ValidationError) -> str:
    """The first of pydantic's errors in a line."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return (
        f"{place}: {first['msg']} (it is {first['input']!r})" if place else first["msg"].removeprefix("Value error, ")
    )
