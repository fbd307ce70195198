"""The task of docs/extending/task.md is one that Gymnasium takes; test_sac_penalty trains on it."""

import warnings
from pathlib import Path

from gymnasium.utils.env_checker import check_env


def test_gymnasium_finds_nothing(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[1])
    from reach_by_the_wall import ReachByTheWall

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*spec.*")  # it is not registered
        check_env(ReachByTheWall(), skip_render_check=True)
