"""What is made of an episode's steps."""

from msaclag_learner.episodes import EpisodeStatistics


def test_a_figure_is_averaged_over_the_steps_that_tell_it():
    statistics = EpisodeStatistics()
    assert (
        statistics.step(1.0, 0, {"jerk": 4.0, "transit_jerk": 4.0, "peak_jerk": 9.0, "poured": 0.0}, ended=False)
        is None
    )
    figures = statistics.step(2.0, 1, {"jerk": 2.0, "peak_jerk": 3.0, "poured": 0.5}, ended=True)
    assert figures == {
        "return": 3.0,
        "length": 2.0,
        "violation": 1.0,
        "jerk": 3.0,
        "transit_jerk": 4.0,
        "peak_jerk": 9.0,
        "poured": 0.5,
    }
    assert statistics.mean("transit_jerk") == 4.0
