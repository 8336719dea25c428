"""Attention beside Keras's: masks, scores, gradients, shapes, training, files both ways."""

import json

import jax
import numpy as np
import pytest

import kerata
from kerata import layers
from kerata.base.scope import get_mask
from kerata.layers.rows import keeps_rows_apart

from .test_recurrent import close, pair

keras = pytest.importorskip("keras")

RNG = np.random.default_rng(5)
Q = RNG.normal(size=(2, 5, 8)).astype("float32")
V = RNG.normal(size=(2, 3, 8)).astype("float32")
K = RNG.normal(size=(2, 3, 8)).astype("float32")
OF_V = np.array([[1, 1, 0], [1, 0, 0]], bool)
PAIRS = RNG.random((2, 5, 3)) > 0.4
PAIRS[:, :, 0] = True


def heads(**init):
    return lambda k: k.layers.MultiHeadAttention(**{"num_heads": 2, "key_dim": 3} | init)


def grouped(**init):
    given = {"head_dim": 4, "num_query_heads": 4, "num_key_value_heads": 2} | init
    return lambda k: k.layers.GroupQueryAttention(**given)


LAYERS = {
    "heads": heads(),
    "penalty": heads(kernel_regularizer="l2"),
    "no bias": heads(use_bias=False, output_shape=6),
    "window": heads(sliding_window=2),
    "gate": heads(use_gate=True),
    "dropout": heads(dropout=0.5, kernel_constraint="max_norm"),
    "grouped": grouped(),
    "one head of keys": grouped(num_key_value_heads=1, use_bias=False),
    "grouped gate": grouped(use_gate=True, sliding_window=3, dropout=0.1),
}
CALLS = {
    "plain": {},
    "key": {"key": K},
    "value mask": {"value_mask": OF_V},
    "key mask": {"key": K, "key_mask": OF_V},
    "pairs": {"attention_mask": PAIRS},
    "numbers": {"attention_mask": PAIRS.astype("int32")},
    "causal": {"use_causal_mask": True},
    "causal and more": {"use_causal_mask": True, "value_mask": OF_V, "attention_mask": PAIRS},
    "scores": {"return_attention_scores": True, "attention_mask": PAIRS},
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.only_cases("grouped gate", "dropout")
def test_heads(name):
    ours, theirs = pair(LAYERS[name], Q, V)
    for call in CALLS.values():
        close(ours(Q, V, **call), theirs(Q, V, **call))
    close(ours(Q, Q), theirs(Q, Q))
    assert [v.name for v in ours.trainable_weights] == [v.name for v in theirs.trainable_weights]

    def slopes(layer, lib):
        return jax.grad(lambda q, v: lib.ops.sum(layer(q, v, attention_mask=PAIRS) ** 2), (0, 1))

    close(slopes(ours, kerata)(Q, V), slopes(theirs, keras)(Q, V), 1e-4)
    assert ours.compute_output_shape(Q.shape, V.shape) == theirs.compute_output_shape(
        Q.shape, V.shape
    )
    assert ours(kerata.Input((None, 8)), kerata.Input((None, 8))).shape[0] is None
    assert len(ours.losses) == len(theirs.losses)


@pytest.mark.parametrize("name", LAYERS)
def test_configs_go_both_ways(name):
    ours, theirs = pair(LAYERS[name], Q, V)
    written = json.loads(json.dumps(keras.layers.serialize(theirs)))
    again = layers.deserialize(written)
    again(Q, V)
    again.set_weights(ours.get_weights())
    close(again(Q, V), ours(Q, V))
    written = json.loads(json.dumps(layers.serialize(ours)))
    again = keras.layers.deserialize(written)
    again(Q, V)
    again.set_weights(ours.get_weights())
    close(again(Q, V), ours(Q, V))


def test_values_of_another_depth():
    """Keras computes them only where scores are wanted too."""
    ours, theirs = pair(heads(value_dim=5), Q, V, return_attention_scores=True)
    want = theirs(Q, V, return_attention_scores=True)
    close(ours(Q, V, return_attention_scores=True), want)
    close(ours(Q, V), want[0])


def test_axes_of_attention():
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    for axes in ((2,), (1, 2), -2, None):
        make = heads(attention_axes=axes)
        ours, theirs = pair(make, x, x)
        close(ours(x, x), theirs(x, x))
        got = ours(x, x, return_attention_scores=True)
        close(got, theirs(x, x, return_attention_scores=True))


@pytest.mark.parametrize("kind", ["Attention", "AdditiveAttention"])
def test_masks_and_scores_of_the_plain_layers(kind):
    ours, theirs = pair(lambda k: getattr(k.layers, kind)(), [Q, V, K])
    of_q = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)
    for call in (
        {"use_causal_mask": True},
        {"return_attention_scores": True},
        {"mask": [of_q, OF_V]},
        {"mask": [None, OF_V], "use_causal_mask": True},
        {"mask": [of_q, None], "return_attention_scores": True},
    ):
        close(ours([Q, V, K], **call), theirs([Q, V, K], **call))
    for lib, layer in ((kerata, ours), (keras, theirs)):
        a, b = lib.Input((None, 8)), lib.Input((3, 8))
        out, scores = layer([a, b], return_attention_scores=True)
        assert out.shape == (None, None, 8)
    assert scores.shape[0] is None


def block(k):
    """A transformer's block for texts, as programs write it."""
    ids = k.Input((6,), dtype="int32")
    x = k.layers.Embedding(9, 8, mask_zero=True)(ids)
    mixed = k.layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    x = k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([x, mixed]))
    wide = k.layers.Dense(16, activation="relu")(x)
    x = k.layers.LayerNormalization(epsilon=1e-6)(x + k.layers.Dense(8)(wide))
    x = k.layers.GlobalAveragePooling1D()(x)
    return k.Model(ids, k.layers.Dense(3, activation="softmax")(x))


def reader(k):
    """Luong's attention between two sequences."""
    a, b = k.Input((None,), dtype="int32"), k.Input((None,), dtype="int32")
    table = k.layers.Embedding(9, 4, mask_zero=True)
    x = k.layers.Attention(use_scale=True)([table(a), table(b)])
    return k.Model([a, b], k.layers.Dense(3, "softmax")(k.layers.GlobalAveragePooling1D()(x)))


IDS = np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 1], [2, 2, 0, 0, 0, 0], [8, 1, 3, 4, 0, 0]])


@pytest.mark.parametrize(("make", "x"), [(block, IDS), (reader, [IDS, IDS[::-1].copy()])])
@pytest.mark.only_cases("reader-x1")
def test_training_and_files(make, x, tmp_path):
    models = pair(make, x)
    losses = []
    for model, lib in zip(models, (kerata, keras), strict=True):
        model.compile(lib.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        y = np.array([0, 1, 2, 1])
        ran = model.fit(x, y, batch_size=2, epochs=4, shuffle=False, verbose=0)
        losses.append(ran.history["loss"])
    close(losses[0], losses[1])
    want = models[0].predict(x, verbose=0)
    close(want, models[1].predict(x, verbose=0), 3e-5)
    for ending in (".keras", ".h5"):
        models[0].save(str(tmp_path / f"ours{ending}"))
        models[1].save(str(tmp_path / f"theirs{ending}"))
        close(keras.saving.load_model(tmp_path / f"ours{ending}").predict(x, verbose=0), want)
        ours = kerata.saving.load_model(tmp_path / f"theirs{ending}")
        close(ours.predict(x, verbose=0), want, 3e-5)
    # The block adds by an operation, which nobody knows.
    assert keeps_rows_apart(models[0]) == (make is reader)


def test_masks_go_on():
    for lib in (kerata, keras):
        x = lib.layers.Embedding(9, 8, mask_zero=True)(lib.Input((6,), dtype="int32"))
        assert lib.layers.MultiHeadAttention(2, 4)(x, x)._keras_mask is not None
        assert lib.layers.Attention()([x, x])._keras_mask is not None
    x = layers.Embedding(9, 8, mask_zero=True)(IDS)
    np.testing.assert_array_equal(get_mask(layers.MultiHeadAttention(2, 4)(x, x)), IDS != 0)


def test_dropped_weights_keep_their_mean():
    layer = layers.MultiHeadAttention(1, 4, dropout=0.5, seed=1)
    v = np.ones((200, 3, 4), "float32")
    layer(v, v)
    out, scores = layer(v, v, training=True, return_attention_scores=True)
    np.testing.assert_allclose(scores, np.full((200, 1, 3, 3), 1 / 3), rtol=1e-5)
    mean = np.asarray(out).mean((0, 1))
    np.testing.assert_allclose(mean, np.asarray(layer(v, v))[0, 0], rtol=0.2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.MultiHeadAttention(0, 2), r"num_heads must be a positive integer"),
        (lambda: layers.MultiHeadAttention(2, 2, output_shape="a"), r"output_shape must be an"),
        (lambda: layers.MultiHeadAttention(2, 2, sliding_window=0), r"sliding_window must be"),
        (
            lambda: layers.MultiHeadAttention(2, 2, dropout=0.1, flash_attention=True),
            r"flash_attention=True has no dropout",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 2, flash_attention=True)(
                Q, V, return_attention_scores=True
            ),
            r"does not give attention scores",
        ),
        (lambda: layers.MultiHeadAttention(2, 2)(Q, V, key=Q), r"value and key must agree in all"),
        (
            lambda: layers.MultiHeadAttention(2, 2)(Q, V, attention_mask=PAIRS[:, :4]),
            r"masks give shape \(2, 1, 4, 3\), which does not fit scores of shape \(2, 2, 5, 3\)",
        ),
        (lambda: layers.GroupQueryAttention(2, 3, 2), r"must be a multiple of num_key_value_heads"),
        (lambda: layers.GroupQueryAttention(2, 2, 2)(Q[0], V[0]), r"expected 3 axes"),
        (lambda: layers.Attention()(Q), r"takes inputs as a list of two or three"),
        (lambda: layers.Attention()([Q, V], mask=OF_V), r"takes masks as a list of two or three"),
        (lambda: layers.Attention(score_mode="mul"), r"score_mode must be 'dot' or 'concat'"),
        (lambda: layers.Attention()([Q, V[..., :4]]), r"do not fit each other"),
        (lambda: layers.AdditiveAttention(dropout=2.0), r"dropout must be from 0 to 1"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_flash_attention_needs_a_gpu():
    with pytest.raises(RuntimeError, match="flash_attention=True needs an NVIDIA GPU"):
        layers.MultiHeadAttention(2, 2, flash_attention=True)(Q, V)
