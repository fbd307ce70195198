"""What a cell's file tells, and that nothing else passes for it."""

import importlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msaclag_benchmarks.table2.batch import Batch, Cell, Training
from msaclag_benchmarks.table2.code_version import code_version
from msaclag_benchmarks.table2.outcome import Outcome
from msaclag_benchmarks.table2.plan import plan
from msaclag_benchmarks.table2.record import Record, RecordError, records
from msaclag_benchmarks.table2.recording import FIGURES
from msaclag_benchmarks.table2.store import Store, StoreError
from msaclag_learner.configuration import AlgorithmConfig

numbers = st.floats(allow_infinity=False, width=32)


def columns(*names: str):
    return st.fixed_dictionaries({name: st.lists(numbers, max_size=4) for name in names})


outcomes = st.builds(
    Outcome,
    episodes=columns(*FIGURES),
    curves=columns("step", "temperature"),
    evaluation=columns(*FIGURES),
    diverged=st.none() | st.integers(0, 10**6),
)
BATCH = Batch("corridor", "module:corridor/Corridor-v0", "sac", (3,), AlgorithmConfig(), Training(9, 3, 0.5, 1))


@settings(max_examples=50, deadline=None)
@given(outcomes)
def test_a_record_survives_as_bytes(outcome):
    (record,) = records(BATCH, [outcome], "0123abcd", 1.5)
    read = Record.from_bytes(record.to_bytes())
    assert repr(read) == repr(record)
    assert read.settings == BATCH.settings and read.steps_per_s == 6


@settings(max_examples=50, deadline=None)
@given(outcomes, st.data())
def test_damage_is_noticed(outcome, data):
    (record,) = records(BATCH, [outcome], "0123abcd", 1.5)
    content = record.to_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    for damaged in (content[:place], content[:place] + bytes([other]) + content[place + 1 :]):
        try:
            read = Record.from_bytes(damaged)
        except RecordError:
            continue
        assert repr(read) == repr(record)  # 1.50 for 1.5, or white space


def kept(batch: Batch, store: Store, code: str | None = None) -> list[Path]:
    """Files of records for all cells of `batch`."""
    empty = Outcome({name: [1.0] for name in FIGURES}, {}, {name: [] for name in FIGURES})
    version = code or code_version(batch.environment, batch.peer)
    return [store.write(each) for each in records(batch, [empty] * len(batch.seeds), version, 1.0)]


def test_what_must_not_be_counted_is_named(batch, tmp_path):
    store, wanted = Store(tmp_path), batch(seeds=(0, 1, 2, 3, 4))
    damaged, other_code, other_settings, misplaced, _ = kept(wanted, store)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    kept(wanted._replace(seeds=(1,)), store, "0123abcd")
    kept(batch(seeds=(2,), steps=77), store)
    misplaced.write_bytes((tmp_path / "cells/corridor/meta_sac_lag/seed-4.json").read_bytes())
    fit, unfit = store.compare([wanted])
    assert set(fit) == {Cell("corridor", "meta_sac_lag", 4)}
    said = {each.file: each.why for each in unfit}
    assert "truncated or damaged" in said[damaged]
    assert "made by code version 0123abcd, this is" in said[other_code]
    assert said[other_settings] == "it was trained with steps 77, not 160"
    assert said[misplaced] == "it is the record of corridor/meta_sac_lag/seed-4"
    assert len(said) == 4

    aside = [store.put_aside(damaged)]
    kept(wanted._replace(seeds=(0,)), store)
    aside.append(store.put_aside(damaged))
    assert [file.name for file in aside] == ["seed-0.json", "seed-0.2.json"] and all(map(Path.exists, aside))


def test_a_task_of_several_codes_is_in_no_report(batch, tmp_path):
    store, wanted, rival = Store(tmp_path), batch(), batch(algorithm="sac")
    kept(wanted, store, "old1")
    kept(rival, store, "old1")
    fit, unfit = store.compare([wanted, rival], of_this_code=False)
    assert len(fit) == 4 and not unfit
    kept(rival, store, "old2")
    fit, unfit = store.compare([wanted, rival], of_this_code=False)
    assert not fit and len(unfit) == 4
    assert "made by code version old2; of corridor there are old1, old2" in unfit[-1].why


def test_one_at_a_time(tmp_path):
    with Store(tmp_path).alone(), pytest.raises(StoreError, match="a bench is at work in"), Store(tmp_path).alone():
        pass


PROBE = '''"""An environment."""
import gymnasium
from table2_probe.parts import STEP
gymnasium.register("probe/Probe-v0", "table2_probe:Probe", max_episode_steps=9)
class Probe(gymnasium.Env):
    model = "probe.xml"
'''


def test_the_code_version_is_of_what_runs_alone(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "table2_probe"
    package.mkdir()
    files = {
        "__init__.py": PROBE,
        "parts.py": "STEP = 1\n",
        "unused.py": "x = 1\n",
        "probe.xml": "<a/>",
        "elsewhere.xml": "<a/>",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    importlib.invalidate_caches()

    def version_with(name: str, text: str) -> str:
        before = (package / name).read_text()
        (package / name).write_text(text)
        code_version.cache_clear()
        version = code_version("table2_probe:probe/Probe-v0", peer=False)
        (package / name).write_text(before)
        return version

    now = version_with("parts.py", "STEP = 1\n")
    assert version_with("parts.py", '"""Says more."""\n\nSTEP = 1  # m\n"""Of a step."""\n') == now
    assert version_with("unused.py", "x = 2\n") == version_with("elsewhere.xml", "<b/>") == now
    assert len({now, version_with("parts.py", "STEP = 2\n"), version_with("probe.xml", "<b/>")}) == 3
    assert code_version("table2_probe:probe/Probe-v0", peer=True) != now


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (("quik",), "no profile 'quik' (did you mean 'quick'?)"),
        (("quick", ["car_circle"]), "no task 'car_circle' (did you mean 'car_circle2'?)"),
        (("quick", [], ["ppo"]), "no algorithm 'ppo' (there are: sacv2_lag, "),
        (("quick", [], [], [0, 0]), "seed 0 is named twice"),
        (("quick", [], [], [-1]), "seeds must lie in"),
        (("quick", [], [], [], 1000), "1000 steps are too few: quick begins with a warm-up of 1000"),
    ],
)
def test_unknown_names(chosen, message):
    with pytest.raises(ValueError) as error:
        plan(*chosen)
    assert message in str(error.value)


def test_another_length():
    (batch,) = plan("quick", ["car_circle2"], ["sac"], steps=200_000)
    assert (batch.training.steps, batch.capacity, batch.settings["training"]["steps"]) == (200_000,) * 3


def test_the_paper_s_profile_takes_the_presets():
    batches = {(batch.task, batch.algorithm): batch for batch in plan("paper", ["push_topple"])}
    ours, rcpo = batches["push_topple", "meta_sac_lag"], batches["push_topple", "rcpo_sacv2"]
    assert (ours.config.initial_multiplier, ours.config.hidden, ours.seeds) == (1000, (256, 256), (0, 1, 2, 3, 4))
    assert (rcpo.config.initial_multiplier, rcpo.config.initial_threshold) == (10, 0.5)
    assert batches["push_topple", "sb3_sac_penalty"].penalty == 10 and batches["push_topple", "sb3_sac"].penalty == 0
