"""Batches laid side by side: what ends a piece, and that nothing is lost."""

import math
import threading
import time

import numpy as np

from kerata.training import chunk
from kerata.training.chunk import Gathered
from kerata.training.data_adapter import make_array_data


def gathered(batches, steps=None):
    with Gathered(iter(batches), steps, lambda: None) as found:
        for piece in found:
            yield piece.batch_size, piece.steps, [b[0].copy() for b in piece.batches()]


def rows(*shape):
    return make_array_data(np.arange(np.prod(shape), dtype="float32").reshape(shape))


def test_pieces_hold_batches_of_one_shape(monkeypatch):
    monkeypatch.setattr(chunk, "MOST_BATCHES", 3)
    monkeypatch.setattr(chunk, "PATIENCE", 5.0)
    batches = [rows(4, 2)] * 5 + [rows(3, 2)] + [rows(4, 2)] * 2 + [rows(4, 3)]
    found = list(gathered(batches))
    assert [(size, steps) for size, steps, _ in found] == [(4, 3), (4, 2), (3, 1), (4, 2), (4, 1)]
    flat = [b for _, _, part in found for b in part]
    for a, b in zip(flat, batches, strict=True):
        np.testing.assert_array_equal(a, b.x)


def test_a_piece_holds_so_many_bytes_at_most(monkeypatch):
    monkeypatch.setattr(chunk, "MOST_BYTES", 100)
    monkeypatch.setattr(chunk, "PATIENCE", 5.0)
    assert [steps for _, steps, _ in gathered([rows(5, 2)] * 5)] == [2, 2, 1]


def test_a_slow_source_is_not_waited_for_until_a_piece_is_full(monkeypatch):
    monkeypatch.setattr(chunk, "PATIENCE", 0.01)
    go_on = threading.Event()

    def slow():
        yield rows(2, 2)
        assert go_on.wait(10)
        yield rows(2, 2)

    found = []
    for _, steps, _ in gathered(slow()):
        found.append(steps)
        go_on.set()
    assert found == [1, 1]


def test_a_batch_of_another_shape_ends_a_piece_however_long_it_may_wait(monkeypatch):
    go_on, deadline = threading.Event(), time.monotonic() + 5

    def batches():
        yield rows(2, 2)
        yield rows(3, 2)
        assert go_on.wait(10)

    def check():
        assert time.monotonic() < deadline, "the piece is kept back"

    with Gathered(batches(), None, check) as found:
        # As where several processes cut their pieces alike.
        found._patience = math.inf
        assert next(iter(found)).batch_size == 2
        go_on.set()
        assert next(iter(found)).batch_size == 3
