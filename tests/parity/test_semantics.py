"""Arguments and assignments that Keras 3 knows give its results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import kerata

X = np.arange(6, dtype="float32").reshape(2, 3)


def both(run: Callable[[Any], Any]) -> None:
    theirs, ours = run(keras), run(kerata)
    for a, b in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(np.asarray(b), np.asarray(a), rtol=1e-5, atol=1e-5)


def test_batch_renormalization() -> None:
    def run(k: Any) -> list[Any]:
        clipping = {"rmax": 1.2, "rmin": 0.5, "dmax": 0.3}
        layer = k.layers.BatchNormalization(
            momentum=0.7, renorm=True, renorm_clipping=clipping, renorm_momentum=0.8
        )
        trained = [layer(X * factor, training=True) for factor in (1, 2, -3)]
        again = k.layers.BatchNormalization.from_config(layer.get_config())
        assert (again.renorm, again.renorm_clipping) == (True, clipping)
        return [*trained, layer(X), *layer.get_weights()]

    both(run)


def test_gradients_of_batch_renormalization() -> None:
    def run(k: Any) -> list[Any]:
        inputs = k.Input((3,))
        normal = k.layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 0.9})
        model = k.Model(inputs, k.layers.Dense(1)(normal(k.layers.Dense(3)(inputs))))
        model.compile(k.optimizers.SGD(0.1), "mse")
        model.set_weights([np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
        normal.renorm_stddev.assign([1.0, 2.0, 0.5])
        model.fit(X, X[:, :1], epochs=3, verbose=0)
        return model.get_weights()

    both(run)


@pytest.mark.parametrize("clipping", [{"rmaximum": 1}, {"rmin": 2, "rmax": 1}, {"dmax": -1}])
def test_limits_of_batch_renormalization_are_checked(clipping: Any) -> None:
    for k in (keras, kerata):
        with pytest.raises(ValueError, match=r"rmax|renorm_clipping|dmax"):
            k.layers.BatchNormalization(renorm=True, renorm_clipping=clipping)


@pytest.mark.filterwarnings("ignore:You passed")
def test_layer_normalization_with_rms_scaling() -> None:
    def run(k: Any) -> list[Any]:
        layer = k.layers.LayerNormalization(rms_scaling=True)
        outputs = layer(X)
        assert [w.name for w in layer.weights] == ["gamma"]
        return [outputs, k.ops.layer_normalization(X, rms_scaling=True)]

    both(run)


def test_activation_and_types_can_be_assigned() -> None:
    def run(k: Any) -> list[Any]:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2, "relu", kernel_initializer="ones")])
        model.compile("sgd", "mse")
        before = model.predict(-X, verbose=0)
        layer = model.layers[0]
        layer.activation = None
        conv = k.layers.Conv1D(2, 2, activation="relu", kernel_initializer="ones")
        conv(X[None])
        conv.activation = None
        einsum = k.layers.EinsumDense("ab,bc->ac", 2, "relu", kernel_initializer="ones")
        einsum(X)
        einsum.activation = None
        linear = layer(-X)
        layer.dtype_policy = "mixed_bfloat16"
        assert (layer.kernel.dtype, layer.compute_dtype) == ("float32", "bfloat16")
        halves = layer(X)
        assert str(halves.dtype) == "bfloat16"
        # A penalty assigned once the weights are there comes too late, as in Keras.
        layer.kernel_regularizer = k.regularizers.L2(1.0)
        assert layer.losses == []
        return [before, linear, conv(-X[None]), einsum(-X), halves.astype("float32")]

    both(run)


def test_an_activation_assigned_after_fit_counts() -> None:
    model = kerata.Sequential(
        [kerata.Input((3,)), kerata.layers.Dense(1, "relu", kernel_initializer="ones")]
    )
    model.compile("sgd", "mse")
    assert model.predict(-X, verbose=0).max() == 0
    model.layers[0].activation = None
    model.compile("sgd", "mse")
    assert model.predict(-X, verbose=0).min() == -12


def test_einsum_dense_with_the_batch_alone() -> None:
    def run(k: Any) -> list[Any]:
        shapes = ((), (None,)) if k is keras else ((), None)
        return [
            k.layers.EinsumDense("ab,b->a", shape, kernel_initializer="ones")(X) for shape in shapes
        ]

    both(run)


@pytest.mark.parametrize("name", ["AlphaDropout", "GaussianDropout"])
def test_dropping_everything_is_refused_where_it_divides_by_nothing(name: str) -> None:
    layer = getattr(kerata.layers, name)(1.0)
    np.testing.assert_array_equal(layer(X), X)
    with pytest.raises(ValueError, match="rate=1"):
        layer(X, training=True)
    with pytest.raises(ZeroDivisionError):
        getattr(keras.layers, name)(1.0)(X, training=True)


def test_inputs_from_tensors() -> None:
    for k in (keras, kerata):
        start = k.Input((3,), dtype="int32", sparse=True)
        assert start.sparse
        assert k.Input(tensor=start) is start
        layer = k.layers.InputLayer(input_tensor=start, name="again")
        assert (layer.batch_shape, layer.dtype, layer.sparse) == ((None, 3), "int32", True)
        assert layer.get_config() == {
            "batch_shape": (None, 3),
            "dtype": "int32",
            "sparse": True,
            "ragged": False,
            "name": "again",
            "optional": False,
        }
        by_place = k.Input((3,), 2, "int32", False, False, None, "named", None, True)
        assert (by_place.name, by_place.shape, by_place.sparse) == ("named", (2, 3), False)


@pytest.mark.parametrize(
    "arguments",
    [
        {"batch_shape": (2, 3), "batch_size": 2},
        {"shape": (3,), "ragged": True},
        {"tensor": "start", "shape": (4,)},
        {"tensor": "start", "batch_size": 4},
        {"tensor": "start", "batch_shape": (4, 3)},
        {"tensor": "start", "dtype": "int32"},
        {"tensor": "start", "sparse": True},
        {"tensor": np.ones(3)},
        {},
    ],
)
def test_inputs_that_contradict_themselves(arguments: dict[str, Any]) -> None:
    for k in (keras, kerata):
        given = dict(arguments)
        if isinstance(given.get("tensor"), str):
            given["tensor"] = k.Input((3,))
        with pytest.raises(ValueError, match=r"batch_|ragged|tensor|shape"):
            k.Input(**given)


def test_cloning_with_functions() -> None:
    def run(k: Any) -> list[Any]:
        inputs = k.Input((3,), name="start")
        hidden = k.layers.Dense(2, "relu", name="hidden", kernel_initializer="ones")(inputs)
        model = k.Model(inputs, k.ops.relu(hidden) + 1, name="original")

        def without_activation(layer: Any) -> Any:
            config = layer.get_config()
            if isinstance(layer, k.layers.Dense):
                config["activation"] = "linear"
            return layer.__class__.from_config(config)

        def doubled(layer: Any, *args: Any, **kwargs: Any) -> Any:
            outputs = layer(*args, **kwargs)
            return 2 * outputs if isinstance(layer, k.layers.Dense) else outputs

        plain = k.models.clone_model(model, clone_function=without_activation)
        same = k.models.clone_model(model, clone_function=lambda x: x, call_function=doubled)
        assert same.get_layer("hidden") is model.get_layer("hidden")
        assert plain.get_layer("hidden") is not model.get_layer("hidden")
        assert (plain.name, [x.name for x in plain.layers]) == ("original", ["start", "hidden"])
        return [model(X), plain(X), same(X)]

    both(run)


def test_cloning_inner_models_and_from_tensors() -> None:
    seen: dict[Any, list[str]] = {}
    for k in (keras, kerata):
        inner = k.Sequential([k.Input((3,)), k.layers.Dense(2, name="inside")], name="inner")
        inputs = k.Input((3,))
        shared = k.layers.Dense(2, name="shared")
        model = k.Model(inputs, shared(shared(inner(inputs))))
        names = seen[k] = []

        def clone(layer: Any, names: list[str] = names) -> Any:
            names.append(layer.name)
            return layer.__class__.from_config(layer.get_config())

        k.models.clone_model(model, clone_function=clone)
        names.append("|")
        copy = k.models.clone_model(model, clone_function=clone, recursive=True)
        assert copy.count_params() == model.count_params()
        start = k.Input((3,), name="start")
        assert k.models.clone_model(model, input_tensors=start).input is start
        assert k.models.clone_model(inner, [start]).input_shape == (None, 3)
        with pytest.raises(ValueError, match="call_function"):
            k.models.clone_model(inner, call_function=lambda layer, *args: layer(*args))
        with pytest.raises(ValueError, match="input_tensors"):
            k.models.clone_model(model, input_tensors=[start, start])
    assert seen[kerata] == seen[keras] == ["inner", "shared", "|", "inside", "shared"]


def test_a_clone_is_compiled_as_the_model_is() -> None:
    for k in (keras, kerata):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        assert not k.models.clone_model(model).compiled
        model.compile(k.optimizers.Adam(0.25), k.losses.Huber(0.5), metrics=["mae"])
        copy = k.models.clone_model(model)
        assert copy.compiled
        assert copy.optimizer is not model.optimizer
        assert float(copy.optimizer.learning_rate) == 0.25


def test_names_and_versions() -> None:
    for k in (keras, kerata):
        assert k.version() == k.__version__
        assert [k.backend.get_uid("a_name_of_ours") for _ in range(3)] == [1, 2, 3]
        with k.saving.custom_object_scope(None):
            pass
        found = k.saving.get_registered_object("it", module_objects={"it": X})
        assert found is X


def test_code_from_configs_is_never_run() -> None:
    def double(x: Any) -> Any:
        return 2 * x

    for k in (keras, kerata):
        config = k.layers.Lambda(double).get_config() if k is kerata else None
        layer = k.layers.Dense(2)
        read = k.saving.deserialize_keras_object(
            k.saving.serialize_keras_object(layer), safe_mode=True
        )
        assert read.units == 2
        if config is not None:
            again = k.layers.Lambda.from_config(config, {"double": double}, safe_mode=True)
            np.testing.assert_array_equal(again(X), 2 * X)
            with pytest.raises(ValueError, match="never"):
                k.layers.Lambda.from_config(config, {"double": double}, safe_mode=False)
            with pytest.raises(ValueError, match="never"):
                k.saving.deserialize_keras_object({"class_name": "Dense"}, safe_mode=False)


def test_weights_by_name_need_names(tmp_path: Any) -> None:
    for k in (keras, kerata):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2)])
        path = tmp_path / f"{k.__name__}.weights.h5"
        model.save_weights(path)
        with pytest.raises(ValueError, match="by_name"):
            model.load_weights(path, by_name=True)


@pytest.mark.parametrize("name", ["initializers.Ones", "constraints.NonNeg", "initializers.Zeros"])
def test_what_takes_no_arguments_gets_none(name: str) -> None:
    for k in (keras, kerata):
        module, cls = name.split(".")
        with pytest.raises(TypeError):
            getattr(getattr(k, module), cls)(3)


def test_muon_by_position() -> None:
    given = (0.1, 0.8, 0.9, 0.01, 1e-6, 0.02, None, 1.0, None, False, 0.98, None, None, None, "m")
    own = (["out"], False, 3.0, -4.0, 2.0, 0.5, 0.9, 4, False, 0.3)
    theirs = keras.optimizers.Muon(*given, *own).get_config()
    ours = kerata.optimizers.Muon(*given, *own).get_config()
    assert {k: v for k, v in theirs.items() if k in ours} == ours


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("SpatialDropout1D", {"rate": 0.5}), ("Discretization", {"bin_boundaries": [0.0]})],
)
def test_policies_given_by_position_stay_in_configs(name: str, arguments: dict[str, Any]) -> None:
    cls = getattr(kerata.layers, name)
    layer = cls(**arguments, dtype="mixed_bfloat16")
    assert cls.from_config(layer.get_config()).dtype_policy.name == "mixed_bfloat16"
