"""Adaptive pooling, spectral normalization, the way back through embeddings, crossings."""

import json

import jax
import numpy as np
import pytest

import kerata
from kerata import layers
from kerata.layers.rows import keeps_rows_apart

from .test_recurrent import close, pair

keras = pytest.importorskip("keras")

RNG = np.random.default_rng(6)


@pytest.mark.parametrize("kind", ["Average", "Max"])
@pytest.mark.parametrize(("rank", "sizes"), [(1, (3, 5, 2)), (2, ((2, 3), 4)), (3, ((1, 2, 3), 2))])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.one_in(5)
def test_adaptive_pooling(kind, rank, sizes, data_format):
    x = RNG.normal(size=(2, *(5, 6, 4)[:rank], 5)).astype("float32")
    for size in sizes:
        made = [
            getattr(k.layers, f"Adaptive{kind}Pooling{rank}D")(size, data_format, name="it")
            for k in (kerata, keras)
        ]
        close(*(layer(x) for layer in made))
        shapes = [tuple(layer.compute_output_shape((None, *x.shape[1:]))) for layer in made]
        assert shapes[0] == shapes[1]
        config = json.loads(json.dumps(layers.serialize(made[0])))
        close(keras.layers.deserialize(config)(x), made[0](x))
    assert keeps_rows_apart(made[0])
    with pytest.raises(ValueError, match=f"Adaptive{kind}Pooling{rank}D: output_size must be"):
        type(made[0])(0)
    with pytest.raises(ValueError, match=r"expected \(batch, "):
        made[0](x[0])


@pytest.mark.parametrize("init", [{}, {"strides": 2, "padding": "same"}, {"use_bias": False}])
def test_transposed_convolution_of_volumes(init):
    x = RNG.normal(size=(2, 2, 3, 2, 2)).astype("float32")
    ours, theirs = pair(lambda k: k.layers.Conv3DTranspose(3, 2, **init), x)
    close(ours(x), theirs(x))
    shapes = [tuple(k.compute_output_shape((None, 2, 3, 2, 2))) for k in (ours, theirs)]
    assert shapes[0] == shapes[1]
    assert ours(kerata.Input((2, 3, 2, 2))).shape[1:] == theirs(x).shape[1:]
    assert layers.Convolution3DTranspose is layers.Conv3DTranspose


@pytest.mark.parametrize("power_iterations", [1, 3])
@pytest.mark.one_in(2)
def test_spectral_normalization(power_iterations, tmp_path):
    def make(k):
        return k.Sequential(
            [
                k.Input((6, 6, 2)),
                k.layers.SpectralNormalization(
                    k.layers.Conv2D(3, 2), power_iterations=power_iterations
                ),
                k.layers.Flatten(),
                k.layers.SpectralNormalization(k.layers.Dense(2)),
            ]
        )

    x, y = RNG.normal(size=(4, 6, 6, 2)).astype("float32"), RNG.normal(size=(4, 2))
    ours, theirs = models = pair(make, x)
    for model, k in zip(models, (kerata, keras), strict=True):
        model.compile(k.optimizers.SGD(0.01), "mse")
        model.fit(x, y, batch_size=2, epochs=2, shuffle=False, verbose=0)
    close(ours.get_weights(), theirs.get_weights())
    close(ours(x), theirs(x))
    for model in models:
        model.layers[0](x, training=True)
    close(ours.get_weights(), theirs.get_weights())
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    close(keras.saving.load_model(tmp_path / "ours.keras")(x), ours(x))
    close(kerata.saving.load_model(tmp_path / "theirs.keras")(x), ours(x))
    zeros = layers.SpectralNormalization(layers.Dense(2, kernel_initializer="zeros"))
    slope = jax.grad(lambda x: zeros(x, training=True).sum())(np.ones((1, 2), "float32"))
    assert np.isfinite(slope).all()
    with pytest.raises(ValueError, match=r"needs a layer with a kernel or embeddings"):
        layers.SpectralNormalization(layers.ReLU())(x)
    with pytest.raises(ValueError, match=r"power_iterations must be a positive integer"):
        layers.SpectralNormalization(layers.Dense(2), 0)


@pytest.mark.parametrize("init", [{}, {"tie_weights": False}, {"logit_soft_cap": 0.5}])
def test_the_way_back_through_an_embedding(init):
    ids = np.array([[1, 2, 0], [3, 0, 0]])
    ours, theirs = pair(lambda k: k.layers.ReversibleEmbedding(5, 3, mask_zero=True, **init), ids)
    x = np.asarray(ours(ids))
    close(ours(x, reverse=True), theirs(x, reverse=True))
    made = ours(kerata.Input((None, 3)), reverse=True)
    assert made.shape == (None, None, 5)
    with pytest.raises(ValueError, match=r"expects vectors of 3 numbers"):
        ours(x[..., :2], reverse=True)

    def model(k):
        a = k.Input((3,), dtype="int32")
        layer = k.layers.ReversibleEmbedding(5, 3, **init)
        return k.Model(a, layer(k.layers.Dense(3)(layer(a)), reverse=True))

    both = pair(model, ids)
    close(both[0].predict(ids, verbose=0), both[1].predict(ids, verbose=0))


def test_crossings_are_those_of_keras():
    """The numbers are from Keras's documents: its own layer needs TensorFlow."""
    texts, numbers = np.array(["A", "B", "A", "B", "A"]), np.array([101, 101, 101, 102, 102])
    layer = layers.HashedCrossing(num_bins=5)
    assert layer((texts, numbers)).tolist() == [1, 4, 1, 1, 3]
    assert layer([texts[:, None], numbers[:, None]]).tolist() == [[1], [4], [1], [1], [3]]
    assert int(layer(["A", 101])) == 1
    vectors = layers.HashedCrossing(num_bins=5, output_mode="one_hot")
    assert np.asarray(vectors([texts, numbers])).argmax(1).tolist() == [1, 4, 1, 1, 3]
    again = layers.deserialize(json.loads(json.dumps(layers.serialize(vectors))))
    assert again([texts[:, None], numbers[:, None]]).shape == (5, 5)
    for given, words in (
        ([texts], r"list of two or more features"),
        ([texts, numbers[:2]], r"must have one shape"),
        ([texts, numbers + 0.5], r"must be strings or integers"),
    ):
        with pytest.raises(ValueError, match=words):
            layer(given)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(
    "init",
    [
        {"return_sequences": True, "return_state": True},
        {"strides": 2, "padding": "same", "go_backwards": True, "use_bias": False},
        {"dilation_rate": 2, "unit_forget_bias": False, "recurrent_activation": "relu"},
    ],
)
@pytest.mark.one_in(9)
def test_convolutional_lstm(rank, init):
    # Small, so that gates without an upper bound don't grow from step to step.
    x = RNG.normal(0, 0.3, (2, 3, *(6, 5, 4)[:rank], 2)).astype("float32")
    ours, theirs = pair(lambda k: getattr(k.layers, f"ConvLSTM{rank}D")(3, 2, **init), x)
    close(ours(x), theirs(x))
    close(
        jax.grad(lambda x: kerata.ops.sum(jax.tree.leaves(ours(x))[0] ** 2))(x),
        jax.grad(lambda x: keras.ops.sum(jax.tree.leaves(theirs(x))[0] ** 2))(x),
        1e-4,
    )
    shapes = [k.compute_output_shape((None, *x.shape[1:])) for k in (ours, theirs)]
    assert shapes[0] == shapes[1]
    again = keras.layers.deserialize(json.loads(json.dumps(layers.serialize(ours))))
    again(x)
    again.set_weights(ours.get_weights())
    close(again(x), ours(x))
    config = json.loads(json.dumps(keras.layers.serialize(theirs)))
    assert layers.deserialize(config).kernel_size == ours.kernel_size


@pytest.mark.slow
def test_convolutional_lstm_in_a_model(tmp_path):
    def make(k):
        return k.Sequential(
            [
                k.Input((None, 5, 4, 2)),
                k.layers.ConvLSTM2D(3, 2, padding="same", return_sequences=True),
                k.layers.Bidirectional(k.layers.ConvLSTM2D(2, 2)),
                k.layers.Flatten(),
                k.layers.Dense(1),
            ]
        )

    x = RNG.normal(size=(4, 3, 5, 4, 2)).astype("float32")
    models = pair(make, x)
    for model, k in zip(models, (kerata, keras), strict=True):
        model.compile(k.optimizers.SGD(0.1), "mse")
        model.fit(x, x[:, 0, 0, 0, :1], batch_size=2, epochs=2, shuffle=False, verbose=0)
    close(models[0].get_weights(), models[1].get_weights())
    models[1].save(tmp_path / "it.keras")
    close(kerata.saving.load_model(tmp_path / "it.keras").predict(x, verbose=0), models[1](x))
    layer = layers.ConvLSTM1D(2, 2, dropout=0.5, recurrent_dropout=0.5)
    assert layer(x[:, :, :, 0], training=True).shape == (4, 4, 2)
    mask = np.array([[1, 0, 0]] * 4, bool)
    close(layer(x[:, :, :, 0], mask=mask), layer(x[:, :1, :, 0]))
    with pytest.raises(ValueError, match=r"expected 5 axes"):
        layers.ConvLSTM2D(2, 2)(x[0])
    with pytest.raises(ValueError, match=r"needs to know the sizes of images"):
        layers.ConvLSTM2D(2, 2)(kerata.Input((None, None, 4, 2)))
    with pytest.raises(ValueError, match=r"ConvLSTM2D: strides and dilation_rate can't both"):
        layers.ConvLSTM2D(2, 2, strides=2, dilation_rate=2)
