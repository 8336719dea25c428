"""Several optimizers in one: the same steps and state as in Keras."""

import re
import warnings

import keras as real
import numpy as np
import pytest

import kerata

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = X @ np.array([[1.0], [2.0], [-1.0]], "float32")


def several(o):
    chosen = o.OptimizerMap(o.SGD(0.05, momentum=0.9), {".*encoder/.*": o.Adam(0.01, use_ema=True)})
    return o.MultiOptimizer(chosen, loss_scale_factor=4.0)


def trained(library, optimizer=several, epochs=2):
    library.utils.set_random_seed(1)
    model = library.Sequential(
        [
            library.Input((3,)),
            library.layers.Dense(2, name="encoder", kernel_initializer="ones"),
            library.layers.Dense(1, name="head", kernel_initializer="ones"),
        ]
    )
    model.compile(optimizer(library.optimizers), "mse")
    history = model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0).history
    return model, history["loss"]


def test_trains_as_keras_does():
    (ours, losses), (theirs, expected) = trained(kerata), trained(real)
    assert losses == pytest.approx(expected, rel=1e-5)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert a == pytest.approx(b, rel=1e-5, abs=1e-6)
    state, known = (m.optimizer.variables for m in (ours, theirs))
    # Optimizers are numbered through as they are made, in each library.
    paths = [
        [re.sub(r"_\d+(?=[/_])", "", v.path) for v in variables] for variables in (state, known)
    ]
    assert paths[0] == paths[1]
    for a, b in zip(state, known, strict=True):
        assert np.asarray(a) == pytest.approx(np.asarray(b), rel=1e-4, abs=1e-6)
    assert [type(o).__name__ for o in ours.optimizer.optimizers] == ["Adam", "SGD"]


def scaled(o):
    return o.LossScaleOptimizer(o.Adam(0.01), initial_scale=8.0)


@pytest.mark.parametrize("optimizer", [several, scaled])
@pytest.mark.parametrize("writer", [kerata, real])
def test_training_goes_on_from_files_of_either_library(optimizer, writer, tmp_path):
    model, _ = trained(writer, optimizer, epochs=1)
    model.save(tmp_path / "model.keras")
    ended = []
    for library in (kerata, real):
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            again = library.saving.load_model(tmp_path / "model.keras")
        for a, b in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
            assert np.array_equal(np.asarray(a), np.asarray(b))
        losses = again.fit(X, Y, batch_size=8, shuffle=False, verbose=0).history["loss"]
        state = [(v.path.partition("/")[2], np.asarray(v)) for v in again.optimizer.variables]
        ended.append((losses, state, again.get_weights()))
    (losses, state, weights), (expected, known, right) = ended
    assert losses == pytest.approx(expected, rel=1e-5)
    assert [path for path, _ in state] == [path for path, _ in known]
    for a, b in zip([v for _, v in state] + weights, [v for _, v in known] + right, strict=True):
        assert a == pytest.approx(b, rel=1e-5, abs=1e-7)


def test_maps_find_what_keras_finds():
    made = []
    for library in (kerata, real):
        o = library.optimizers
        chosen = o.OptimizerMap(o.RMSprop())
        chosen["a/b"] = o.Adam()
        chosen["a/.*"] = o.SGD()
        paths = ("a/b", "a/c/d", "b", "a")
        made.append([type(chosen[p]).__name__ for p in paths] + [len(chosen), list(chosen)])
        again = o.OptimizerMap.from_config(chosen.get_config())
        assert type(again["a/x"]).__name__ == "SGD"
    assert made[0] == made[1]


def test_wrong_arguments():
    o = kerata.optimizers
    with pytest.raises(TypeError, match="default_optimizer"):
        o.OptimizerMap("sgd")
    with pytest.raises(TypeError, match="optimizer_map"):
        o.MultiOptimizer(o.SGD())
    chosen = o.OptimizerMap(o.SGD(), {"a.*": o.SGD(), ".*b": o.SGD()})
    with pytest.raises(ValueError, match=r"'ab' matches several keys, 'a\.\*' and '\.\*b'"):
        chosen["ab"]
    with pytest.raises(ValueError, match="already"):
        chosen["a.*"] = o.SGD()
    with pytest.raises(ValueError, match="holds optimizers itself"):
        chosen["c"] = o.MultiOptimizer(o.OptimizerMap(o.SGD()))
    optimizer = o.MultiOptimizer(chosen)
    with pytest.raises(AttributeError, match="no learning rate of its own"):
        optimizer.learning_rate  # noqa: B018 # the access itself raises
    with pytest.raises(AttributeError, match="no learning rate of its own"):
        optimizer.learning_rate = 0.1
    with pytest.raises(ValueError, match="'w' must be an optimizer object"):
        o.MultiOptimizer(lambda weight: None).build([kerata.Variable(1.0, name="w")])
