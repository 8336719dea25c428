"""Orbax's checkpoints: written in training, read here and by Keras."""

import keras as real
import numpy as np
import pytest

import kerata

pytest.importorskip("orbax.checkpoint")

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = X @ np.array([[1.0], [2.0], [-1.0]], "float32")


def graph(library):
    inputs = library.Input((3,))
    x = library.layers.Dense(2, name="encoder", kernel_initializer="ones")(inputs)
    model = library.Model(inputs, library.layers.Dense(1, name="head")(x))
    model.compile(library.optimizers.Adam(0.01, name="adam"), "mse")
    return model


def stack(library):
    layers = [library.layers.Dense(2, name="encoder"), library.layers.Dense(1, name="head")]
    model = library.Sequential([library.Input((3,)), *layers], name="stack")
    model.compile(library.optimizers.Adam(0.01, name="adam"), "mse")
    return model


def fit(model, *callbacks, **given):
    kept = {"batch_size": 8, "shuffle": False, "verbose": 0, "callbacks": list(callbacks)}
    return model.fit(X, Y, **{**kept, **given}).history["loss"]


def same(a, b, exactly=True):
    return all(np.allclose(x, y, 0 if exactly else 1e-5, 0) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("writer", [kerata, real])
def test_training_goes_on_from_checkpoints_of_either_library(writer, tmp_path):
    model = graph(writer)
    fit(model, writer.callbacks.OrbaxCheckpoint(tmp_path / "c", max_to_keep=2), epochs=3)
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["1", "2"]
    losses = []
    for library in (kerata, real):
        again = library.saving.load_model(str(tmp_path / "c"))
        assert same(again.get_weights(), model.get_weights())
        assert same(*([np.asarray(v) for v in m.optimizer.variables] for m in (again, model)))
        losses.append(fit(again))
        other = graph(library)
        other.load_weights(str(tmp_path / "c"))
        assert same(other.get_weights(), model.get_weights())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_stacks_whose_paths_are_shorter_after_loading(tmp_path):
    model = stack(kerata)
    kept = kerata.callbacks.OrbaxCheckpoint(tmp_path, save_freq=3, save_on_background=False)
    fit(model, kept, epochs=2)
    assert [p.name for p in tmp_path.iterdir()] == ["6"]
    again = kerata.saving.load_model(tmp_path)
    assert again.weights[0].path == "encoder/kernel"
    assert same(again.get_weights(), model.get_weights())
    assert same(again.optimizer.variables, model.optimizer.variables)
    (tmp_path / "6" / "model_config" / "_strings.json").write_text("{")
    with pytest.raises(ValueError, match="its model_config can't be read"):
        kerata.saving.load_model(tmp_path)
    (tmp_path / "6" / "pytree" / "_METADATA").unlink()
    (tmp_path / "6" / "pytree" / "manifest.ocdbt").unlink()
    with pytest.raises(ValueError, match="its pytree can't be read"):
        again.load_weights(tmp_path)


def test_best_weights_alone_and_what_is_refused(tmp_path):
    model = graph(kerata)
    made = kerata.callbacks.OrbaxCheckpoint
    best = made(tmp_path, "loss", save_best_only=True, mode="max", save_weights_only=True)
    fit(model, best, epochs=3)
    assert [p.name for p in tmp_path.iterdir()] == ["0"]
    with pytest.raises(ValueError, match="holds weights alone"):
        kerata.saving.load_model(tmp_path)
    with pytest.raises(FileExistsError, match=r"number 0 .* give an empty folder"):
        fit(model, made(tmp_path))
    other = kerata.Sequential([kerata.Input((3,)), kerata.layers.Dense(4, name="encoder")])
    with pytest.raises(ValueError, match=r"can't be loaded: .*encoder/kernel' has shape \(3, 4\)"):
        other.load_weights(tmp_path)
    with pytest.raises(ValueError, match="max_to_keep"):
        made(tmp_path, max_to_keep=0)
    with pytest.raises(ValueError, match="save_freq"):
        made(tmp_path, save_freq="step")
