"""Functions of JAX and modules of Flax as layers: results, training and files as Keras's."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import keras as theirs
import numpy as np
import pytest
from keras.src.utils import jax_layer

import kerata as ours

RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 3)).astype("float32")
Y = RNG.normal(size=(16, 2)).astype("float32")
PARAMS = {"w": RNG.normal(size=(3, 2)).astype("float32"), "b": np.zeros(2, "float32"), "none": None}
STATE = {"mean": np.zeros(2, "float32"), "count": 0}


def in_both(function):
    """Register a function where both libraries find it by the same name."""
    return theirs.saving.register_keras_serializable("tests")(
        ours.saving.register_keras_serializable("tests")(function)
    )


@in_both
def centered(params, state, rng, inputs, training):
    """A line minus a moving average of itself."""
    outputs = inputs @ params["w"] + params["b"]
    if training:
        assert rng.shape == (2,)
        mean = 0.9 * state["mean"] + 0.1 * outputs.mean(0)
        state = {"mean": mean, "count": state["count"] + 1}
    return outputs - state["mean"], state


@in_both
def start(rng, inputs, training):
    assert training is True
    assert inputs.shape == (1, 3)
    return (
        {"w": jax.random.normal(rng, (3, 2)), "b": jnp.zeros(2), "none": None},
        {"mean": jnp.zeros(2), "count": 0},
    )


@pytest.fixture
def without_tensorflow(monkeypatch):
    """Keras 3.15 asks TensorFlow in ``build`` whether it is inside one of its functions."""
    monkeypatch.setattr(jax_layer, "tf", SimpleNamespace(inside_function=lambda: False))


def trained(lib, layer):
    model = lib.Sequential([lib.Input((3,)), layer])
    model.compile(lib.optimizers.SGD(0.1), "mse")
    options = {"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0}
    return model, model.fit(X, Y, **options).history["loss"]


def test_a_function_with_state_trains_as_in_keras_and_goes_through_files(
    tmp_path, without_tensorflow
):
    models, losses = zip(
        *(
            trained(lib, lib.layers.JaxLayer(centered, start, PARAMS, STATE, name="line"))
            for lib in (theirs, ours)
        ),
        strict=True,
    )
    np.testing.assert_allclose(losses[1], losses[0], atol=1e-6)
    weights = [model.get_weights() for model in models]
    assert int(weights[1][2]) == 6
    for found, expected in zip(weights[1], weights[0], strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    configs = [model.layers[-1].get_config() for model in models]
    assert configs[0].keys() == configs[1].keys()
    expected = models[0].predict(X, verbose=0)
    for model, other in zip(models, (ours, theirs), strict=True):
        model.save(tmp_path / "model.keras")
        again = other.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(again.predict(X, verbose=0), expected, atol=1e-6)


def test_first_weights_come_from_the_seed():
    drawn = []
    for seed in (1, 1, 2):
        ours.utils.set_random_seed(seed)
        layer = ours.layers.JaxLayer(centered, start)
        model = ours.Sequential([ours.Input((3,)), layer])
        drawn.append(layer.get_weights()[1].tolist())
    assert drawn[0] == drawn[1] != drawn[2]
    assert [w.trainable for w in model.weights] == [True, True, False, False]
    assert model.output_shape == (None, 2)


def test_nested_inputs_constants_and_functions_without_weights():
    def joined(params, inputs):
        return inputs["a"] * params["factor"] + inputs["b"][0]

    layer = ours.layers.JaxLayer(joined, params={"factor": 2.0, "kind": "double"})
    inputs = {"a": X, "b": [X]}
    np.testing.assert_allclose(layer(inputs), 3 * X, rtol=1e-6)
    assert layer.count_params() == 1
    plain = ours.layers.JaxLayer(lambda inputs: inputs + 1)
    np.testing.assert_allclose(plain(X), X + 1)
    assert (plain.built, plain.weights) == (True, [])


def test_random_numbers_are_new_in_each_call_of_a_training():
    layer = ours.layers.JaxLayer(
        lambda inputs, rng, training: jax.random.uniform(rng) if training else inputs, seed=3
    )
    draws = [float(layer(X, training=True)) for _ in range(2)]
    assert draws[0] != draws[1]
    assert layer(X) is not None


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: {"call_fn": lambda params, x: x}, ValueError, "call_fn has 'x' among its"),
        (lambda: {"call_fn": lambda params: 1}, ValueError, "call_fn lacks 'inputs'"),
        (lambda: {"call_fn": lambda params, inputs: 1}, ValueError, "takes params, so the layer"),
        (lambda: {"call_fn": 3}, TypeError, "call_fn must be a function, got 3"),
        (lambda: {"call_fn": centered, "init_fn": centered}, ValueError, "init_fn has 'params'"),
        (
            lambda: {"call_fn": lambda state, inputs: inputs, "state": STATE},
            ValueError,
            r"it must give \(outputs, state\), got ",
        ),
        (
            lambda: {"call_fn": lambda state, inputs: (inputs, [1]), "state": STATE},
            ValueError,
            "a state of another structure",
        ),
        (
            lambda: {"call_fn": centered, "init_fn": lambda inputs: PARAMS},
            ValueError,
            r"init_fn must give \(params, state\), got dict",
        ),
        (
            lambda: {"call_fn": lambda inputs: 1, "native_serialization_platforms": ["cpu"]},
            ValueError,
            "is for Keras on TensorFlow",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, error, said):
    with pytest.raises(error, match=said):
        ours.layers.JaxLayer(**make())(X)


class TestFlax:
    """Modules of Flax; these tests run where it is installed."""

    @pytest.fixture(autouse=True)
    def linen(self):
        return pytest.importorskip("flax.linen")

    @pytest.fixture
    def network(self, linen):
        @in_both
        class Network(linen.Module):
            units: int = 4

            @linen.compact
            def __call__(self, inputs, training):
                x = linen.Dense(self.units)(inputs)
                x = linen.BatchNorm(use_running_average=not training)(x)
                x = linen.Dropout(0.0, deterministic=not training)(x)
                return linen.Dense(2)(x)

            def doubled(self, inputs, training):
                return 2 * self(inputs, training)

            def get_config(self):
                return {"units": self.units}

            @classmethod
            def from_config(cls, config):
                return cls(**config)

        return Network()

    @pytest.mark.parametrize("method", [None, "doubled"])
    def test_a_module_trains_as_in_keras_and_goes_through_files(
        self, network, method, tmp_path, without_tensorflow
    ):
        variables = jax.tree.map(np.array, network.init(jax.random.key(0), X, training=True))
        bound = None if method is None else getattr(network, method)
        models, losses = zip(
            *(
                trained(lib, lib.layers.FlaxLayer(network, bound, variables, name="net"))
                for lib in (theirs, ours)
            ),
            strict=True,
        )
        np.testing.assert_allclose(losses[1], losses[0], atol=1e-5)
        configs = [model.layers[-1].get_config() for model in models]
        assert configs[0].keys() == configs[1].keys()
        assert configs[0]["method"] == configs[1]["method"] == method
        expected = models[0].predict(X, verbose=0)
        for model, other in zip(models, (ours, theirs), strict=True):
            model.save(tmp_path / "model.keras")
            again = other.models.load_model(tmp_path / "model.keras")
            np.testing.assert_allclose(again.predict(X, verbose=0), expected, atol=1e-5)

    def test_its_own_first_values_and_a_function_as_method(self, network, linen):
        def half(module, inputs):
            return module(inputs, False) / 2

        model, losses = trained(ours, ours.layers.FlaxLayer(network, half))
        assert losses[-1] < losses[0]
        assert len(model.trainable_weights) == 6
        plain = ours.layers.FlaxLayer(linen.Dense(5))
        assert plain(X).shape == (16, 5)

    def test_what_does_not_fit_is_refused(self, network):
        with pytest.raises(TypeError, match=r"must be a flax\.linen\.Module, got 'Dense'"):
            ours.layers.FlaxLayer("Dense")
        with pytest.raises(ValueError, match="Network has no method 'no'"):
            ours.layers.FlaxLayer(network, "no")
        config = ours.layers.FlaxLayer(network).get_config()
        with pytest.raises(ValueError, match="'__class__' is not a method that a file may name"):
            ours.layers.FlaxLayer.from_config({**config, "method": "__class__"})


def test_a_missing_flax_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "flax.linen", None)
    with pytest.raises(ImportError, match=r"FlaxLayer needs Flax.*pip install 'kerata\[flax\]'"):
        ours.layers.FlaxLayer("Dense")
