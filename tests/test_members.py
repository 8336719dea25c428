"""Every public method and attribute of Keras's classes is one here, or is listed with a reason."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import warnings
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import kerata

NAMESPACES = (
    *("", "callbacks", "constraints", "distillation", "distribution", "dtype_policies"),
    *("export", "initializers", "layers", "losses", "metrics", "models", "optimizers"),
    *("optimizers.schedules", "preprocessing.image", "random"),
    *("regularizers", "utils"),
)
QUANTIZED = "forms of weights do this"
INSIDE = "a part of Keras's formula that its description does not offer for use"
TENSORFLOW = "works on TensorFlow's data sets, summaries or functions"
# The class or all of them, then the member.
MISSING = {
    "*.quantized_*": QUANTIZED,
    "*.get_quantization_layer_structure": QUANTIZED,
    "*.variable_serialization_spec": QUANTIZED,
    "*DTypePolic*.convert_input": "layers cast their inputs themselves",
    "*.convert_weight": TENSORFLOW,
    "TensorBoard.summary": TENSORFLOW,
    "*.distribute_dataset": TENSORFLOW,
    "*.distribute_tf_dataset": TENSORFLOW,
    "*.data_shard_id": TENSORFLOW,
    "Discretization.update_state": "adapt() reads the data, and finds the borders at its end",
    "Discretization.reset_state": "as above",
    "Discretization.finalize_state": "as above",
    "*Cell.*_dropout_mask": "a cell draws its masks anew from the key of the sequence",
    "*.inner_loop": INSIDE,
    "*.get_transformed_x_y": INSIDE,
    "*.get_shifted_bbox": INSIDE,
    "*.get_clipped_bbox": INSIDE,
    "*.get_elastic_transform_params": INSIDE,
    "*.normalized_weights": INSIDE,
    "AUC.interpolate_pr_auc": INSIDE,
    "Discretization.output_dtype": INSIDE,
    "LossScaleOptimizer.check_finite": INSIDE,
    "Muon.*": INSIDE,
    "OrbaxCheckpoint.is_*": "the placement knows which process writes",
}


def classes() -> Iterator[tuple[str, Any, Any]]:
    """Yield the classes that both libraries have, each once."""
    seen = set()
    for namespace in NAMESPACES:
        theirs, ours = keras, kerata
        for part in filter(None, namespace.split(".")):
            theirs, ours = getattr(theirs, part), getattr(ours, part)
        for name in dir(theirs):
            their, our = getattr(theirs, name), getattr(ours, name, None)
            both = inspect.isclass(their) and inspect.isclass(our)
            if name[0] != "_" and both and their not in seen:
                seen.add(their)
                yield name, their, our


@functools.cache
def assigned(path: str) -> dict[str, set[str]]:
    """Name the attributes that the methods of each class of a file give to ``self``."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {
        cls.name: {
            node.attr
            for node in ast.walk(cls)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        }
        for cls in ast.walk(tree)
        if isinstance(cls, ast.ClassDef)
    }


def has(cls: type, name: str) -> bool:
    own = [base for base in cls.__mro__ if base.__module__.startswith("kerata")]
    return hasattr(cls, name) or any(
        name in assigned(str(sys.modules[base.__module__].__file__)).get(base.__name__, ())
        for base in own
    )


def lacking(theirs: type, ours: type) -> list[str]:
    return [name for name in dir(theirs) if name[0] != "_" and not has(ours, name)]


def test_every_public_member_is_here_or_listed_with_a_reason():
    found = [f"{name}.{m}" for name, their, our in classes() for m in lacking(their, our)]
    assert [m for m in found if not any(fnmatch(m, listed) for listed in MISSING)] == []
    in_vain = [listed for listed in MISSING if not any(fnmatch(m, listed) for m in found)]
    print("listed in vain:", in_vain)


def test_a_member_that_is_missing_is_noticed():
    assert {"add", "layers"} <= set(lacking(keras.Sequential, kerata.layers.Layer))
    assert "name" not in lacking(keras.Sequential, kerata.layers.Layer)


# What Keras's objects have that we don't: parts that Keras keeps for itself.
UNLISTED = {
    "Layer": "call_signature_parameters",
    "Metric": "-",
    "Loss": "-",
    "Callback": "-",
    "Variable": "-",
    "KerasTensor": "-",
    "PyDataset": "-",
    "Model": "call_signature_parameters",
    "Sequential": "call_signature_parameters",
    "Optimizer": "momentums",
    "SeedGenerator": "backend",
}


def made(lib: Any) -> dict[str, Any]:
    x, y = np.ones((2, 2), "float32"), np.ones((2, 1), "float32")
    stack = lib.Sequential([lib.Input((2,)), lib.layers.Dense(1)])
    stack.compile("sgd", "mse")
    stack.train_on_batch(x, y)

    class Batches(lib.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, i):
            return x, y

    return {
        "Layer": stack.layers[0],
        "Metric": lib.metrics.Mean(),
        "Loss": lib.losses.MeanSquaredError(),
        "Callback": lib.callbacks.Callback(),
        "Variable": lib.Variable(1.0),
        "KerasTensor": lib.KerasTensor((1, 2)),
        "PyDataset": Batches(),
        "Model": lib.Model(stack.inputs, stack.outputs),
        "Sequential": stack,
        "Optimizer": stack.optimizer,
        "SeedGenerator": lib.random.SeedGenerator(1),
    }


def test_objects_have_the_attributes_of_keras_objects():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, ours = made(keras), made(kerata)
    for kind, pattern in UNLISTED.items():
        names = [n for n in dir(theirs[kind]) if n[0] != "_" and not hasattr(ours[kind], n)]
        listed = [*(m.split(".", 1)[1] for m in MISSING if m[0] == "*"), pattern]
        assert [n for n in names if not any(fnmatch(n, one) for one in listed)] == [], kind


class TestWhatWasAdded:
    def test_a_subclass_may_change_the_kernel_of_a_convolution(self):
        class Doubled(kerata.layers.Conv1D):
            def convolution_op(self, inputs, kernel):
                return super().convolution_op(inputs, 2 * kernel)

        x = np.ones((1, 4, 2), "float32")
        options = {"kernel_initializer": "ones", "use_bias": False}
        np.testing.assert_allclose(
            Doubled(3, 2, **options)(x), 2 * kerata.layers.Conv1D(3, 2, **options)(x)
        )

    def test_a_layer_that_can_not_be_compiled_runs_step_by_step(self):
        layer = kerata.layers.Dense(1)
        layer.supports_jit = False
        model = kerata.Sequential([kerata.Input((2,)), layer])
        model.compile("sgd", "mse")
        assert (model.jit_compile, model.run_eagerly) == (False, False)
        model.compile("sgd", "mse", jit_compile=True)
        assert model.jit_compile

    def test_a_subclass_may_compute_what_early_stopping_watches(self):
        class Second(kerata.callbacks.EarlyStopping):
            def get_monitor_value(self, logs):
                return logs["a"] + logs["b"]

        stopping = Second(mode="min")
        stopping.on_train_begin()
        stopping.on_epoch_end(0, {"a": 1.0, "b": 2.0})
        assert stopping.best == 3.0

    def test_small_ones(self):
        layer = kerata.layers.Dense(1, dtype="mixed_float16")
        assert layer.input_dtype == "float16"
        with pytest.raises(NotImplementedError, match=r"add_metric\(\) is of Keras 2"):
            layer.add_metric(1.0)
        variable = kerata.Variable(1.0)
        with kerata.StatelessScope([(variable, 2.0)]) as scope:
            assert float(scope.state_mapping[id(variable)]) == 2.0
