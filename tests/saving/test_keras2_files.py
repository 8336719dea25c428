"""Files as Keras 2 wrote them: configs without modules, lists of calls, names with ``:0``."""

import json

import h5py
import numpy as np
import pytest

from kerata import models

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 6, 4)).astype("float32")


def initializer(name, **config):
    return {"class_name": name, "config": config}


def dense(name, units, activation="linear", **more):
    return {
        "class_name": "Dense",
        "config": {
            "name": name,
            "trainable": True,
            "dtype": "float32",
            "units": units,
            "activation": activation,
            "use_bias": True,
            "kernel_initializer": initializer("GlorotUniform", seed=None, dtype="float32"),
            "bias_initializer": initializer("Zeros", dtype="float32"),
            "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.001}},
            "bias_regularizer": None,
            "activity_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
            **more,
        },
    }


def entrance(name, shape, key="batch_input_shape"):
    config = {key: shape, "dtype": "float32", "sparse": False, "ragged": False, "name": name}
    return {"class_name": "InputLayer", "config": config}


NORMALIZATION = {
    "class_name": "BatchNormalization",
    "config": {
        "name": "bn",
        "trainable": True,
        "dtype": "float32",
        "axis": [2],
        "momentum": 0.9,
        "epsilon": 0.01,
        "center": True,
        "scale": True,
        "beta_initializer": initializer("Zeros"),
        "gamma_initializer": initializer("Ones"),
        "moving_mean_initializer": initializer("Zeros"),
        "moving_variance_initializer": initializer("Ones"),
        "beta_regularizer": None,
        "gamma_regularizer": None,
        "beta_constraint": None,
        "gamma_constraint": None,
    },
}
CONVOLUTION = {
    "class_name": "Conv1D",
    "config": {
        "name": "conv",
        "trainable": True,
        "batch_input_shape": [None, 6, 4],
        "dtype": "float32",
        "filters": 3,
        "kernel_size": [2],
        "strides": [1],
        "padding": "same",
        "data_format": "channels_last",
        "dilation_rate": [1],
        "groups": 1,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": initializer("GlorotUniform", seed=None),
        "bias_initializer": initializer("Zeros"),
    },
}
FLATTEN = {
    "class_name": "Flatten",
    "config": {
        "name": "flat",
        "trainable": True,
        "dtype": "float32",
        "data_format": "channels_last",
    },
}
STACK = [
    entrance("conv_input", [None, 6, 4]),
    CONVOLUTION,
    NORMALIZATION,
    FLATTEN,
    dense("out", 1, "sigmoid"),
]
WEIGHTS = {
    "conv": {"kernel": (2, 4, 3), "bias": (3,)},
    "bn": {"gamma": (3,), "beta": (3,), "moving_mean": (3,), "moving_variance": (3,)},
    "out": {"kernel": (18, 1), "bias": (1,)},
}
TRAINING = {
    "loss": "binary_crossentropy",
    "metrics": [
        {
            "class_name": "MeanMetricWrapper",
            "config": {"name": "accuracy", "dtype": "float32", "fn": "binary_accuracy"},
        }
    ],
    "weighted_metrics": None,
    "sample_weight_mode": None,
    "loss_weights": None,
    "optimizer_config": {
        "class_name": "Adam",
        "config": {
            "name": "Adam",
            "learning_rate": 0.01,
            "decay": 0.0,
            "beta_1": 0.8,
            "beta_2": 0.99,
            "epsilon": 1e-6,
            "amsgrad": False,
        },
    },
}


def call(*names, **keywords):
    return [[[name, 0, 0, keywords] for name in names]]


def graph():
    """Two entrances, one layer called twice, a stack inside."""
    shared = {**dense("shared", 3, "tanh"), "name": "shared"}
    shared["inbound_nodes"] = [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]
    join = {
        "class_name": "Concatenate",
        "name": "join",
        "config": {"name": "join", "trainable": True, "dtype": "float32", "axis": -1},
        "inbound_nodes": [[["shared", 0, 0, {}], ["shared", 1, 0, {}]]],
    }
    inner = {
        "class_name": "Sequential",
        "name": "inner",
        "config": {
            "name": "inner",
            "layers": [entrance("inner_input", [None, 6]), dense("deep", 2)],
        },
        "inbound_nodes": call("join"),
    }
    first = {**entrance("a", [None, 4]), "name": "a", "inbound_nodes": []}
    second = {**entrance("b", [None, 4]), "name": "b", "inbound_nodes": []}
    return {
        "name": "model_1",
        "layers": [first, second, shared, join, inner],
        "input_layers": [["a", 0, 0], ["b", 0, 0]],
        "output_layers": [["inner", 0, 0]],
    }


def write(path, config, weights, training=None, optimizer=None, version="2.4.0"):
    with h5py.File(path, "w") as f:
        f.attrs["keras_version"] = version.encode()
        f.attrs["backend"] = b"tensorflow"
        f.attrs["model_config"] = json.dumps(config).encode()
        group = f.create_group("model_weights")
        fill(group, weights)
        if training:
            f.attrs["training_config"] = json.dumps(training).encode()
        if optimizer:
            state = f.create_group("optimizer_weights")
            state.attrs["weight_names"] = [n.encode() for n in optimizer]
            for name, value in optimizer.items():
                state[name] = value
    return path


def fill(group, weights):
    group.attrs["layer_names"] = [n.encode() for n in weights]
    group.attrs["keras_version"] = b"2.4.0"
    group.attrs["backend"] = b"tensorflow"
    for layer, named in weights.items():
        own = group.create_group(layer)
        names = [n if "/" in n else f"{layer}/{n}:0" for n in named]
        own.attrs["weight_names"] = [n.encode() for n in names]
        for name, shape in zip(names, named.values(), strict=True):
            own[name] = RNG.uniform(0.5, 1, shape).astype("float32")


def trained(path, slots, order):
    """Write the stack with an optimizer's state in the given order of slots."""
    weights = [(layer, n) for layer, named in WEIGHTS.items() for n in named if "moving" not in n]
    value = {("m", w): i for i, w in enumerate(weights)} | {
        ("v", w): 100 + i for i, w in enumerate(weights)
    }
    state = {"Adam/iter:0": np.int64(7)}
    pairs = [(s, w) for s in "mv" for w in weights]
    if order == "by weight":
        pairs = [(s, w) for w in weights for s in "mv"]
    for s, (layer, n) in pairs:
        name = slots.format(slot=s, weight=f"{layer}/{n}")
        state[name] = np.full(WEIGHTS[layer][n], value[s, (layer, n)], "float32")
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": STACK}}
    return write(path, config, {**WEIGHTS, "flat": {}}, TRAINING, state)


def test_stack_with_optimizer(tmp_path):
    path = trained(tmp_path / "m.h5", "Adam/{weight}/{slot}:0", "by slot")
    model = models.load_model(path)
    assert model.predict(X, verbose=0).shape == (5, 1)
    with h5py.File(path) as f:
        np.testing.assert_array_equal(
            model.layers[1].get_weights()[2], f["model_weights/bn/bn/moving_mean:0"]
        )
    optimizer = model.optimizer
    assert (int(optimizer.iterations.numpy()), optimizer.beta_1) == (7, 0.8)
    state = [float(np.ravel(v.numpy())[0]) for v in optimizer.variables]
    assert state[2:] == [x for i in range(6) for x in (i, 100 + i)]
    history = model.fit(X, np.ones((5, 1)), verbose=0).history
    assert set(history) == {"loss", "accuracy"}


def test_newer_order_of_the_state(tmp_path):
    path = trained(tmp_path / "m.h5", "Adam/{slot}/{weight}:0", "by weight")
    state = [float(np.ravel(v.numpy())[0]) for v in models.load_model(path).optimizer.variables]
    assert state[2:] == [x for i in range(6) for x in (i, 100 + i)]


def test_state_that_does_not_fit(tmp_path):
    path = trained(tmp_path / "m.h5", "Adam/{weight}/{slot}:0", "by slot")
    with h5py.File(path, "r+") as f:
        names = f["optimizer_weights"].attrs["weight_names"]
        f["optimizer_weights"].attrs["weight_names"] = names[:-1]
    with pytest.warns(UserWarning, match="starts afresh"):
        model = models.load_model(path)
    assert int(model.optimizer.iterations.numpy()) == 0


def test_optimizer_weights_deleted(tmp_path):
    path = trained(tmp_path / "m.h5", "Adam/{weight}/{slot}:0", "by slot")
    with h5py.File(path, "r+") as f:
        del f["optimizer_weights"]
    model = models.load_model(path)
    assert int(model.optimizer.iterations.numpy()) == 0
    model.fit(X, np.ones((5, 1)), verbose=0)


def test_config_that_is_a_list(tmp_path):
    """So the first Keras 2 wrote stacks, without the entrance."""
    path = write(tmp_path / "m.h5", {"class_name": "Sequential", "config": STACK[1:]}, WEIGHTS)
    assert not models.load_model(path).compiled


@pytest.mark.parametrize("name", ["Model", "Functional"])
def test_graph(tmp_path, name):
    weights = {
        "shared": {"kernel": (4, 3), "bias": (3,)},
        "inner": {"deep/kernel:0": (6, 2), "deep/bias:0": (2,)},
        "a": {},
        "join": {},
    }
    config = graph()
    path = write(tmp_path / "m.h5", {"class_name": name, "config": config}, weights)
    model = models.load_model(path)
    a, b = X[:, 0], X[:, 1]
    with h5py.File(path) as f:
        w = f["model_weights"]
        kernel, bias = w["shared/shared/kernel:0"][()], w["shared/shared/bias:0"][()]
        both = np.concatenate([np.tanh(x @ kernel + bias) for x in (a, b)], 1)
        expected = both @ w["inner/deep/kernel:0"][()] + w["inner/deep/bias:0"][()]
    np.testing.assert_allclose(model([a, b]), expected, rtol=1e-5)


def test_weights_alone(tmp_path):
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": STACK}}
    path = write(tmp_path / "m.h5", config, WEIGHTS)
    model = models.load_model(path)
    with h5py.File(tmp_path / "w.weights.h5", "w") as f:
        fill(f, WEIGHTS)
    before = model.get_weights()
    model.load_weights(tmp_path / "w.weights.h5")
    assert not np.array_equal(before[0], model.get_weights()[0])


@pytest.mark.parametrize("key", ["lr", "learning_rate"])
def test_old_names_of_the_optimizer(tmp_path, key):
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": STACK}}
    arguments = {key: 0.25, "momentum": 0.5, "decay": 0.0, "nesterov": True}
    training = {**TRAINING, "metrics": ["acc"], "loss": {"out": "mse"}}
    training["optimizer_config"] = {"class_name": "SGD", "config": arguments}
    model = models.load_model(write(tmp_path / "m.h5", config, WEIGHTS, training))
    assert float(model.optimizer.learning_rate.numpy()) == 0.25
    model.fit(X, np.ones((5, 1)), verbose=0)


def test_keras_reads_these_too(tmp_path):
    """The files above are what Keras 3 takes for files of Keras 2, but for one detail."""
    keras = pytest.importorskip("keras")
    path = trained(tmp_path / "m.h5", "Adam/{weight}/{slot}:0", "by slot")
    with h5py.File(path, "r+") as f:
        config = json.loads(f.attrs["model_config"])
        for name in ("kernel_initializer", "bias_initializer"):
            del config["config"]["layers"][-1]["config"][name]
        f.attrs["model_config"] = json.dumps(config)
    theirs = keras.models.load_model(path, compile=False)
    np.testing.assert_allclose(
        models.load_model(path)(X), np.asarray(theirs(X)), rtol=1e-6, atol=1e-6
    )


def test_recurrent_layers_of_keras_2_say_which_axis_is_time():
    from kerata.saving.keras2 import updated

    config = {"units": 3, "implementation": 2, "time_major": False}
    wrapped = {"layer": {"class_name": "LSTM", "config": config}, "merge_mode": "sum"}
    made = updated({"class_name": "Bidirectional", "config": wrapped})
    assert made["config"]["layer"]["config"] == {"units": 3, "implementation": 2}
    other = updated({"class_name": "GRU", "config": {"units": 3, "time_major": True}})
    assert other["config"]["time_major"]
