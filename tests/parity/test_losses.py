"""Every loss against Keras 3: values, reductions, weights, masks, gradients, configs."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import losses
from kerata.base.scope import Scope, set_mask
from kerata.losses.reduction import REDUCTIONS
from kerata.losses.resolve import resolve_loss

keras = pytest.importorskip("keras")
keras_mask = pytest.importorskip("keras.src.backend").set_keras_mask

ROWS = 5


def draw(kind, rows=ROWS, inner=(), classes=3, seed=0):
    """Targets and predictions of a kind of loss, extreme values among them."""
    rng = np.random.default_rng(seed)
    shape = (rows, *inner, classes)
    real = rng.normal(size=shape).astype("float32")
    share = rng.uniform(size=shape).astype("float32")
    if share.size > 2:
        share.flat[0], share.flat[1] = 0.0, 1.0
    labels = rng.integers(0, classes, size=shape[:-1])
    one_hot = np.eye(classes, dtype="float32")[labels]
    simplex = share + 0.1
    simplex = (simplex / simplex.sum(-1, keepdims=True)).astype("float32")
    return {
        "real": (real, rng.normal(size=shape).astype("float32")),
        "count": (rng.poisson(2.0, size=shape).astype("float32"), share * 3),
        "binary": ((real > 0).astype("float32"), share),
        "binary logits": ((real > 0).astype("int32"), 5 * rng.normal(size=shape)),
        "sign": (np.sign(real), rng.normal(size=shape)),
        "one-hot": (one_hot, simplex),
        "one-hot logits": (one_hot, 5 * rng.normal(size=shape)),
        "unnormalized": (one_hot, 0.2 + 3 * share),
        "sparse": (labels, simplex),
        "sparse logits": (labels[..., None], 5 * rng.normal(size=shape)),
        "distribution": (simplex[::-1], simplex),
        "embedding": (labels, real / np.linalg.norm(real, axis=-1, keepdims=True)),
    }[kind]


CASES = [
    ("MeanSquaredError", {}, "real"),
    ("MeanAbsoluteError", {}, "real"),
    ("MeanAbsolutePercentageError", {}, "real"),
    ("MeanAbsolutePercentageError", {}, "binary"),
    ("MeanSquaredLogarithmicError", {}, "count"),
    ("MeanSquaredLogarithmicError", {}, "real"),
    ("Huber", {}, "real"),
    ("Huber", {"delta": 0.3}, "real"),
    ("LogCosh", {}, "real"),
    ("CosineSimilarity", {}, "real"),
    ("CosineSimilarity", {"axis": 0}, "real"),
    ("Poisson", {}, "count"),
    ("KLDivergence", {}, "distribution"),
    ("KLDivergence", {}, "binary"),
    ("Hinge", {}, "sign"),
    ("Hinge", {}, "binary"),
    ("SquaredHinge", {}, "sign"),
    ("SquaredHinge", {}, "binary"),
    ("CategoricalHinge", {}, "one-hot"),
    ("BinaryCrossentropy", {}, "binary"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "binary"),
    ("BinaryCrossentropy", {"from_logits": True}, "binary logits"),
    ("BinaryCrossentropy", {"axis": 0}, "binary"),
    ("BinaryFocalCrossentropy", {}, "binary"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4}, "binary"),
    ("BinaryFocalCrossentropy", {"from_logits": True, "gamma": 1.0}, "binary logits"),
    ("BinaryFocalCrossentropy", {"label_smoothing": 0.1}, "binary"),
    ("CategoricalCrossentropy", {}, "one-hot"),
    ("CategoricalCrossentropy", {}, "unnormalized"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.2}, "one-hot"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one-hot logits"),
    ("CategoricalFocalCrossentropy", {}, "one-hot"),
    ("CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2, 0.7], "gamma": 3.0}, "one-hot"),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, "one-hot logits"),
    ("CategoricalFocalCrossentropy", {"label_smoothing": 0.2}, "one-hot"),
    ("SparseCategoricalCrossentropy", {}, "sparse"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "sparse logits"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}, "sparse"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2, "from_logits": True}, "sparse"),
    ("Dice", {}, "binary"),
    ("Dice", {"axis": (1,)}, "binary"),
    ("Tversky", {"alpha": 0.3, "beta": 0.7}, "binary"),
    ("Circle", {}, "embedding"),
    ("Circle", {"gamma": 10.0, "margin": 0.2, "remove_diagonal": False}, "embedding"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.7}, "sparse"),
]
IDS = [f"{name}-{kind}-{'-'.join(kwargs)}" for name, kwargs, kind in CASES]
all_cases = pytest.mark.parametrize(("name", "kwargs", "kind"), CASES, ids=IDS)


def pair(name, kwargs, /, **more):
    return getattr(losses, name)(**kwargs, **more), getattr(keras.losses, name)(**kwargs, **more)


def same(ours, theirs, rtol=1e-5, atol=1e-6):
    np.testing.assert_allclose(
        np.asarray(ours, dtype="float32"), np.asarray(theirs, "float32"), rtol=rtol, atol=atol
    )
    assert np.shape(ours) == np.shape(theirs)


def losses_and_gradient(loss, y_true, y_pred):
    """Unreduced losses and the gradient of a weighted sum of them, in one compiled program."""

    def weighted(p):
        values = loss(y_true, p)
        return jnp.sum(values * jnp.linspace(1.0, 2.0, values.size).reshape(values.shape)), values

    (_, values), gradient = jax.jit(jax.value_and_grad(weighted, has_aux=True))(y_pred)
    return values, gradient


@all_cases
@pytest.mark.one_in(2)
def test_values_and_gradients(name, kwargs, kind):
    y_true, y_pred = draw(kind)
    y_pred = jnp.asarray(y_pred, "float32")
    ours, theirs = pair(name, kwargs, reduction="none")
    values, gradient = losses_and_gradient(ours, y_true, y_pred)
    expected, expected_gradient = losses_and_gradient(theirs, y_true, y_pred)
    same(values, expected)
    same(gradient, expected_gradient)
    assert float(jnp.abs(gradient).max()) > 0


@pytest.mark.parametrize(("name", "kwargs", "kind"), {c[0]: c for c in reversed(CASES)}.values())
def test_sample_weights(name, kwargs, kind):
    if name in ("Dice", "Tversky"):
        pytest.skip("gives no value for each row")
    y_true, y_pred = draw(kind)
    weight = np.array([0.0, 1.0, 2.0, 0.5, 1.0], "float32")
    ours, theirs = pair(name, kwargs)
    for sample_weight in (weight, weight[:, None], np.zeros(ROWS, "int32"), 0.5):
        same(ours(y_true, y_pred, sample_weight), theirs(y_true, y_pred, sample_weight))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight_shape", [None, (4,), (4, 1), (4, 3), (4, 3, 1)])
@pytest.mark.parametrize("mask_shape", [None, (4, 3), (4, 3, 1), "nothing valid"])
def test_reductions_weights_and_masks(reduction, weight_shape, mask_shape):
    rng = np.random.default_rng(3)
    y_true, y_pred = (jnp.asarray(rng.normal(size=(4, 3, 2)), "float32") for _ in range(2))
    weight = None if weight_shape is None else rng.uniform(size=weight_shape).astype("float32")
    if isinstance(mask_shape, str):
        mask = np.zeros((4, 3), bool)
    else:
        mask = None if mask_shape is None else rng.uniform(size=mask_shape) < 0.6
    ours, theirs = pair("MeanSquaredError", {}, reduction=reduction)
    results = []
    for loss, attach in ((ours, set_mask), (theirs, keras_mask)):
        x = y_pred + 0.0
        if mask is not None:
            attach(x, jnp.asarray(mask))
        try:
            results.append(np.asarray(loss(y_true, x, weight)))
        except (TypeError, ValueError):
            results.append(None)
    assert (results[0] is None) == (results[1] is None)
    if results[0] is not None:
        same(*results)


def test_mask_inside_a_scope_and_under_jit():
    y_true, y_pred = (jnp.asarray(a) for a in draw("real"))
    mask = jnp.array([True, True, False, False, True])

    @jax.jit
    def masked(y_true, y_pred):
        with Scope():
            set_mask(y_pred, mask)
            return losses.MeanSquaredError()(y_true, y_pred)

    expected = losses.MeanSquaredError()(y_true[mask], y_pred[mask])
    same(masked(y_true, y_pred), expected)


@pytest.mark.parametrize("mask_dtype", ["bool", "float32"])
def test_ignored_class_and_mask_together(mask_dtype):
    y_true, y_pred = draw("sparse", inner=(4,))
    mask = jnp.arange(20).reshape(5, 4) % 3 != 0
    mask = mask.astype(mask_dtype)
    ours, theirs = pair("SparseCategoricalCrossentropy", {"ignore_class": 1})
    results = []
    for loss, attach in ((ours, set_mask), (theirs, keras_mask)):
        x = jnp.asarray(y_pred) + 0.0
        attach(x, mask if loss is ours else mask.astype(bool))
        results.append(loss(y_true, x))
    same(*results)
    same(jax.jit(ours)(y_true, y_pred), theirs(y_true, y_pred))


@pytest.mark.parametrize(
    ("name", "kind", "true_shape", "pred_shape"),
    [
        ("MeanSquaredError", "real", (6,), (6, 1)),
        ("MeanSquaredError", "real", (6, 1), (6,)),
        ("MeanSquaredError", "real", (6,), (6,)),
        ("MeanSquaredError", "real", (3, 2), (3, 2, 1)),
        ("MeanSquaredError", "real", (3, 2, 1), (3, 2)),
        ("MeanSquaredError", "real", (1, 1), (1, 1)),
        ("MeanSquaredError", "real", (0, 2), (0, 2)),
        ("BinaryCrossentropy", "binary", (6,), (6, 1)),
        ("BinaryCrossentropy", "binary", (2, 3), (2, 3, 1)),
        ("Poisson", "count", (6,), (6, 1)),
        ("KLDivergence", "binary", (6,), (6, 1)),
        ("Hinge", "binary", (6,), (6, 1)),
        ("CategoricalHinge", "one-hot", (6, 1), (6, 1)),
    ],
)
def test_ranks_are_brought_together(name, kind, true_shape, pred_shape):
    size = int(np.prod(true_shape))
    y_true, y_pred = (np.resize(a, max(size, 1)).astype("float32") for a in draw(kind, rows=6))
    y_true, y_pred = np.resize(y_true, true_shape), np.resize(y_pred, pred_shape)
    for reduction in ("sum_over_batch_size", "none"):
        try:
            ours, theirs = pair(name, {}, reduction=reduction)
            expected = theirs(y_true, y_pred)
        except ValueError:
            with pytest.raises(ValueError, match="y_true"):
                ours(y_true, y_pred)
        else:
            same(ours(y_true, y_pred), expected)


@settings(max_examples=10, deadline=None)
@given(
    case=st.sampled_from([c for c in CASES if c[0] not in ("Circle",) and "axis" not in c[1]]),
    rows=st.integers(1, 4),
    inner=st.lists(st.integers(1, 3), max_size=2),
    classes=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_any_shape(case, rows, inner, classes, seed):
    name, kwargs, kind = case
    kwargs = {k: v for k, v in kwargs.items() if not isinstance(v, list)}
    if name == "CategoricalGeneralizedCrossEntropy" and inner:
        return
    y_true, y_pred = draw(kind, rows, tuple(inner), classes, seed)
    ours, theirs = pair(name, kwargs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of one class
        same(ours(y_true, y_pred), theirs(y_true, y_pred), rtol=1e-4)


@all_cases
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_predictions(name, kwargs, kind, dtype):
    y_true, y_pred = draw(kind)
    y_pred = jnp.asarray(y_pred, dtype)
    ours, theirs = pair(name, kwargs)
    result = ours(y_true, y_pred)
    assert result.dtype == "float32"
    same(result, theirs(y_true, y_pred))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_arithmetic(dtype):
    for name, kind in (("MeanSquaredError", "real"), ("Huber", "real"), ("LogCosh", "real")):
        ours, theirs = pair(name, {}, dtype=dtype)
        y_true, y_pred = draw(kind)
        assert ours.dtype == theirs.dtype == dtype
        assert ours(y_true, y_pred).dtype == dtype
        same(ours(y_true, y_pred), theirs(y_true, y_pred), rtol=2e-2)


def test_labels_outside_the_classes_and_numbers_that_are_none():
    y_pred = draw("sparse")[1]
    ours, theirs = pair("SparseCategoricalCrossentropy", {}, reduction="none")
    for y_true in ([-1, 3, 0, 1, 99], [0.0, 1.0, 2.0, 1.0, 0.0]):
        same(ours(np.array(y_true), y_pred), theirs(np.array(y_true), y_pred))
    ours, theirs = pair("MeanSquaredError", {})
    assert np.isnan(ours([[np.nan]], [[0.0]])) == np.isnan(theirs([[np.nan]], [[0.0]]))


def test_class_axis_in_front():
    y_true, y_pred = draw("one-hot", inner=(4,))
    y_true, y_pred = np.moveaxis(y_true, -1, 1), np.moveaxis(y_pred, -1, 1)
    for name in ("CategoricalCrossentropy", "CategoricalFocalCrossentropy"):
        ours, theirs = pair(name, {"axis": 1}, reduction="none")
        same(ours(y_true, y_pred), theirs(y_true, y_pred))
    # Keras 3.15 refuses this one; the one-hot loss is the reference.
    sparse = losses.SparseCategoricalCrossentropy(axis=1, reduction="none")
    dense = losses.CategoricalCrossentropy(axis=1, reduction="none")
    same(sparse(y_true.argmax(1), y_pred), dense(y_true, y_pred))


def test_ctc():
    rng = np.random.default_rng(0)
    y_true = np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0]])
    y_pred = jnp.asarray(rng.normal(size=(3, 6, 4)), "float32")
    ours, theirs = pair("CTC", {}, reduction="none")
    results = [losses_and_gradient(loss, y_true, y_pred) for loss in (ours, theirs)]
    for mine, expected in zip(*results, strict=True):
        same(mine, expected)


def test_circle_with_a_row_that_is_alone_in_its_class():
    embeddings = np.eye(3, dtype="float32")
    ours, theirs = pair("Circle", {})
    labels = np.array([0, 1, 1])
    same(ours(labels, embeddings), theirs(labels, embeddings))
    _, gradient = losses_and_gradient(ours, labels, jnp.asarray(embeddings))
    assert np.isfinite(gradient).all()


KERAS_NAMES = sorted(pytest.importorskip("keras.src.losses").ALL_OBJECTS_DICT)


@pytest.mark.parametrize("name", KERAS_NAMES)
def test_every_name_of_keras_finds_the_same(name):
    if name in ("Loss", "LossFunctionWrapper"):
        return
    ours, theirs = losses.get(name), keras.losses.get(name)
    if isinstance(theirs, keras.losses.Loss):
        assert type(ours).__name__ == type(theirs).__name__
        assert ours.name == theirs.name
    else:
        assert ours.__name__ == theirs.__name__


@pytest.mark.parametrize("name", [n for n in KERAS_NAMES if n[0].islower() or n.isupper()])
def test_functions_on_plain_lists(name):
    if "sparse" in name or name in ("circle", "ctc", "CTC"):
        return
    y_true, y_pred = [[1, 0], [0, 1]], [[0.7, 0.3], [0.4, 0.6]]
    same(losses.get(name)(y_true, y_pred), keras.losses.get(name)(y_true, y_pred))


@all_cases
def test_configs_rebuild_the_loss_here_and_in_keras(name, kwargs, kind):
    ours, theirs = pair(name, kwargs, name="mine", reduction="sum")
    config = ours.get_config()
    # Keras 3.15 forgets some arguments (Huber's delta); ours has all of Keras's and those.
    for key, value in theirs.get_config().items():
        assert config[key] == value, key
    y_true, y_pred = draw(kind)
    expected = ours(y_true, y_pred)
    rebuilt = losses.deserialize(losses.serialize(ours))
    same(rebuilt(y_true, y_pred), expected)
    assert rebuilt.get_config() == config
    same(type(theirs).from_config(config)(y_true, y_pred), expected)
    same(losses.deserialize(keras.losses.serialize(theirs)).get_config()["name"] == "mine", True)


@pytest.mark.parametrize(
    ("identifier", "true_shape", "pred_shape"),
    [
        ("mse", (4, 1), (4, 1)),
        ("MAE", (4, 1), (4, 1)),
        ("mean_squared_error", (4, 1), (4, 1)),
        ("MeanSquaredError", (4, 1), (4, 1)),
        ("crossentropy", (4,), (4, 1)),
        ("ce", (4,), (4, 3)),
        ("crossentropy", (4, 1), (4, 3)),
        ("CrossEntropy", (4, 3), (4, 3)),
        ("binary_crossentropy", (4, 1), (4, 1)),
    ],
)
def test_names_in_compile(identifier, true_shape, pred_shape):
    from keras.src.trainers.compile_utils import get_loss

    y_true, y_pred = np.zeros(true_shape), np.full(pred_shape, 0.3)
    ours = resolve_loss(identifier, true_shape, pred_shape)
    theirs = get_loss(identifier, y_true, y_pred)
    assert ours.name == theirs.name
    same(ours(y_true, y_pred), theirs(y_true, y_pred))
