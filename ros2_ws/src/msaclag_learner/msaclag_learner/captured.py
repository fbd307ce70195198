"""An update captured as a CUDA graph: the host asks for some hundreds of small kernels at once, not one by one."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from msaclag_learner.algorithm import Algorithm
from msaclag_learner.experience import Experience

WARMING = 3
"""Updates before the capture, in which the libraries make what they make once (PyTorch's notes on CUDA graphs)."""
Update = Callable[[], dict[str, Tensor]]


def update_of(algorithm: Algorithm, experience: Experience) -> Update:
    """One update of the agents by what is drawn from their experience, captured where they lie on a CUDA GPU.

    It returns the figures [P] of `Algorithm.update`, and which agents are `finite` behind it.
    """
    if algorithm.device.type == "cuda":
        return CapturedUpdate(algorithm, experience)
    return lambda: {**algorithm.update(experience.sample(algorithm.generators)), "finite": algorithm.finite()}


class CapturedUpdate:
    """The same numbers as those of an update that is not captured."""

    def __init__(self, algorithm: Algorithm, experience: Experience) -> None:
        """Capture it: the agents and their random states stay as they are, and the buffers may be empty yet."""
        self._algorithm, self._experience = algorithm, experience
        self._draws = experience.undrawn(algorithm.device)
        self._draws.block.zero_()  # rows that exist
        aside, here = torch.cuda.Stream(algorithm.device), torch.cuda.current_stream(algorithm.device)
        aside.wait_stream(here)
        with torch.cuda.stream(aside), undisturbed(algorithm.state().values()):
            for _ in range(WARMING):
                self._step()
        here.wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may use the GPU meanwhile, which a global capture forbids.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._figures = self._step()

    def __call__(self) -> dict[str, Tensor]:
        """Ask for one update; the next one overwrites the figures."""
        self._draws.take(self._experience.draw(self._algorithm.generators))
        self._graph.replay()
        self._algorithm.updates += 1
        return self._figures

    def _step(self) -> dict[str, Tensor]:
        figures = self._algorithm.step(self._experience.gather(self._draws))
        return {**figures, "finite": self._algorithm.finite()}


@contextmanager
def undisturbed(tensors: Iterable[Tensor]) -> Iterator[None]:
    """Whatever becomes of the `tensors` within, they are in place as they were behind it."""
    before = [(tensor, tensor.clone()) for tensor in tensors]
    yield
    for tensor, value in before:
        tensor.copy_(value)
