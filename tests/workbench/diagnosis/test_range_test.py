"""The learning-rate range test: finds a good rate, and leaves the model as it was."""

import numpy as np
import pytest

import kerata
from kerata import optimizers


def test_it_suggests_a_rate_that_learns_and_leaves_the_model_alone(clinic):
    x, y = clinic.points(512)
    model = clinic.mlp(optimizer=optimizers.Adam(0.123))
    before = [w.copy() for w in model.get_weights()]
    found = kerata.find_learning_rate(model, x, y)
    assert 1e-3 < found.suggestion < 0.1
    assert len(found.rates) == len(found.losses) == len(found.smoothed) <= 100
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.123)
    assert int(model.optimizer.iterations) == 0
    assert "Suggested learning rate" in str(found)
    model.optimizer.learning_rate = found.suggestion
    losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]


def test_the_same_seed_gives_the_same_test(clinic):
    x, y = clinic.curve(300)
    model = clinic.mlp(outputs=1, last=None, loss="mse")
    once, again = (kerata.find_learning_rate(model, x, y, steps=40) for _ in range(2))
    np.testing.assert_array_equal(once.losses, again.losses)
    assert once.suggestion == again.suggestion


def test_nothing_to_learn_gives_no_suggestion(clinic):
    x, y = clinic.points(300)
    model = clinic.mlp()
    found = kerata.find_learning_rate(model, 0 * x, y, highest=1e-5, steps=20)
    assert found.suggestion is None
    assert "did not fall" in str(found)


def test_the_picture(clinic, tmp_path):
    pytest.importorskip("matplotlib")
    x, y = clinic.points(300)
    found = kerata.find_learning_rate(clinic.mlp(), x, y, steps=40)
    figure = found.plot(tmp_path / "rates.png")
    assert (tmp_path / "rates.png").stat().st_size > 5000
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    assert len(axes.lines) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lowest": 1.0, "highest": 0.1}, "Rates must grow"),
        ({"lowest": 0.0}, "Rates must grow"),
        ({"steps": 3}, "at least 20 steps"),
        ({"batch_size": 0}, "at least one row"),
    ],
    ids=["reversed", "zero", "few steps", "empty batch"],
)
def test_bounds_that_make_no_sense(clinic, options, said):
    x, y = clinic.points(50)
    with pytest.raises(ValueError, match=said):
        kerata.find_learning_rate(clinic.mlp(), x, y, **options)


def test_a_schedule_has_no_rate_to_test(clinic):
    x, y = clinic.points(50)
    rate = optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    with pytest.raises(ValueError, match="schedule"):
        kerata.find_learning_rate(clinic.mlp(optimizer=optimizers.SGD(rate)), x, y)


def test_a_model_must_be_compiled():
    model = kerata.Sequential([kerata.Input((2,)), kerata.layers.Dense(1)])
    with pytest.raises(RuntimeError, match="compile"):
        kerata.find_learning_rate(model, np.zeros((4, 2)), np.zeros(4))
