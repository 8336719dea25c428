"""Batches from processes: order, randomness that follows the seed, errors, state that is sent."""

import os
import sys
import threading
from pathlib import Path

import pytest

import kerata as keras
from kerata.utils import set_random_seed
from kerata.utils.data_iterator import prefetch

sys.path.insert(0, str(Path(__file__).parent))
import slow_batches


def test_order_randomness_and_state():
    data = slow_batches.Squares()

    def one_pass():
        set_random_seed(3)
        with prefetch(data) as batches:
            return list(batches)

    first, second = one_pass(), one_pass()
    assert [b[0] for b in first] == [0, 1, 4, 9, 16, 25]
    assert os.getpid() not in {b[1] for b in first}
    assert [b[2] for b in first] == [b[2] for b in second]
    assert len({b[2] for b in first}) == 6
    data.on_epoch_end()
    third = one_pass()
    assert {b[3] for b in first} == {0}
    assert {b[3] for b in third} == {1}
    # The processes are started once: three passes see no more than the two workers.
    assert len({b[1] for b in first + second + third}) <= 2


def test_errors_arrive_where_the_batch_was_due():
    with prefetch(slow_batches.Broken()) as batches:
        assert [next(batches) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(KeyError, match="lost row"):
            next(batches)


def test_processes_that_die_are_named():
    with (
        prefetch(slow_batches.Dying()) as batches,
        pytest.raises(RuntimeError, match="use_multiprocessing=True"),
    ):
        next(batches)


def test_data_that_cannot_be_sent():
    data = slow_batches.Squares()
    data.lock = threading.Lock()
    with pytest.raises(TypeError, match="Squares can't be pickled"):
        prefetch(data)


def test_training_is_that_of_threads():
    def losses(**how):
        set_random_seed(1)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model.fit(slow_batches.Rows(**how), epochs=2, verbose=0).history["loss"]

    assert losses() == losses(use_multiprocessing=False) == losses(workers=0)
