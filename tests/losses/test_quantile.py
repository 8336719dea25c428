"""The quantile loss: the formula, the quantiles that it finds, messages, configs, files."""

import jax
import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

import kerata as keras
from kerata import layers, losses

RNG = np.random.default_rng(0)
Y, P = RNG.normal(size=(50, 1)), RNG.normal(size=(50, 1))
SEVERAL = (0.1, 0.5, 0.9)


def quantile_net(loss, units, rate=0.5):
    model = keras.Sequential([layers.Input((1,)), layers.Dense(units)])
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


@pytest.mark.parametrize("q", [0.05, 0.5, 0.9])
def test_it_is_scikit_learns_pinball_loss(q):
    expected = mean_pinball_loss(Y, P, alpha=q)
    assert float(losses.Quantile(q)(Y, P)) == pytest.approx(expected, abs=1e-6)
    assert float(losses.Quantile(q)(Y[:, 0], P)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("shape", [(50,), (50, 1)])
def test_several_share_their_target(shape):
    columns = RNG.normal(size=(50, 3))
    expected = [
        mean_pinball_loss(Y[:, 0], c, alpha=q) for q, c in zip(SEVERAL, columns.T, strict=True)
    ]
    found = losses.Quantile(SEVERAL)(Y.reshape(shape), columns)
    assert float(found) == pytest.approx(np.mean(expected), abs=1e-6)
    assert losses.quantile(Y.reshape(shape), columns, [0.1, 0.5, 0.9]).shape == (50,)


def test_the_median_is_half_the_absolute_error():
    model = quantile_net("quantile", 1)
    model.compile("sgd", "quantile", metrics=["mae", losses.quantile])
    found = model.evaluate(P, Y, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(found["mae"] / 2, rel=1e-6)
    assert found["quantile"] == pytest.approx(found["loss"], rel=1e-6)


def test_training_finds_the_quantiles_and_files_keep_them(tmp_path):
    y = np.arange(101, dtype="float32")
    model = quantile_net(losses.Quantile(SEVERAL), 3, rate=60.0)
    decay = keras.callbacks.LearningRateScheduler(lambda epoch: 60.0 * 0.97**epoch)
    zeros = np.zeros((101, 1), "float32")
    model.fit(zeros, y, batch_size=101, epochs=150, callbacks=[decay], verbose=0)
    np.testing.assert_allclose(model.predict(zeros, verbose=0)[0], [10, 50, 90], atol=1.5)
    model.save(tmp_path / "quantiles.keras")
    again = keras.models.load_model(tmp_path / "quantiles.keras")
    assert again.loss.quantile == SEVERAL
    assert again.evaluate(zeros, y, verbose=0) == model.evaluate(zeros, y, verbose=0)
    assert losses.get({"class_name": "Quantile", "config": {"quantile": 0.3}}).quantile == 0.3


@pytest.mark.slow
def test_searches_try_quantiles_side_by_side():
    def build(q):
        return quantile_net(losses.Quantile(q), 1)

    options = {"folds": 2, "epochs": 2, "seed": 0, "verbose": 0}
    both, alone = (
        keras.search.grid(build, {"q": levels}, P[:20], Y[:20], **options).scores()
        for levels in ([0.2, 0.8], [0.8])
    )
    assert both[1] == pytest.approx(alone[0], rel=1e-5)
    assert both[0] != pytest.approx(both[1], rel=1e-3)


def test_the_level_may_be_traced():
    at = jax.jit(lambda q: losses.Quantile(q)([[1.0]], [[0.0]]))
    assert float(at(0.25)) == 0.25


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0.0, "Quantile: quantile must be between 0 and 1, got quantile=0.0"),
        (90, "must be between 0 and 1"),
        ([0.1, 1.0], "must be between 0 and 1"),
        ([], "must be a number or some numbers"),
    ],
)
def test_what_is_no_quantile_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        losses.Quantile(given)
    with pytest.raises(TypeError, match="quantile"):
        losses.Quantile("0.9")


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"3 quantiles, so it takes y_pred of shape .*3\)"):
        losses.Quantile(SEVERAL)(Y, P)
    with pytest.raises(ValueError, match="one number for each row as y_true"):
        losses.Quantile(SEVERAL)(np.zeros((50, 3)), np.zeros((50, 3)))
    with pytest.raises(ValueError, match="give the last layer 3 units, one for each"):
        quantile_net(losses.Quantile(SEVERAL), 2).fit(P, Y, verbose=0)
    with pytest.raises(ValueError, match=r"one number for each row, but .* shape \(50, 3\)"):
        quantile_net(losses.Quantile(SEVERAL), 3).fit(P, np.zeros((50, 3)), verbose=0)
    with pytest.raises(ValueError, match="compares them number by number"):
        quantile_net("quantile", 2).fit(P, np.zeros((50, 3)), verbose=0)
