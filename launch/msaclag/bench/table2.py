"""`msaclag bench table2`: Table II and Figure 3 of the paper."""

from pathlib import Path
from typing import Literal

from msaclag_ros.settings import SettingError

LEAST_PATIENCE = 10.0
"""s."""


def table2(
    profile: str = "quick",
    tasks: tuple[str, ...] = (),
    algorithms: tuple[str, ...] = (),
    seeds: tuple[int, ...] = (),
    steps: int | None = None,
    folder: Path | None = None,
    jobs: int | None = None,
    device: Literal["cpu", "cuda"] = "cpu",
    ray: str = "",
    patience: float = 600.0,
    retrain: bool = False,
    report_only: bool = False,
) -> int:
    """Train the paper's five tasks with its algorithms, SAC, and Stable-Baselines3's SAC; Table II and Figure 3 of it.

        msaclag bench table2 --profile quick
        msaclag bench table2 --profile paper --tasks car_circle2 --algorithms meta_sac_lag sacv2_lag
        msaclag bench table2 --profile quick --steps 200000 --tasks car_circle2
        msaclag bench table2 --profile paper --ray 10.0.0.5:6379
        msaclag bench table2 --profile quick --report-only

    A cell is one task, algorithm and seed; the seeds of a cell's row are trained in one process. The same command goes
    on where it was cut off: whole cells are left alone, others are trained from their beginning. What was made by other
    code or with other settings, or is damaged, is named and never counted.

    Args:
        profile: quick is a look, some three hours on two slow cores; paper has its settings, and takes days.
        tasks: Those of the profile's to train, all if left out.
        algorithms: Likewise; sb3_sac and sb3_sac_penalty need stable-baselines3.
        seeds: Other seeds than the profile's.
        steps: Another length of each training than the profile's.
        folder: Where cells, tables and figures go; runs/table2-PROFILE, or runs/table2-PROFILE-STEPS, if left out.
        jobs: Workers on this machine, of one thread each; if left out as many as it has cores, or one with cuda.
        device: Where networks lie; several jobs share this machine's first GPU, and --ray gives each its own.
        ray: A Ray cluster's address, e.g. auto or HOST:6379, whose cores or GPUs train; local starts one here.
        patience: Seconds without a word after which a worker counts as hanging, and its cells are begun again.
        retrain: Put aside, within the folder, what must not be counted, and train it again.
        report_only: Train nothing: tables and figures of what is there, also while a bench is at work.
    """
    if jobs is not None and jobs < 1:
        raise SettingError(f"jobs is {jobs}; it must be 1 or more, or left out")
    if jobs is not None and ray not in ("", "local"):
        raise SettingError(f"jobs is of this machine; how many work on the cluster {ray} its cores or GPUs say")
    if not patience >= LEAST_PATIENCE:  # neither is NaN
        raise SettingError(f"patience is {patience}; a worker has much to import, {LEAST_PATIENCE:.0f} s are the least")
    if report_only and (retrain or ray):
        raise SettingError(f"report_only trains nothing, so {'retrain' if retrain else 'ray'} cannot be given with it")
    from msaclag.bench.table2_run import Workers, run  # PyTorch and the simulators, which --help does without

    place = folder or Path("runs") / (f"table2-{profile}-{steps}" if steps else f"table2-{profile}")
    workers = None if report_only else Workers(jobs, device, ray, patience)
    return run((profile, tasks, algorithms, seeds, steps), place, workers, retrain=retrain)
