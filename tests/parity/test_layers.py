"""Layers beside Keras's: same weights in; outputs, gradients, statistics, configs out."""

import json
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import layers
from kerata.base.scope import get_mask, set_mask
from kerata.layers.functional_call import functional_call

from ..layers.cases import LAYERS, PAIR, VARIANTS
from ..layers.harness import FAST_COMPILE, Case, built, projection, same, scramble

keras = pytest.importorskip("keras")


# Only Keras's newer versions have these, so configs leave them out.
LATER = {"quantization_config", "renorm", "renorm_clipping", "renorm_momentum"}


def plain(config):
    """Go through JSON, leave out what is None and Keras's float32 rounding of numbers."""

    def simple(x):
        if isinstance(x, dict):
            return {k: simple(v) for k, v in x.items() if v is not None}
        if isinstance(x, list):
            return [simple(v) for v in x]
        return float(f"{x:.6g}") if isinstance(x, float) else x

    return simple(json.loads(json.dumps(config)))


def pair(case):
    """Make the layer here and in Keras, under one name, built for the case's inputs."""
    ours, theirs = case.make(name="it"), getattr(keras.layers, case.name)(**case.init, name="it")
    x = jax.tree.map(jnp.asarray, case.inputs())
    built(ours, x)
    theirs(jax.tree.map(lambda a: keras.KerasTensor(a.shape, a.dtype.name), x))
    scramble(ours, zlib.crc32(str(case).encode()))
    theirs.set_weights(ours.get_weights())
    if hasattr(theirs, "finalize_state"):
        theirs.finalize_state()
    return ours, theirs, x


def outcome(forward, case, trainable, fixed, x):
    """Give outputs, training outputs, new state, added losses and gradients, compiled once."""

    def number(trainable, x):
        out, after, losses = forward(trainable, fixed, x, not case.random)
        return projection(out) + sum(losses, jnp.zeros(())), (out, after, losses)

    def program(trainable, x):
        argnums = (0,) if case.ids else (0, 1)
        gradients, (out, after, losses) = jax.grad(number, argnums, has_aux=True)(trainable, x)
        plain = forward(trainable, fixed, x, False)[0]
        return {
            "plain": plain,
            "out": out,
            "after": after,
            "losses": sum(losses, jnp.zeros(())),
            "gradients": gradients,
        }

    return jax.jit(program).lower(trainable, x).compile(FAST_COMPILE)(trainable, x)


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
@pytest.mark.one_in(3)
def test_same_as_keras(case):
    ours, theirs, x = pair(case)
    assert [(v.name, v.shape, v.trainable, v.dtype) for v in ours.weights] == [
        (v.name, tuple(v.shape), v.trainable, v.dtype) for v in theirs.weights
    ]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert [v.name for v in ours.trainable_weights] == [v.name for v in theirs.trainable_weights]
    assert ours.supports_masking == theirs.supports_masking
    order = [id(v) for v in ours.weights]
    tv, ntv = ours.trainable_weights, ours.non_trainable_weights

    def our_forward(trainable, fixed, x, training):
        given = {id(v): a for v, a in zip(tv + ntv, [*trainable, *fixed], strict=True)}
        out, after, losses = functional_call(ours, [given[i] for i in order], x, training)
        found = dict(zip(order, after, strict=True))
        return out, [found[id(v)] for v in ntv], losses

    def their_forward(trainable, fixed, x, training):
        # Not stateless_call, which leaves out activity regularizers.
        variables = theirs.trainable_variables + theirs.non_trainable_variables
        mapping = list(zip(variables, [*trainable, *fixed], strict=True))
        with keras.StatelessScope(mapping, collect_losses=True) as scope:
            out = theirs(x, training=training) if theirs._call_has_training_arg else theirs(x)
            losses = theirs.losses
            after = [scope.get_current_value(v) for v in theirs.non_trainable_variables]
        # Recurrent cells have a random stream there, whether they draw or not.
        streams = ["seed_generator" in v.path for v in theirs.non_trainable_variables]
        fixed = [
            a if n is None else n
            for n, a, stream in zip(after, fixed, streams, strict=True)
            if not stream
        ]
        return out, fixed, losses

    got = outcome(our_forward, case, [v.value for v in tv], [v.value for v in ntv], x)
    expected = outcome(
        their_forward,
        case,
        [v.value for v in theirs.trainable_variables],
        [v.value for v in theirs.non_trainable_variables],
        x,
    )
    if case.random:
        got.pop("after"), expected.pop("after")
    assert got["out"].dtype == expected["out"].dtype
    assert got["out"].shape == expected["out"].shape
    same(got, expected)


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
def test_same_config(case):
    keras_class = getattr(keras.layers, case.name)
    ours = plain(case.make(name="it").get_config())
    theirs = plain(keras_class(**case.init, name="it").get_config())
    for name in LATER:
        theirs.pop(name, None)
    if isinstance(theirs["dtype"], str):
        ours["dtype"] = ours["dtype"]["config"]["name"]
    assert ours == theirs


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
def test_configs_are_read_across(case):
    """Keras's config makes our layer, and ours makes Keras's."""
    keras_class, our_class = getattr(keras.layers, case.name), type(case.make())
    config = json.loads(json.dumps(keras_class(**case.init, name="it").get_config()))
    assert plain(our_class.from_config(config).get_config()) == plain(
        case.make(name="it").get_config()
    )
    config = json.loads(json.dumps(case.make(name="it").get_config()))
    assert plain(keras_class.from_config(config).get_config()) == plain(
        keras_class(**case.init, name="it").get_config()
    )


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
def test_same_symbolic_shape(case):
    """Unknown sizes come out where Keras has them, or are better known."""
    several = isinstance(case.shapes, list)
    shapes = case.shapes if several else [case.shapes]
    theirs = getattr(keras.layers, case.name)(**case.init)
    shape = [(None, *s[1:]) for s in shapes]
    expected = theirs.compute_output_shape(shape if several else shape[0])
    got = case.make().compute_output_shape(shape if several else shape[0])
    assert len(got) == len(expected)
    assert all(a == b or b is None for a, b in zip(got, expected, strict=True))


def is_sequence(case):
    shapes = case.shapes if isinstance(case.shapes, list) else [case.shapes]
    return all(len(s) == 3 for s in shapes) and not case.random


MASKS = [
    np.array([[True, True, False], [True, False, False]]),
    np.array([[True, False, False], [False, False, True]]),
    np.array([[True, True, True], [False, True, False]]),
]
SEQUENCES = [
    *(c for c in LAYERS + VARIANTS if is_sequence(c) and c.name not in ("Softmax", "Dot")),
    Case("Softmax", {}, (2, 3)),
    Case("Dropout", {"rate": 0.5}, (2, 3, 4)),
    Case("Activation", {"activation": "tanh"}, (2, 3, 4)),
    Case("ReLU", {}, (2, 3, 4)),
    Case("BatchNormalization", {}, (2, 3, 4)),
    Case("UnitNormalization", {}, (2, 3, 4)),
    Case("Concatenate", {"axis": 1}, PAIR),
    Case("Add", {}, PAIR),
    Case("Maximum", {}, [(2, 3, 4)] * 3),
    Case("Minimum", {}, [(2, 3, 4)] * 3),
    Case("Multiply", {}, [(2, 3, 4)] * 3),
]


@pytest.mark.parametrize(
    ("case", "partly"),
    [(c, False) for c in SEQUENCES] + [(c, True) for c in SEQUENCES if isinstance(c.shapes, list)],
    ids=str,
)
@pytest.mark.one_in(3)
def test_masks_go_as_in_keras(case, partly):
    """Same outputs and same masks of them; with several inputs also if one has no mask."""
    ours, theirs, x = pair(case)
    several = isinstance(x, list)
    given = [m[:, : a.shape[1]] for m, a in zip(MASKS, x if several else [x], strict=False)]
    if partly:
        given[-1] = None
    ours_in, theirs_in = (jax.tree.map(lambda a: a + 0.0, x) for _ in range(2))
    for ours_x, theirs_x, mask in zip(
        ours_in if several else [ours_in], theirs_in if several else [theirs_in], given, strict=True
    ):
        if mask is not None:
            set_mask(ours_x, jnp.asarray(mask))
            theirs_x._keras_mask = jnp.asarray(mask)
    got, expected = ours(ours_in), theirs(theirs_in)
    same(got, expected)
    their_mask = getattr(expected, "_keras_mask", None)
    if their_mask is None:
        assert get_mask(got) is None
    else:
        np.testing.assert_array_equal(get_mask(got), their_mask)


def test_embedding_and_masking_make_the_masks_of_keras():
    ids, steps = np.array([[3, 0, 2]]), np.array([[[0.0, 1.0], [0.0, 0.0], [2.0, 0.0]]])
    for k_layer, our_layer, x in (
        (keras.layers.Embedding(5, 2, mask_zero=True), layers.Embedding(5, 2, mask_zero=True), ids),
        (keras.layers.Masking(), layers.Masking(), steps),
    ):
        np.testing.assert_array_equal(get_mask(our_layer(x)), k_layer(x)._keras_mask)


@pytest.mark.parametrize("mask", [None, MASKS[0]])
@pytest.mark.parametrize("init", [{}, {"momentum": 0.5}, {"trainable": False}], ids=str)
def test_moving_statistics_after_several_steps(init, mask):
    rng = np.random.default_rng(1)
    ours, theirs = layers.BatchNormalization(**init), keras.layers.BatchNormalization(**init)
    for _ in range(4):
        x = rng.normal(2.0, 3.0, size=(2, 3, 4)).astype("float32")
        kwargs = {} if mask is None else {"mask": jnp.asarray(mask)}
        same(ours(x, training=True, **kwargs), theirs(x, training=True, **kwargs))
    same(ours.get_weights(), theirs.get_weights())
    assert (np.abs(ours.moving_mean.numpy()).sum() > 0) == ours.trainable
    same(ours(x), theirs(x))


@pytest.mark.parametrize("ids", [[[-1, 5, 4, 7]], [[0, -5, -6, 100]]])
def test_ids_out_of_range(ids):
    """An id that is too large gives NaN, a negative one counts from the end."""
    ours, theirs = layers.Embedding(5, 2), keras.layers.Embedding(5, 2)
    ids = np.array(ids)
    theirs(ids)
    ours(ids)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_array_equal(ours(ids), theirs(ids))


@pytest.mark.parametrize("axis", [-1, None, (1, 2)], ids=str)
@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("invert", [False, True])
def test_adapted_normalization(axis, batched, invert):
    rng = np.random.default_rng(2)
    data = (rng.normal(size=(11, 2, 3)) * [1.0, 10.0, 0.0] + 5.0).astype("float32")
    ours = layers.Normalization(axis, invert=invert)
    theirs = keras.layers.Normalization(axis, invert=invert)
    ours.adapt(iter([data[:4], data[4:]]) if batched else data)
    theirs.adapt(data)
    same(ours.get_weights(), theirs.get_weights())
    same(ours.mean, theirs.mean)
    same(ours.variance, theirs.variance)
    if axis is None:  # else the feature that never changes is rounding divided by epsilon
        same(ours(data), theirs(data))


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_discretization(mode):
    x = np.array([[-1.0, 0.1, 0.4], [1.0, 2.5, 9.0]], "float32")
    for init in ({"bin_boundaries": [0.0, 1.0, 2.5]}, {"num_bins": 3}):
        init |= {"output_mode": mode, "name": "it"}
        ours, theirs = layers.Discretization(**init), keras.layers.Discretization(**init)
        if "num_bins" in init:
            ours.adapt(x)
            theirs.update_state(x)  # adapt() itself needs TensorFlow
            theirs.finalize_state()
            np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, atol=1e-6)
        got, expected = ours(x), theirs(x)
        same(got, expected)
        assert got.dtype == expected.dtype
        assert tuple(ours.compute_output_shape((None, 3)))[1:] == got.shape[1:]
        config = theirs.get_config()
        # The boundaries were compared above, up to rounding; Keras writes the type as a string.
        alike = {k: config[k] for k in ("dtype", "bin_boundaries")}
        assert plain(ours.get_config() | alike) == plain(config)
        same(layers.Discretization.from_config(config)(x), expected)


def test_weighted_counts():
    ids, weights = np.array([[0, 1, 1], [2, 2, 0]]), np.array([[0.5, 1.0, 2.0], [1.0, 1.0, 3.0]])
    init = {"num_tokens": 4, "output_mode": "count"}
    ours, theirs = layers.CategoryEncoding(**init), keras.layers.CategoryEncoding(**init)
    same(ours(ids, count_weights=weights), theirs(ids, count_weights=weights))


def test_softmax_with_a_mask_of_any_broadcasting_shape():
    x = np.array([[1.0, 2.0, 5.0], [1.0, 1.0, 1.0]], "float32")
    for mask in ([[1, 0, 1], [0, 0, 0]], [[1, 1, 0]], [0, 1, 1]):
        mask = np.array(mask, bool)
        same(layers.Softmax()(x, mask=mask), keras.layers.Softmax()(x, mask=mask))


def test_lambda_with_all_its_arguments():
    def scaled(x, mask=None, k=1.0):
        return k * x if mask is None else k * x * mask[..., None]

    x = jnp.asarray(np.arange(12.0, dtype="float32").reshape(2, 3, 2))
    for kwargs in (
        {},
        {"arguments": {"k": 3.0}},
        {"output_shape": (3, 2)},
        {"mask": lambda inputs, mask: mask},
    ):
        ours, theirs = layers.Lambda(scaled, **kwargs), keras.layers.Lambda(scaled, **kwargs)
        a, b = x + 0, x + 0
        set_mask(a, jnp.asarray(MASKS[0]))
        b._keras_mask = jnp.asarray(MASKS[0])
        got, expected = ours(a), theirs(b)
        same(got, expected)
        assert (get_mask(got) is None) == (getattr(expected, "_keras_mask", None) is None)
        assert ours.compute_output_shape((None, 3, 2)) == (None, 3, 2)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("equation", "output_shape", "input_shape"),
    [("abc,cde->abde", (None, 4, 5), (2, 3, 6)), ("ab,bc->ac", 50, (2, 200))],
)
def test_first_values_of_einsum_kernels_have_the_scale_of_keras(
    equation, output_shape, input_shape, seed
):
    kernels = []
    for module in (layers, keras.layers):
        layer = module.EinsumDense(equation, output_shape)
        layer.build(input_shape)
        kernels.append(np.asarray(layer.get_weights()[0]))
    limits = [np.abs(k).max() for k in kernels]
    assert 0.8 < limits[0] / limits[1] < 1.25


@pytest.mark.parametrize("case", [c for c in LAYERS if not isinstance(c.shapes, list)], ids=str)
def test_any_size_may_be_unknown(case):
    """Where Keras gives a shape for an unknown size, so do we, and not a wrong one."""
    theirs = getattr(keras.layers, case.name)(**case.init)
    full = case.make().compute_output_shape(case.shapes)
    for axis in range(1, len(case.shapes)):
        shape = tuple(None if a == axis else n for a, n in enumerate(case.shapes))
        try:
            expected = theirs.compute_output_shape(shape)
        except (ValueError, TypeError):
            continue
        got = case.make().compute_output_shape(shape)
        assert len(got) == len(expected)
        assert all(a == b or b is None for a, b in zip(got, expected, strict=True))
        assert all(a is None or a == b for a, b in zip(got, full, strict=True))
