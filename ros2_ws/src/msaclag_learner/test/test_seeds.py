from msaclag_learner.seeds import episode_seed


def test_seeds_are_fixed_and_differ_by_run_kind_and_number() -> None:
    kinds = ("initial", "training", "evaluation")
    seeds = [episode_seed(run, kind, number) for run in range(3) for kind in kinds for number in range(50)]
    assert len(set(seeds)) == len(seeds)
    assert episode_seed(0, "training", 0) == 3953331965
