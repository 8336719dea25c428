"""Recurrent layers in models, beside Keras's: states, masks, training, files both ways."""

import json
import re

import jax
import numpy as np
import pytest

import kerata
from kerata import layers

keras = pytest.importorskip("keras")

RNG = np.random.default_rng(3)
X = RNG.normal(size=(4, 5, 3)).astype("float32")
IDS = np.array([[1, 2, 0, 0], [3, 0, 2, 0], [1, 1, 2, 3], [0, 0, 0, 0]])
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 0, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]], bool)


def close(a, b, atol=1e-5):
    a, b = jax.tree.leaves(a), jax.tree.leaves(b)
    assert [np.shape(x) for x in a] == [np.shape(x) for x in b]
    for p, q in zip(a, b, strict=True):
        np.testing.assert_allclose(np.asarray(p), np.asarray(q), rtol=1e-5, atol=atol)


def fill(ours, theirs):
    """Give two layers or models the same weights."""
    rng = np.random.default_rng(0)
    assert [(w.name, tuple(w.shape)) for w in ours.weights] == [
        (w.name, tuple(w.shape)) for w in theirs.weights
    ]
    ours.set_weights(
        [
            np.abs(rng.normal(size=w.shape) * 0.5)
            if "variance" in w.path
            else rng.normal(size=w.shape) * 0.5
            for w in ours.weights
        ]
    )
    theirs.set_weights(ours.get_weights())


def pair(make, *args, **kwargs):
    made = [make(lib) for lib in (kerata, keras)]
    for each in made:
        each(*args, **kwargs)
    fill(*made)
    return made


def own_cell(lib):
    """Give a cell of a user's, with a state that is not its output."""
    o = lib.ops

    @lib.saving.register_keras_serializable("mine", name="Counting")
    class Counting(lib.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.state_size = [units, 1]

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.built = True

        def call(self, inputs, states):
            total, count = states
            total = total + o.matmul(inputs, self.kernel)
            return total, [total, count + 1]

        def get_config(self):
            return super().get_config() | {"units": self.units}

    return Counting


def stacked(lib):
    cells = [lib.layers.LSTMCell(3), lib.layers.GRUCell(2), lib.layers.SimpleRNNCell(4)]
    return lib.layers.RNN(cells, return_sequences=True, return_state=True)


LAYERS = {
    "simple": lambda k: k.layers.SimpleRNN(3, return_sequences=True, return_state=True),
    "gru": lambda k: k.layers.GRU(3, return_state=True),
    "gru backwards": lambda k: k.layers.GRU(3, go_backwards=True, return_sequences=True),
    "lstm": lambda k: k.layers.LSTM(3, return_sequences=True, return_state=True),
    "lstm unrolled": lambda k: k.layers.LSTM(3, return_sequences=True, unroll=True),
    "lstm zeros": lambda k: k.layers.LSTM(3, return_sequences=True, zero_output_for_mask=True),
    "lstm zeros last": lambda k: k.layers.LSTM(3, zero_output_for_mask=True),
    "stacked": stacked,
    "own cell": lambda k: k.layers.RNN(own_cell(k)(2), return_state=True),
    "concat": lambda k: k.layers.Bidirectional(k.layers.LSTM(3)),
    "sum": lambda k: k.layers.Bidirectional(
        k.layers.GRU(3, return_sequences=True, return_state=True), merge_mode="sum"
    ),
    "ave": lambda k: k.layers.Bidirectional(
        k.layers.SimpleRNN(3, return_sequences=True), merge_mode="ave"
    ),
    "mul": lambda k: k.layers.Bidirectional(k.layers.GRU(3), merge_mode="mul"),
    "none": lambda k: k.layers.Bidirectional(
        k.layers.LSTM(3, return_sequences=True, return_state=True), merge_mode=None
    ),
    "other way": lambda k: k.layers.Bidirectional(
        k.layers.LSTM(3), backward_layer=k.layers.GRU(2, go_backwards=True)
    ),
    "time distributed": lambda k: k.layers.TimeDistributed(k.layers.Dense(2, activation="softmax")),
    "batch norm a step": lambda k: k.layers.TimeDistributed(k.layers.BatchNormalization()),
}


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.one_in(4)
def test_outputs_and_states(name, mask):
    ours, theirs = pair(LAYERS[name], X)
    paths = [[re.sub(r"_\d+/", "/", w.path) for w in layer.weights] for layer in (ours, theirs)]
    assert paths[0] == paths[1]
    close(ours(X, mask=mask), theirs(X, mask=mask))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.one_in(2)
def test_configs_go_both_ways(name):
    ours, theirs = pair(LAYERS[name], X)
    written = json.loads(json.dumps(kerata.layers.serialize(ours)))
    theirs_again = keras.layers.deserialize(written)
    theirs_again(X)
    theirs_again.set_weights(ours.get_weights())
    close(theirs_again(X), ours(X))
    written = json.loads(json.dumps(keras.layers.serialize(theirs)))
    again = kerata.layers.deserialize(written)
    again(X)
    again.set_weights(ours.get_weights())
    close(again(X), ours(X))


# Keras takes both layers of a pair for equally wide; nested states are below.
@pytest.mark.parametrize("name", [n for n in LAYERS if n not in ("other way", "stacked")])
def test_symbolic_shapes(name):
    shapes = []
    for lib in (kerata, keras):
        layer = LAYERS[name](lib)
        steps = 5 if "unrolled" in name else None
        out = layer(lib.Input((steps, 3)))
        shapes.append([tuple(x.shape) for x in (out if isinstance(out, (list, tuple)) else [out])])
        flat = jax.tree.leaves(
            layer.compute_output_shape((None, 5, 3)), is_leaf=lambda s: s is None
        )
        shapes[-1].append(flat)
    assert shapes[0] == shapes[1]


def test_symbolic_shapes_of_unlike_layers_and_stacks():
    pair_of_layers = LAYERS["other way"](kerata)
    assert pair_of_layers(kerata.Input((None, 3))).shape == (None, 5)
    assert pair_of_layers.compute_output_shape((None, 5, 3)) == (None, 5)
    out, *states = stacked(kerata)(kerata.Input((None, 3)))
    assert out.shape == (None, None, 4)
    assert jax.tree.map(lambda s: s.shape[1], states, is_leaf=kerata.utils.is_keras_tensor) == [
        *([3, 3], [2], [4])
    ]


@pytest.mark.parametrize(
    ("name", "states"),
    [("gru", 1), ("lstm", 2), ("simple", 1), ("none", 4), ("sum", 2)],
)
def test_first_states(name, states):
    ours, theirs = pair(LAYERS[name], X)
    first = [RNG.normal(size=(4, 3)).astype("float32") for _ in range(states)]
    close(ours(X, initial_state=first), theirs(X, initial_state=first))
    close(ours(X, initial_state=first, mask=MASK), theirs(X, initial_state=first, mask=MASK))


def seq2seq(k):
    source = k.Input((None,), dtype="int32")
    x = k.layers.Embedding(5, 4, mask_zero=True)(source)
    _, h, c = k.layers.LSTM(3, return_state=True)(x)
    target = k.Input((None,), dtype="int32")
    y = k.layers.Embedding(5, 4)(target)
    y, _, _ = k.layers.LSTM(3, return_sequences=True, return_state=True)(y, initial_state=[h, c])
    y = k.layers.Dense(5, activation="softmax")(y)
    return k.Model([source, target], y)


def classifier(k):
    return k.Sequential(
        [
            k.Input((None,), dtype="int32"),
            k.layers.Embedding(5, 4, mask_zero=True),
            k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True)),
            k.layers.Bidirectional(k.layers.GRU(2, kernel_regularizer="l2")),
            k.layers.Dense(1, activation="sigmoid"),
        ]
    )


def forecast(k):
    return k.Sequential(
        [
            k.Input((5, 3)),
            k.layers.TimeDistributed(k.layers.Dense(3, activation="tanh")),
            k.layers.LSTM(4, return_sequences=True),
            k.layers.RNN([k.layers.GRUCell(3), k.layers.LSTMCell(2)]),
            k.layers.Dense(1),
        ]
    )


def subclassed(k):
    class Reader(k.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.table = k.layers.Embedding(5, 4, mask_zero=True)
            self.read = k.layers.Bidirectional(k.layers.SimpleRNN(3), merge_mode="sum")
            self.out = k.layers.Dense(1)

        def call(self, ids):
            return self.out(self.read(self.table(ids)))

    return Reader()


PROGRAMS = {
    "seq2seq": (seq2seq, [IDS, IDS[:, ::-1].copy()], IDS, "sparse_categorical_crossentropy"),
    "classifier": (classifier, IDS, np.array([[0], [1], [1], [0]]), "binary_crossentropy"),
    "forecast": (forecast, X, X[:, 0, :1], "mse"),
    "subclassed": (subclassed, IDS, np.array([[0.0], [1], [1], [0]]), "mse"),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.only_cases("forecast")
def test_training_goes_as_in_keras(name):
    make, x, y, loss = PROGRAMS[name]
    models = pair(make, x)
    histories = []
    for model, lib in zip(models, (kerata, keras), strict=True):
        model.compile(lib.optimizers.Adam(0.01), loss)
        ran = model.fit(x, y, batch_size=2, epochs=3, shuffle=False, verbose=0)
        histories.append(ran.history["loss"])
    close(histories[0], histories[1])
    close(models[0].get_weights(), models[1].get_weights(), 2e-5)
    close(models[0].predict(x, verbose=0), models[1].predict(x, verbose=0), 2e-5)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
@pytest.mark.parametrize("name", ["seq2seq", "classifier", "forecast"])
@pytest.mark.only_cases("forecast-.keras", "seq2seq-.weights.h5")
def test_files_go_both_ways(name, ending, tmp_path):
    make, x, _, _ = PROGRAMS[name]
    models = pair(make, x)
    want = models[0].predict(x, verbose=0)
    paths = [str(tmp_path / f"{i}{ending}") for i in range(2)]
    if ending == ".weights.h5":
        for model, path in zip(models, paths, strict=True):
            model.save_weights(path)
        again = [make(kerata), make(keras)]
        again[0].load_weights(paths[1])
        again[1].load_weights(paths[0])
    else:
        for model, path in zip(models, paths, strict=True):
            model.save(path)
        again = [kerata.saving.load_model(paths[1]), keras.saving.load_model(paths[0])]
    for model in again:
        close(model.predict(x, verbose=0), want)
    close(kerata.models.clone_model(models[0]).predict(x, verbose=0).shape, want.shape)


def test_a_stateful_layer_called_by_hand():
    made = []
    for lib in (kerata, keras):
        model = lib.Sequential(
            [lib.Input(batch_shape=(4, 5, 3)), lib.layers.LSTM(2, stateful=True)]
        )
        made.append(model)
    fill(*made)
    for _ in range(3):
        close(made[0](X), made[1](X))
    for model in made:
        model.layers[0].reset_state()
    close(made[0](X), made[1](X))


@pytest.mark.parametrize("dtype", ["bfloat16", "mixed_bfloat16"])
def test_types(dtype):
    def made(lib, name, dtype):
        # Keras can't make orthogonal matrices of 16 bits.
        return getattr(lib.layers, name)(3, dtype=dtype, recurrent_initializer="zeros")

    for name in ("LSTM", "GRU"):
        ours, theirs = pair(lambda lib, n=name: made(lib, n, dtype), X)
        got, expected = ours(X), theirs(X)
        assert got.dtype == expected.dtype
        close(got.astype("float32"), expected.astype("float32"), 2e-2)
        assert [w.dtype for w in ours.weights] == [w.dtype for w in theirs.weights]


@pytest.mark.slow
def test_gradients_through_masks():
    ours, theirs = pair(lambda k: k.layers.Bidirectional(k.layers.LSTM(3)), X)

    def slope(layer, lib):
        def total(x):
            return lib.ops.sum(layer(x, mask=MASK) ** 2)

        return jax.grad(total)(X)

    close(slope(ours, kerata), slope(theirs, keras))


def test_masks_go_on():
    for lib in (kerata, keras):
        x = lib.Input((4,), dtype="int32")
        y = lib.layers.Embedding(5, 3, mask_zero=True)(x)
        both = lib.layers.Bidirectional(lib.layers.LSTM(2, return_sequences=True))(y)
        assert both._keras_mask is not None
        assert getattr(lib.layers.LSTM(2)(both), "_keras_mask", None) is None
        out, state = lib.layers.GRU(2, return_sequences=True, return_state=True)(both)
        assert out._keras_mask is not None
        assert getattr(state, "_keras_mask", None) is None


def test_cells_alone():
    for name in ("SimpleRNNCell", "GRUCell", "LSTMCell"):
        ours, theirs = (getattr(lib.layers, name)(3) for lib in (kerata, keras))
        first = ours.get_initial_state(4)
        close(first, theirs.get_initial_state(4))
        ours(X[:, 0], first), theirs(X[:, 0], first)
        fill(ours, theirs)
        states = [RNG.normal(size=(4, 3)).astype("float32") for _ in first]
        close(ours(X[:, 0], states), theirs(X[:, 0], states))
    assert layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(2)]).state_size == [[3, 3], 2]
