"""Losses by themselves: traced options, own losses, names, messages."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import losses
from kerata.base.custom_objects import custom_object_scope
from kerata.base.variable import Variable
from kerata.losses.ranks import match_ranks
from kerata.losses.resolve import resolve_loss

Y = jnp.array([[0.0, 1.0], [1.0, 0.0]])
P = jnp.array([[0.3, 0.7], [0.6, 0.4]])

TRACED = [
    (losses.BinaryCrossentropy, "label_smoothing", 0.2),
    (losses.CategoricalCrossentropy, "label_smoothing", 0.2),
    (losses.BinaryFocalCrossentropy, "gamma", 1.5),
    (losses.CategoricalFocalCrossentropy, "alpha", 0.4),
    (losses.Huber, "delta", 0.2),
    (losses.Tversky, "beta", 0.1),
]


@pytest.mark.parametrize(("cls", "option", "value"), TRACED)
def test_options_may_be_traced(cls, option, value):
    made_inside = jax.jit(lambda v: cls(**{option: v})(Y, P))(value)
    loss = cls()

    def put_in(v):
        setattr(loss, option, v)
        return loss(Y, P)

    expected = float(cls(**{option: value})(Y, P))
    assert float(made_inside) == pytest.approx(expected, rel=1e-6)
    assert float(jax.jit(put_in)(value)) == pytest.approx(expected, rel=1e-6)
    assert expected != pytest.approx(float(cls()(Y, P)))


def test_many_label_smoothings_at_once():
    values = jnp.array([0.0, 0.1, 0.3])
    found = jax.vmap(lambda v: losses.CategoricalCrossentropy(label_smoothing=v)(Y, P))(values)
    expected = [losses.CategoricalCrossentropy(label_smoothing=float(v))(Y, P) for v in values]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("cls", [losses.BinaryCrossentropy, losses.CategoricalCrossentropy])
def test_certain_predictions_have_finite_loss_and_gradient(cls):
    wrong = 1.0 - Y
    value, gradient = jax.value_and_grad(lambda p: cls()(Y, p))(wrong)
    assert 10 < float(value) < 20  # -log(1e-7) = 16.1
    assert np.isfinite(gradient).all()


def test_own_loss_class_and_its_weights():
    class OwnScaled(losses.Loss):
        def __init__(self, factor, name=None):
            super().__init__(name=name)
            self.amount = factor

        def call(self, y_true, y_pred):
            return self.amount * jnp.mean(jnp.abs(y_true - y_pred), axis=-1)

    loss = OwnScaled(factor=2.0)
    assert loss.name == "own_scaled"
    assert float(loss(Y, P)) == pytest.approx(0.7)
    assert float(loss(Y, P, sample_weight=[0.0, 1.0])) == pytest.approx(0.4)
    config = losses.serialize(loss)
    assert config["config"] == {"factor": 2.0, "name": "own_scaled"}
    with custom_object_scope({"OwnScaled": OwnScaled}):
        assert losses.deserialize(config).amount == 2.0


def test_own_get_config_adds_to_the_base_one():
    class Powered(losses.Loss):
        def __init__(self, power, **kwargs):
            super().__init__(**kwargs)
            self.power = power

        def call(self, y_true, y_pred):
            return jnp.abs(y_true - y_pred) ** self.power

        def get_config(self):
            return {**super().get_config(), "power": self.power}

    loss = Powered(3, name="cubed", reduction="sum")
    assert loss.get_config() == {"power": 3, "name": "cubed", "reduction": "sum"}
    assert float(Powered.from_config(loss.get_config())(Y, P)) == float(loss(Y, P))


def test_own_function():
    def worst(y_true, y_pred):
        return jnp.max(jnp.abs(y_true - y_pred), axis=-1)

    loss = resolve_loss(worst, (None, 2), (None, 2))
    assert loss.name == "worst"
    assert float(loss(Y, P)) == pytest.approx(0.35)
    assert resolve_loss(lambda t, p: 1.0, (None, 2), (None, 2)).name == "lambda"


def test_structured_targets():
    loss = losses.LossFunctionWrapper(lambda t, p: jnp.abs(t["a"] - p["a"]) + p["b"])
    y_true = {"a": np.ones((3, 1)), "b": np.ones(3)}
    y_pred = {"a": np.zeros(3), "b": np.full((3, 1), 2.0)}
    assert float(loss(y_true, y_pred)) == 3.0


@pytest.mark.parametrize("values", [[1.0, 2.0], np.array([1, 2]), Variable([1.0, 2.0])])
def test_kinds_of_arrays(values):
    assert float(losses.MeanSquaredError()(values, [0.0, 0.0])) == 2.5


def test_object_class_and_config_are_found():
    loss = losses.Huber(delta=2.0)
    assert losses.get(loss) is loss
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    assert losses.get(losses.serialize(loss)).delta == 2.0
    assert losses.get(None) is None
    assert resolve_loss(loss, (1,), (1,)) is loss
    assert resolve_loss(None, (1,), (1,)) is None


def test_wrapped_library_function_survives_its_config():
    loss = losses.LossFunctionWrapper(losses.huber, delta=0.5, name="h")
    again = losses.deserialize(losses.serialize(loss))
    assert float(again(Y, P)) == float(loss(Y, P))
    assert again.name == "h"


def test_unknown_name_and_reduction():
    with pytest.raises(ValueError, match="Did you mean 'mean_squared_error'"):
        losses.get("mean_squard_error")
    with pytest.raises(ValueError, match="Unknown reduction 'average'"):
        losses.MeanSquaredError(reduction="average")
    with pytest.raises(TypeError, match="Expected a loss"):
        losses.get(3)
    with pytest.raises(ValueError, match="q must be between 0 and 1"):
        losses.CategoricalGeneralizedCrossEntropy(q=1.0)


@pytest.mark.parametrize(
    ("loss", "true_shape", "pred_shape", "message"),
    [
        ("categorical_crossentropy", (4,), (4, 3), "of the shape of y_pred"),
        ("binary_crossentropy", (4, 2), (4, 3), "of the shape of y_pred"),
        ("sparse_categorical_crossentropy", (4, 3), (4, 3), "For one-hot labels use"),
        ("mean_squared_error", (4, 3), (4, 2), "mean_squared_error compares y_true"),
        ("mean_absolute_error", (4, 3), (4, 2), "mean_absolute_error compares y_true"),
        (
            "mean_absolute_percentage_error",
            (4, 3),
            (4, 2),
            "percentage_error compares y_true",
        ),
        (
            "mean_squared_logarithmic_error",
            (4, 3),
            (4, 2),
            "logarithmic_error compares y_true",
        ),
        ("huber", (4, 3), (4, 2), "huber compares y_true"),
        ("log_cosh", (4, 3), (4, 2), "log_cosh compares y_true"),
        ("cosine_similarity", (4, 3), (4, 2), "cosine_similarity compares y_true"),
        ("kl_divergence", (4, 3), (4, 2), "kl_divergence compares y_true"),
        ("poisson", (4, 3), (4, 2), "poisson compares y_true"),
        ("hinge", (4, 3), (4, 2), "hinge compares y_true"),
        ("squared_hinge", (4, 3), (4, 2), "squared_hinge compares y_true"),
        ("categorical_hinge", (4, 3), (4, 2), "categorical_hinge compares y_true"),
        ("dice", (4, 3), (4, 2), "dice compares y_true"),
        ("tversky", (4, 3), (4, 2), "tversky compares y_true"),
        ("mean_squared_error", (), (), "works along axis -1, which arrays of shape"),
        ("binary_focal_crossentropy", (4, 2), (4, 3), "^binary_focal_crossentropy needs y_true"),
        ("categorical_focal_crossentropy", (4, 2), (4, 3), "^categorical_focal_crossentropy needs"),
        ("multi_class_hinge", (3,), (4, 3), "takes one integer label for each prediction"),
        ("circle", (3,), (4, 3), "one label for each"),
        ("ctc", (1, 2), (2, 4, 3), "ctc takes y_true of shape"),
        ("ctc", (4,), (4, 3), "ctc takes y_true of shape"),
    ],
)
def test_shapes_that_do_not_fit(loss, true_shape, pred_shape, message):
    with pytest.raises(ValueError, match=message):
        losses.get(loss)(jnp.zeros(true_shape), jnp.ones(pred_shape))


def test_match_ranks_leaves_what_it_can_not_fit():
    for a, b in [((2, 3), (2,)), ((2,), (2, 3)), ((2, 3, 1), (2,)), ((), (1,))]:
        x, y = match_ranks(np.zeros(a), np.zeros(b))
        assert (x.shape, y.shape) == ((a, b) if b != (1,) else ((), ()))


def test_base_loss_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"define call\(self, y_true, y_pred\)"):
        losses.Loss()([1.0], [1.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.BinaryCrossentropy(label_smoothing=2.0), "label_smoothing must be from 0"),
        (lambda: losses.BinaryCrossentropy(from_logits="False"), "from_logits must be True or"),
        (lambda: losses.CategoricalCrossentropy(axis=True), "axis must be an integer"),
        (lambda: losses.CategoricalCrossentropy(axis=None), "axis must be an integer"),
        (lambda: losses.SparseCategoricalCrossentropy(ignore_class="x"), "ignore_class must be"),
        (lambda: losses.BinaryFocalCrossentropy(gamma=None), "gamma must be a number"),
        (lambda: losses.CategoricalFocalCrossentropy(alpha=["a"]), "alpha must be a number"),
        (lambda: losses.Huber(delta=-1.0), "Huber: delta must be at least 0, got delta=-1.0"),
        (lambda: losses.Dice(axis="all"), "Dice: axis must be an integer"),
        (lambda: losses.Tversky(alpha="x"), "Tversky: alpha must be a number"),
        (lambda: losses.Circle(margin={}), "Circle: margin must be a number"),
        (lambda: losses.MeanSquaredError(name=3), "name must be a string without"),
    ],
)
def test_arguments_that_cannot_be_meant(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_generalized_cross_entropy_takes_no_axis_too_many():
    with pytest.raises(ValueError, match="takes one integer label for each prediction"):
        losses.CategoricalGeneralizedCrossEntropy()(np.ones((2, 1)), np.full((2, 3), 0.3))


def test_functions_of_the_users_take_any_arguments():
    loss = losses.LossFunctionWrapper(lambda t, p, axis: abs(t - p) * len(axis), axis="ab")
    assert float(loss([0.0], [1.0])) == 2.0


def test_what_is_no_number_is_refused_in_a_sentence():
    for wrong in (None, "x", np.array(["a", "b"]), [[1.0], [1.0, 2.0]], object()):
        with pytest.raises(TypeError, match="Loss 'mean_squared_error' takes numbers as y_true"):
            losses.MeanSquaredError()(wrong, np.ones(2))
    with pytest.raises(ValueError, match=r"sample_weight of shape \(3,\) does not go with values"):
        losses.MeanSquaredError()(np.ones((4, 2)), np.ones((4, 2)), sample_weight=np.ones(3))
