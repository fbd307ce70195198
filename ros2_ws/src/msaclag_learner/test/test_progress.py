from msaclag_learner.progress import Progress


def stepped(progress: Progress, steps: int, *, ready: bool = True) -> Progress:
    for _ in range(steps):
        progress.stepped(ready=ready)
    return progress


def test_updates_are_due_behind_the_warmup_for_each_step() -> None:
    progress = Progress(warmup=10, updates_per_step=0.5)
    assert stepped(progress, 10).due() == 0 and not progress.warming_up
    assert stepped(progress, 5).due() == 2
    progress.updates = 1
    assert progress.due() == 1 and progress.caught_up


def test_none_is_due_before_a_batch_can_be_drawn() -> None:
    progress = stepped(Progress(warmup=0, updates_per_step=1), 20, ready=False)
    assert progress.due() == 0
    assert stepped(progress, 3).due() == 2


def test_it_goes_on_from_its_state() -> None:
    progress = stepped(Progress(warmup=4, updates_per_step=2), 9)
    progress.updates, progress.begun, progress.finished, progress.initial_resets = 3, 2, 1, 7
    again = Progress(warmup=0, updates_per_step=2)
    again.restore(progress.state())
    assert again.state() == progress.state() and again.due() == progress.due() == 7
