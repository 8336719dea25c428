"""Steps that are given, hooks of batches and flags that end a run: the calls of real Keras."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import kerata  # noqa: E402  (after the check that Keras is there)

X = np.arange(100, dtype="float32")[:, None]


def calls(k, fit=None, evaluate=None, predict=None, executed=1, stop=None):
    """Run a network that stays at 0 and list what callbacks are told."""
    seen = []

    def note(name):
        def hook(self, batch, logs=None):
            told = dict(logs or {})
            outputs = told.pop("outputs", None)
            shape = () if outputs is None else outputs.shape
            seen.append((name, batch, shape, {n: round(float(v), 3) for n, v in told.items()}))
            if stop is not None and batch == 1 and name.endswith("end"):
                setattr(self.model, stop, True)

        return hook

    names = ["epoch", "train_batch", "test_batch", "predict_batch"]
    hooks = [f"on_{name}_{when}" for name in names for when in ("begin", "end")]
    watch = type("Watch", (k.callbacks.Callback,), {hook: note(hook) for hook in hooks})()
    model = k.Sequential([k.Input((1,)), k.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(k.optimizers.SGD(0.0), "mae", steps_per_execution=executed)
    common = {"verbose": 0, "callbacks": [watch]}
    if fit is not None:
        model.fit(X, 2 * X, shuffle=False, **fit, **common)
    if evaluate is not None:
        seen.append(model.evaluate(X, 2 * X, **evaluate, **common))
    if predict is not None:
        seen.append(model.predict(X, **predict, **common).shape)
    return seen


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "arguments",
    [
        {"fit": {"batch_size": 10, "epochs": 3, "steps_per_epoch": 2}},
        {"fit": {"batch_size": 30, "epochs": 5, "steps_per_epoch": 3}},
        {"fit": {"batch_size": 30, "epochs": 2, "steps_per_epoch": 9}},
        {"fit": {"epochs": 2, "steps_per_epoch": 2}},
        {"fit": {"batch_size": 50, "validation_data": (X, X), "validation_steps": 1}},
        {"fit": {"steps_per_epoch": 1, "validation_data": (X, X), "validation_steps": 3}},
        {"evaluate": {"steps": 2, "batch_size": 10}, "predict": {"steps": 2, "batch_size": 10}},
        {"evaluate": {"steps": 3}, "predict": {"steps": 3}},
        {"evaluate": {"steps": 9, "batch_size": 30}, "predict": {"steps": 9, "batch_size": 30}},
        {
            "fit": {"batch_size": 10, "epochs": 2, "steps_per_epoch": 4},
            "evaluate": {"batch_size": 25},
            "predict": {"batch_size": 25},
            "executed": 3,
        },
        {"evaluate": {"batch_size": 10}, "stop": "stop_evaluating"},
        {"predict": {"batch_size": 10}, "stop": "stop_predicting"},
        {"fit": {"batch_size": 10, "epochs": 3}, "stop": "stop_training"},
    ],
    ids=str,
)
def test_callbacks_are_told_the_same(arguments):
    assert calls(kerata, **arguments) == calls(keras, **arguments)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("steps", [1, 3, None])
@pytest.mark.parametrize("executed", [1, 2])
def test_validation_with_a_generator_has_its_first_two_batches_again(steps, executed):
    def batches(count):
        for number in range(count):
            yield np.full((4, 1), number + 1.0, "float32"), np.zeros((4, 1), "float32")

    found = []
    for k in (keras, kerata):
        model = k.Sequential([k.Input((1,)), k.layers.Dense(1, kernel_initializer="ones")])
        model.compile(k.optimizers.SGD(0.0), "mae", steps_per_execution=executed)
        data = batches(5 if steps is None else 100)
        fitted = model.fit(
            X[:4], X[:4], epochs=4, verbose=0, validation_data=data, validation_steps=steps
        )
        found.append(fitted.history["val_loss"])
    assert found[0] == found[1]
