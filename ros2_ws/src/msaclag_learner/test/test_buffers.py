import torch
from hypothesis import given
from hypothesis import strategies as st

from msaclag_learner.buffers import RowRings, TransitionLayout

CAPACITY = 5


@given(st.lists(st.integers(0, 13), max_size=6))
def test_many_rows_at_once_lie_as_one_after_the_other(counts: list[int]) -> None:
    at_once, singly = RowRings(2, CAPACITY, 1), RowRings(2, CAPACITY, 1)
    rows = torch.arange(float(sum(counts))).unsqueeze(1)
    for part in rows.split(counts):
        at_once.add(1, part)
    for row in rows:
        singly.add(1, row.unsqueeze(0))
    assert at_once.added == singly.added == [0, len(rows)]
    assert torch.equal(at_once.rows(1), singly.rows(1))
    assert sorted(at_once.rows(1)[:, 0].tolist()) == rows[-CAPACITY:, 0].tolist()


def test_each_ring_is_drawn_from_uniformly_and_none_of_its_neighbours() -> None:
    rings = RowRings(3, CAPACITY, 1)
    rings.add(0, torch.full((7, 1), -1.0))
    rings.add(1, torch.arange(4.0).unsqueeze(1))
    rings.add(2, torch.full((7, 1), -2.0))
    indices = rings.draw(1, 8000, torch.Generator().manual_seed(0)).unsqueeze(0)
    drawn = rings.gather(indices)
    assert drawn.shape == (1, 8000, 1)
    shares = torch.bincount(drawn.view(-1).to(torch.int64), minlength=4) / 8000
    assert torch.allclose(shares, torch.full((4,), 0.25), atol=0.02)


def test_a_row_is_split_into_its_parts() -> None:
    layout = TransitionLayout(2, 1)
    batch = layout.split(torch.arange(8.0).unsqueeze(0))
    assert [tensor[0].tolist() for tensor in batch] == [[0, 1], [2], 3, 4, 5, [6, 7]]
    assert (layout.width, layout.cost) == (8, 4)
