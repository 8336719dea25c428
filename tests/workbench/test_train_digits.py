"""The whole way on the real digits."""

import io
import statistics

import numpy as np
import pytest

pytest.importorskip("sklearn")

from kerata.datasets import digits
from kerata.workbench import train_digits


def test_the_split_is_seeded_stratified_and_disjoint():
    (x, _), (u, v) = digits.load_data()
    assert x.shape == (1437, 8, 8)
    assert u.shape == (360, 8, 8)
    assert x.dtype == np.float32
    assert x.max() == 16
    assert np.ptp(np.bincount(v)) <= 3
    again = digits.load_data()
    np.testing.assert_array_equal(again[1][0], u)
    other = digits.load_data(seed=1)
    assert not np.array_equal(other[1][1], v)
    with pytest.raises(ValueError, match="test_fraction"):
        digits.load_data(test_fraction=1.0)


def test_training_keeps_the_best_weights_and_judges_on_the_test_rows():
    result = train_digits(epochs=4, seed=0)
    assert result.confusion.sum() == 360
    assert np.trace(result.confusion) == result.run.test.correct
    assert result.run.test.share > 0.9
    assert result.pictures == {}
    assert sum(result.rows) == 1797
    (_, _), (u, v) = digits.load_data(seed=0)
    assert np.mean(result.model.predict(u, verbose=0).argmax(1) == v) == result.run.test.share


def test_the_live_view_shows_epochs_in_a_terminal_and_as_lines():
    from rich.console import Console

    for terminal in (True, False):
        out = io.StringIO()
        console = Console(file=out, force_terminal=terminal, width=100)
        train_digits(epochs=2, console=console)
        told = out.getvalue()
        assert "best so far" in told
        assert ("epoch 2 of 2" in told) if terminal else ("epoch 2/2" in told)


@pytest.mark.slow
def test_mean_accuracy_of_seeds():
    shares = [train_digits(seed=seed).run.test.share for seed in range(5)]
    assert statistics.mean(shares) >= 0.985
