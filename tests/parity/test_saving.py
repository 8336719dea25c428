"""Files beside Keras's: saved here and opened there, saved there and opened here."""

from pathlib import Path

import h5py
import jax
import numpy as np
import pytest

import kerata
from kerata import models, saving

from ..layers.cases import LAYERS

keras = pytest.importorskip("keras")

BOTH = pytest.mark.parametrize("from_keras", [False, True], ids=["to-keras", "from-keras"])
FORMATS = pytest.mark.parametrize("ending", ["keras", "h5"])
X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
X2 = X[:, ::-1] * 0.5
Y = np.sin(X.sum(1, keepdims=True))


def travel(model, path, from_keras):
    """Save with the model's own library, load with the other."""
    model.save(path)
    return (kerata if from_keras else keras).models.load_model(path)


def same(a, b, x, tolerance=1e-5):
    flat_a, flat_b = (jax.tree.leaves(jax.tree.map(np.asarray, m(x))) for m in (a, b))
    assert len(flat_a) == len(flat_b)
    for p, q in zip(flat_a, flat_b, strict=True):
        np.testing.assert_allclose(p, q, rtol=tolerance, atol=tolerance)


@BOTH
def test_every_layer(tmp_path, from_keras):
    """One file holds all layers, each with its own entrance."""
    k = keras if from_keras else kerata
    entrances, exits, data = [], [], []
    for n, case in enumerate(LAYERS):
        x = case.inputs()
        entry = jax.tree.map(
            lambda a: k.Input(batch_shape=(None, *a.shape[1:]), dtype=a.dtype.name), x
        )
        layer = getattr(k.layers, case.name)(**case.init, name=f"layer_{n}")
        exits.append(layer(entry))
        entrances += jax.tree.leaves(entry)
        data += jax.tree.leaves(x)
    model = k.Model(entrances, exits)
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.2, 1, w.shape).astype(w.dtype) for w in model.get_weights()])
    for layer in model.layers:
        if from_keras and hasattr(layer, "finalize_state"):
            layer.finalize_state()
    other = travel(model, tmp_path / "all.keras", from_keras)
    same(model, other, data, 2e-6)


def graph(k, deep=False):
    """Shared layer, stack in a graph in a graph, operations, two outputs.

    With ``deep`` the outer graph uses the inner stack too.
    """
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, activation="tanh", name="shared")
    x = k.layers.Concatenate()([shared(a), shared(b)])
    stack = k.Sequential([k.Input((6,)), k.layers.Dense(6, "relu"), k.layers.BatchNormalization()])
    inner_in = k.Input((6,))
    inner = k.Model(inner_in, k.layers.Dense(6)(stack(inner_in)), name="inner")
    y = inner(x) + (stack(x) if deep else x)
    one = k.layers.Dense(1, name="one")(y)
    two = k.layers.Dense(2, "softmax", name="two")(2.0 * k.layers.Flatten()(y) - x[:, :1])
    return k.Model([a, b], [one, two])


def test_layer_shared_between_levels(tmp_path):
    """Keras 3.15 writes such a file but can't read it."""
    model = graph(keras, deep=True)
    other = travel(model, tmp_path / "m.keras", from_keras=True)
    same(model, other, [X, X2])


def stack(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, "relu", use_bias=False, kernel_regularizer=k.regularizers.L2(1e-3)),
            k.layers.BatchNormalization(),
            k.layers.Dropout(0.0),
            k.layers.Dense(1),
        ]
    )


@BOTH
@FORMATS
def test_graph(tmp_path, from_keras, ending):
    model = graph(keras if from_keras else kerata)
    other = travel(model, tmp_path / f"m.{ending}", from_keras)
    same(model, other, [X, X2])
    assert [w.shape for w in model.get_weights()] == [w.shape for w in other.get_weights()]


@pytest.mark.only_cases(
    "h5-adam-from-keras",
    "h5-adam-to-keras",
    "keras-adam-from-keras",
    "keras-adam-to-keras",
    "keras-sgd-to-keras",
    "keras-nadam-from-keras",
)
@BOTH
@pytest.mark.parametrize(
    ("ending", "optimizer"),
    [
        ("h5", "sgd"),
        ("h5", "adam"),
        *(
            ("keras", name)
            for name in [
                "sgd",
                "adam",
                "rmsprop",
                "adamw",
                "adagrad",
                "adadelta",
                "adamax",
                "nadam",
            ]
        ),
    ],
)
def test_training_goes_on(tmp_path, from_keras, ending, optimizer):
    """The weights after two more steps are those of a training that was never cut."""
    k = keras if from_keras else kerata
    model = stack(k)
    model.compile(optimizer, "mse", metrics=["mae"])
    run = {"batch_size": 4, "shuffle": False, "verbose": 0}
    model.fit(X, Y, epochs=1, **run)
    other = travel(model, tmp_path / f"m.{ending}", from_keras)
    assert int(other.optimizer.iterations.numpy()) == 2
    if ending == "h5" and not from_keras:
        # Keras 3 can't train any model from such a file, its own neither.
        return
    model.fit(X, Y, epochs=1, **run)
    history = other.fit(X, Y, epochs=1, **run)
    assert set(history.history) == {"loss", "mae"}
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


@pytest.mark.only_cases(
    "SGD-arguments0-to-keras",
    "Adam-arguments2-from-keras",
    "Lamb-arguments6-to-keras",
    "Adafactor-arguments7-from-keras",
    "RMSprop-arguments3-from-keras",
)
@BOTH
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("SGD", {"momentum": 0.9, "use_ema": True, "ema_overwrite_frequency": 3}),
        ("Adam", {"gradient_accumulation_steps": 2}),
        ("Adam", {"amsgrad": True, "clipnorm": 0.5, "weight_decay": 0.01}),
        ("RMSprop", {"centered": True, "momentum": 0.5}),
        ("Ftrl", {}),
        ("Lion", {}),
        ("Lamb", {}),
        ("Adafactor", {}),
    ],
)
def test_state_of_optimizers(tmp_path, from_keras, name, arguments):
    k = keras if from_keras else kerata
    model = stack(k)
    model.compile(getattr(k.optimizers, name)(**arguments), "mse")
    model.fit(X, Y, verbose=0, batch_size=4, shuffle=False)
    other = travel(model, tmp_path / "m.keras", from_keras)
    pairs = zip(model.optimizer.variables, other.optimizer.variables, strict=True)
    for a, b in pairs:
        np.testing.assert_array_equal(np.asarray(a.value), np.asarray(b.value))
    for key in arguments:
        assert getattr(other.optimizer, key) == arguments[key]


@BOTH
def test_compiled_by_objects(tmp_path, from_keras):
    k = keras if from_keras else kerata
    model = graph(k)
    schedule = k.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(
        k.optimizers.SGD(schedule, momentum=0.9, nesterov=True),
        loss={"one": "log_cosh", "two": k.losses.CategoricalCrossentropy(label_smoothing=0.2)},
        loss_weights={"one": 0.3, "two": 1.0},
        metrics={"one": ["mae"], "two": [k.metrics.CategoricalAccuracy(name="hits")]},
    )
    y = {"one": Y, "two": np.eye(2, dtype="float32")[[0, 1] * 4]}
    model.fit({"a": X, "b": X2}, y, verbose=0, batch_size=4, shuffle=False)
    other = travel(model, tmp_path / "m.keras", from_keras)
    a, b = (
        m.evaluate({"a": X, "b": X2}, y, verbose=0, return_dict=True, batch_size=8)
        for m in (model, other)
    )
    assert a == pytest.approx(b, rel=1e-5)
    assert {"loss", "one_mae", "two_hits"} <= set(b)


@BOTH
def test_functions_of_keras_as_loss(tmp_path, from_keras):
    k = keras if from_keras else kerata
    model = stack(k)
    model.compile(loss=k.losses.mean_squared_error, metrics=[k.metrics.mean_absolute_error])
    other = travel(model, tmp_path / "m.keras", from_keras)
    assert other.evaluate(X, Y, verbose=0, return_dict=True)["loss"] == pytest.approx(
        model.evaluate(X, Y, verbose=0, return_dict=True)["loss"], rel=1e-5
    )


@BOTH
@pytest.mark.parametrize("name", ["m.weights.h5", "m.keras"])
@pytest.mark.parametrize("make", [stack, graph])
def test_weights_alone(tmp_path, from_keras, name, make):
    here, there = make(kerata), make(keras)
    source, target = (there, here) if from_keras else (here, there)
    getattr(source, "save" if name == "m.keras" else "save_weights")(tmp_path / name)
    target.load_weights(tmp_path / name)
    for a, b in zip(source.get_weights(), target.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_in_the_old_layout_reach_keras(tmp_path):
    here, there = stack(kerata), stack(keras)
    here.save_weights(tmp_path / "w.h5")
    there.load_weights(tmp_path / "w.h5")
    for a, b in zip(here.get_weights(), there.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@BOTH
@pytest.mark.parametrize("make", [stack, graph])
def test_json(from_keras, make):
    k, other = (keras, kerata) if from_keras else (kerata, keras)
    model = make(k)
    again = other.models.model_from_json(model.to_json())
    assert [w.shape for w in again.get_weights()] == [w.shape for w in model.get_weights()]
    again.set_weights(model.get_weights())
    same(model, again, [X, X2] if make is graph else X)


@BOTH
def test_optimizer_weights_deleted(tmp_path, from_keras):
    """One of the documents does this to a file before it is loaded."""
    k, other = (keras, kerata) if from_keras else (kerata, keras)
    model = stack(k)
    model.compile("adam", "mse", metrics=["accuracy"])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as f:
        del f["optimizer_weights"]
    loaded = other.models.load_model(tmp_path / "m.h5")
    same(model, loaded, X)
    loaded.fit(X, Y, verbose=0)


def block(k):
    """A layer and a model of the user's, with layers in lists and dictionaries."""

    class Block(k.layers.Layer):
        def __init__(self, units=4, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self._first = k.layers.Dense(units)
            self.many = [k.layers.Dense(units), [k.layers.Dense(units, use_bias=False)]]
            self.named = {"x": k.layers.Dense(units)}

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(self.units,), name="scale")
            for layer in (self._first, self.many[0], self.many[1][0], self.named["x"]):
                layer.build(input_shape)

        def call(self, x):
            x = self.many[1][0](self.many[0](self._first(x)))
            return self.named["x"](x) * self.scale

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    class Net(k.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.block = Block()
            self.out = k.layers.Dense(1)
            self.also = k.layers.Dense(4)

        def call(self, x):
            return self.out(self.also(self.block(x)))

        def get_config(self):
            return {}

    return Block, Net


@BOTH
@pytest.mark.parametrize("subclass", [False, True], ids=["layer", "model"])
def test_classes_of_the_user(tmp_path, from_keras, subclass):
    k, other = (keras, kerata) if from_keras else (kerata, keras)
    layer, net = block(k)
    known = dict(zip(("Block", "Net"), block(other), strict=True))
    model = net() if subclass else k.Sequential([k.Input((4,)), layer(), k.layers.Dense(1)])
    model(X)
    model.save(tmp_path / "m.keras")
    loaded = other.models.load_model(tmp_path / "m.keras", custom_objects=known)
    same(model, loaded, X)


@BOTH
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "float16"])
def test_short_types(tmp_path, from_keras, policy):
    k = keras if from_keras else kerata
    model = k.Sequential([k.Input((4,)), k.layers.Dense(3, dtype=policy)])
    other = travel(model, tmp_path / "m.keras", from_keras)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(np.asarray(a, "float32"), np.asarray(b, "float32"))
    assert other.layers[0].dtype_policy.name == policy


@BOTH
def test_lambda_by_registered_name(tmp_path, from_keras):
    k, other = (keras, kerata) if from_keras else (kerata, keras)

    def doubled(x):
        return 2 * x

    k.saving.register_keras_serializable("here")(doubled)
    model = k.Sequential([k.Input((4,)), k.layers.Lambda(doubled, output_shape=(4,))])
    model.save(tmp_path / "m.keras")
    loaded = other.models.load_model(
        tmp_path / "m.keras", custom_objects={"here>doubled": doubled, "doubled": doubled}
    )
    same(model, loaded, X)


def test_lambda_as_code_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: 2 * x)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="code from files is never run"):
        models.load_model(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="which Kerata never does"):
        saving.load_model(tmp_path / "m.keras", safe_mode=False)


@BOTH
def test_assets(tmp_path, from_keras):
    """Layers may keep files of their own."""
    k, other = (keras, kerata) if from_keras else (kerata, keras)

    def noting(k):
        class Noting(k.layers.Layer):
            note = ""

            def call(self, x):
                return x

            def save_assets(self, dir_path):
                Path(dir_path, "note.txt").write_text(self.note)

            def load_assets(self, dir_path):
                self.note = Path(dir_path, "note.txt").read_text()

            def save_own_variables(self, store):
                store["extra"] = np.arange(3.0)

            def load_own_variables(self, store):
                self.extra = np.asarray(store["extra"]).tolist()

        return Noting

    layer = noting(k)(name="noting")
    layer.note = "kept"
    model = k.Sequential([k.Input((4,)), layer, k.layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    loaded = other.models.load_model(tmp_path / "m.keras", custom_objects={"Noting": noting(other)})
    assert (loaded.layers[0].note, loaded.layers[0].extra) == ("kept", [0, 1, 2])


def dictionaries(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    x = k.layers.Concatenate()([a, b])
    outputs = {"one": k.layers.Dense(1, name="one")(x), "two": k.layers.Dense(2, name="two")(x)}
    return k.Model({"a": a, "b": b}, outputs)


def single_in_a_list(k):
    a = k.Input((4,))
    return k.Model([a], [k.layers.Dense(1)(a)])


def frozen(k):
    model = stack(k)
    model.layers[0].trainable = False
    model.layers[1].trainable = False
    return model


def built_by_data(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(1)])
    model(X)
    return model


def stack_of_stacks(k):
    def inner(name):
        return k.Sequential([k.layers.Dense(4), k.layers.Dense(4)], name=name)

    return k.Sequential([k.Input((4,)), inner("first"), inner("second"), inner("third")])


def same_layer_many_times(k):
    a, layer = k.Input((4,)), k.layers.Dense(4, "tanh")
    x = layer(layer(a))
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(4)])
    return k.Model(a, k.layers.Add()([inner(x), inner(a), layer(x)]))


@BOTH
@FORMATS
@pytest.mark.parametrize(
    "make",
    [
        dictionaries,
        single_in_a_list,
        frozen,
        built_by_data,
        stack_of_stacks,
        same_layer_many_times,
    ],
)
@pytest.mark.one_in(2)
def test_kinds_of_models(tmp_path, from_keras, ending, make):
    k = keras if from_keras else kerata
    model = make(k)
    x = {"a": X, "b": X2} if make is dictionaries else [X] if make is single_in_a_list else X
    other = travel(model, tmp_path / f"m.{ending}", from_keras)
    same(model, other, x)
    assert len(model.trainable_weights) == len(other.trainable_weights)
    predicted = [m.predict(x, verbose=0) for m in (model, other)]
    assert jax.tree.structure(predicted[0]) == jax.tree.structure(predicted[1])


@BOTH
def test_not_built_yet(tmp_path, from_keras):
    k = keras if from_keras else kerata
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(1)])
    other = travel(model, tmp_path / "m.keras", from_keras)
    assert not other.built
    assert other(X).shape == (8, 1)
