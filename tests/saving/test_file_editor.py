"""KerasFileEditor: what is in a file, what differs from a model, changes that Keras reads."""

import h5py
import numpy as np
import pytest

import kerata
from kerata.saving import KerasFileEditor


def network(width=3, cls=kerata.layers.Dense):
    inner = kerata.Sequential([kerata.Input((3,)), kerata.layers.Dense(2, name="deep")])
    return kerata.Sequential([kerata.Input((2,)), cls(width, name="first"), inner])


@pytest.fixture
def model():
    return network()


@pytest.fixture
def path(model, tmp_path):
    model.save_weights(tmp_path / "a.weights.h5")
    return tmp_path / "a.weights.h5"


def test_it_shows_and_compares_what_is_in_the_file(model, path, capsys):
    editor = KerasFileEditor(path)
    editor.summary()
    said = capsys.readouterr().out
    assert "dense ('first')" in said
    assert "0: shape=(2, 3), dtype=float32" in said
    assert editor.compare(model) == {"status": "success", "error_count": 0, "match_count": 4}
    other = kerata.Sequential([kerata.Input((2,)), kerata.layers.Dense(4)])
    # Two shapes differ, and the file has a network more.
    assert editor.compare(other) == {"status": "error", "error_count": 3, "match_count": 0}
    assert "/layers/dense/0 has shape (2, 3) in the file, (2, 4)" in capsys.readouterr().out


def test_edited_weights_are_loaded_again(model, path, tmp_path):
    editor = KerasFileEditor(path)
    editor.delete_weight("layers/dense", "1").add_weights("layers/dense", {"1": np.ones(3)})
    editor.rename_object("layers/sequential", "old").add_object("layers/new", {"0": np.ones(2)})
    editor.delete_object("new").rename_object("old", "sequential")
    editor.save(tmp_path / "b.weights.h5")
    fresh = network()
    fresh.load_weights(tmp_path / "b.weights.h5")
    np.testing.assert_array_equal(fresh.layers[0].bias, np.ones(3))
    np.testing.assert_array_equal(fresh.layers[0].kernel, model.layers[0].kernel)
    np.testing.assert_array_equal(fresh.layers[1].weights[0], model.layers[1].weights[0])


def test_keras_loads_what_was_edited(tmp_path):
    import keras

    theirs = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    theirs.save(tmp_path / "k.keras")
    editor = KerasFileEditor(tmp_path / "k.keras")
    assert editor.metadata["keras_version"] == keras.__version__
    assert editor.config["class_name"] == "Sequential"
    assert keras.saving.KerasFileEditor(str(tmp_path / "k.keras")).weights_dict.keys() == (
        editor.weights_dict.keys()
    )
    editor.add_weights("dense", {"1": np.full(3, 7, "float32")}).save(tmp_path / "k.weights.h5")
    theirs.load_weights(tmp_path / "k.weights.h5")
    np.testing.assert_array_equal(theirs.layers[0].bias, np.full(3, 7))


def test_mistakes_are_named(path, tmp_path):
    editor = KerasFileEditor(path)
    for call, words in [
        (lambda: editor.delete_object("dens"), "no object 'dens'. Did you mean"),
        (lambda: editor.delete_object("dense"), "2 objects are called 'dense'"),
        (lambda: editor.rename_object("layers/dense", "a/b"), "no slashes, got 'a/b'"),
        (lambda: editor.rename_object("layers/dense", "sequential"), "already"),
        (lambda: editor.delete_weight("layers/dense", "2"), "no weight '2'; it has '0', '1'"),
        (lambda: editor.add_object("rows/x", {}), "no object 'rows' to add 'x' to"),
        (lambda: editor.add_weights("layers/dense", [1]), "got list"),
        (lambda: editor.add_weights("layers/dense", {"0": "x"}), "array of numbers, got 'x'"),
        (lambda: editor.save(tmp_path / "a.h5"), "saved as .weights.h5"),
        (lambda: KerasFileEditor(tmp_path / "a.h5"), "ends in .keras or .weights.h5"),
    ]:
        with pytest.raises(ValueError, match=words.replace("(", r"\(")):
            call()


def test_files_that_lead_elsewhere_or_in_circles_are_refused(tmp_path):
    circle, away, huge = (tmp_path / f"{n}.weights.h5" for n in ("circle", "away", "huge"))
    with h5py.File(circle, "w") as f:
        f.create_group("layers")["again"] = f["/"]
    with h5py.File(away, "w") as f:
        f["layers"] = h5py.ExternalLink("/etc/hostname", "/")
    with h5py.File(huge, "w") as f:
        f.create_dataset("layers/dense/vars/0", (1 << 40,), "f4", chunks=(1 << 10,))
    for file, words in [
        (circle, "another name|deep"),
        (away, "link to another place"),
        (huge, "far more"),
    ]:
        with pytest.raises(ValueError, match=words):
            KerasFileEditor(file)
