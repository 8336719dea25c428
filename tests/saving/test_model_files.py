"""Models and weights to files and back, within the library."""

import errno
import json
import os
import zipfile

import h5py
import jax.numpy as jnp
import numpy as np
import pytest

import kerata
from kerata import Input, Model, Sequential, layers, models, ops, optimizers, saving
from kerata.utils import files

X = np.linspace(-1, 1, 24, dtype="float32").reshape(6, 4)
Y = X[:, :1] ** 2
ENDINGS = pytest.mark.parametrize("ending", ["keras", "h5"])
RUN = {"batch_size": 2, "shuffle": False, "verbose": 0}


def make(units=3):
    model = Sequential([Input((4,)), layers.Dense(units, "tanh", name="a"), layers.Dense(1)])
    model.compile(optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def equal(a, b):
    for p, q in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(p, q)


# Whole models --------------------------------------------------------------------------------


@ENDINGS
def test_training_goes_on_to_the_last_bit(tmp_path, ending):
    model = make()
    model.fit(X, Y, epochs=2, **RUN)
    model.save(tmp_path / f"m.{ending}")
    loaded = models.load_model(tmp_path / f"m.{ending}")
    a = model.fit(X, Y, epochs=3, **RUN).history
    b = loaded.fit(X, Y, epochs=3, **RUN).history
    assert a == b
    equal(model, loaded)
    for p, q in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


@ENDINGS
def test_without_compile(tmp_path, ending):
    make().save(tmp_path / f"m.{ending}")
    assert not models.load_model(tmp_path / f"m.{ending}", compile=False).compiled
    assert models.load_model(tmp_path / f"m.{ending}").compiled


def test_without_optimizer(tmp_path):
    make().save(tmp_path / "m.h5", include_optimizer=False)
    with h5py.File(tmp_path / "m.h5") as f:
        assert set(f) == {"model_weights"}
    assert not models.load_model(tmp_path / "m.h5").compiled


def test_entries_are_those_of_keras(tmp_path):
    model = make()
    model.fit(X, Y, **RUN)
    model.save(str(tmp_path / "m.keras"))
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert json.loads(archive.read("metadata.json"))["keras_version"].startswith("3.")
        with archive.open("model.weights.h5") as entry, h5py.File(entry) as f:
            assert f["layers/dense/vars/0"].shape == (4, 3)
            assert f["layers/dense_1/vars"].attrs["name"] == model.layers[1].name
            assert f["optimizer/vars/0"][()] == 3


def test_layer_in_two_models_stays_one(tmp_path):
    shared = layers.Dense(4, name="shared")
    entry = Input((4,))
    inner = Model(entry, shared(entry), name="inner")
    x = Input((4,))
    model = Model(x, inner(x) + shared(x))
    model.save(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras")
    assert len(loaded.weights) == 2
    np.testing.assert_array_equal(model(X), loaded(X))


CALLS = [
    lambda x: x[:, 1:3] * 2 - 1,
    lambda x: 1 / (2 + ops.exp(-x)),
    lambda x: ops.sum(x, axis=-1, keepdims=True) ** 2,
    lambda x: ops.concatenate([x, ops.sqrt(ops.abs(x))], axis=1),
    lambda x: ops.reshape(x, (-1, 2, 2)) @ ops.transpose(ops.reshape(x, (-1, 2, 2)), (0, 2, 1)),
    lambda x: ops.where(x > 0, x, 0.1 * x),
    lambda x: ops.softmax(ops.clip(x, -0.5, 0.5), axis=-1),
    lambda x: ops.expand_dims(ops.mean(x, axis=1), -1),
    lambda x: ops.relu(ops.maximum(x, 0.2)),
]


@ENDINGS
@pytest.mark.parametrize("call", CALLS)
def test_operations(tmp_path, call, ending):
    x = Input((4,))
    model = Model(x, call(x))
    model.save(tmp_path / f"m.{ending}")
    loaded = models.load_model(tmp_path / f"m.{ending}")
    np.testing.assert_array_equal(model(X), loaded(X))


def test_loss_of_the_user(tmp_path):
    def own_loss(y_true, y_pred):
        return jnp.abs(y_true - y_pred)

    model = make()
    model.compile("sgd", own_loss)
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="own_loss"):
        models.load_model(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras", custom_objects={"own_loss": own_loss})
    assert loaded.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    equal(model, models.load_model(tmp_path / "m.keras", compile=False))


def test_own_way_to_store(tmp_path):
    @kerata.saving.register_keras_serializable("files")
    class Counted(layers.Dense):
        count = 0

        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["count"] = self.count

        def load_own_variables(self, store):
            self.count = int(store["count"])
            super().load_own_variables({k: v for k, v in store.items() if k != "count"})

    model = Sequential([Input((4,)), Counted(2)])
    model.layers[0].count = 5
    model.save(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras")
    assert loaded.layers[0].count == 5
    equal(model, loaded)


@pytest.mark.slow
def test_many_long_names(tmp_path):
    """HDF5 keeps no more than 64 KB of an attribute in a header."""
    stack = [layers.Dense(1, name=f"{'long' * 60}_{i}") for i in range(300)]
    model = Sequential([Input((1,)), *stack])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as f:
        assert "layer_names1" in f["model_weights"].attrs
    equal(model, models.load_model(tmp_path / "m.h5"))


@pytest.mark.parametrize("name", ["m", "m.tf", "m.pkl"])
def test_unknown_endings(tmp_path, name):
    with pytest.raises(ValueError, match=r"Use the ending \.keras"):
        make().save(tmp_path / name)


def test_names_that_mean_something_else(tmp_path):
    with pytest.raises(ValueError, match="call save_weights"):
        make().save(tmp_path / "m.weights.h5")
    with pytest.raises(ValueError, match=r"saved as \.weights\.h5"):
        make().save_weights(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="zipped=False"):
        make().save(tmp_path / "m.keras", zipped=False)
    with pytest.raises(ValueError, match="max_shard_size"):
        make().save_weights(tmp_path / "m.weights.h5", max_shard_size=1)
    with pytest.raises(ValueError, match="no weights to save"):
        Sequential([layers.Dense(1)]).save_weights(tmp_path / "m.weights.h5")


def test_class_with_code_needs_keras_file(tmp_path):
    class Net(Model):
        def call(self, inputs):
            return inputs

    model = Net()
    model(X)
    with pytest.raises(ValueError, match=r"Save it as \.keras"):
        model.save(tmp_path / "m.h5")


def test_class_of_the_user_without_config(tmp_path):
    """The arguments it was made with are enough."""

    class Net(Model):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.blocks = [layers.Dense(units) for _ in range(2)]
            self.out = layers.Dense(1)

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return self.out(x)

    model = Net(5)
    model.compile("adam", "mse")
    model.fit(X, Y, **RUN)
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"'Net'.*neither Kerata's nor registered"):
        models.load_model(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras", custom_objects={"Net": Net})
    assert loaded.blocks[0].units == 5
    for m in (model, loaded):
        m.fit(X, Y, **RUN)
    equal(model, loaded)


# Nothing is lost -----------------------------------------------------------------------------


@ENDINGS
def test_overwrite(tmp_path, ending):
    path = tmp_path / f"m.{ending}"
    make().save(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        make(5).save(path, overwrite=False)
    assert path.read_bytes() == before
    make(5).save(path)
    assert models.load_model(path).layers[0].units == 5


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_full_disk(tmp_path, monkeypatch, name):
    path = tmp_path / name
    save = "save_weights" if "weights" in name else "save"
    getattr(make(), save)(path)
    before = path.read_bytes()

    class Full:
        """A file that takes 1000 bytes."""

        def __init__(self, path, mode):
            self.file = open(path, mode)  # noqa: SIM115  # closed below

        def __enter__(self):
            return self

        def __exit__(self, *args):
            self.file.close()

        def __getattr__(self, name):
            return getattr(self.file, name)

        def write(self, data):
            if self.file.tell() + len(data) > 1000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.file.write(data)

    monkeypatch.setattr(files, "open", Full, raising=False)
    with pytest.raises(OSError, match="No space left") as caught:
        getattr(make(9), save)(path)
    assert "unchanged" in str(caught.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_read_only_folder(tmp_path, monkeypatch, number):
    make().save(tmp_path / "m.keras")

    def refuse(path, mode):
        raise OSError(number, os.strerror(number), str(path))

    # Root, who runs some tests, may write anywhere.
    monkeypatch.setattr(files, "open", refuse, raising=False)
    with pytest.raises(OSError, match=f"{os.strerror(number)}.*unchanged"):
        make(5).save(tmp_path / "m.keras")
    assert models.load_model(tmp_path / "m.keras").layers[0].units == 3


def test_folder_that_is_a_file(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(OSError, match="x"):
        make().save(tmp_path / "x" / "m.keras")


# Weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["w.weights.h5", "w.h5", "m.keras", "m.h5"])
def test_weights(tmp_path, name):
    model, other = make(), make()
    (model.save_weights if name[0] == "w" else model.save)(tmp_path / name)
    other.load_weights(tmp_path / name)
    equal(model, other)


def test_weights_bring_the_optimizers_state(tmp_path):
    model, other = make(), make()
    model.fit(X, Y, **RUN)
    model.save_weights(tmp_path / "w.weights.h5")
    other.load_weights(tmp_path / "w.weights.h5")
    model.fit(X, Y, **RUN)
    other.fit(X, Y, **RUN)
    equal(model, other)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.h5"])
def test_weights_that_do_not_fit(tmp_path, name):
    small, large = make(3), make(5)
    small.save_weights(tmp_path / name)
    before = large.get_weights()
    with pytest.raises(ValueError, match=r"layer 'a' does not fit.*\(4, 3\), expected \(4, 5\)"):
        large.load_weights(tmp_path / name)
    for a, b in zip(before, large.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    deeper = Sequential([*make().layers, layers.Dense(1)])
    deeper.build((None, 4))
    with pytest.raises(ValueError, match="can't be loaded"):
        deeper.load_weights(tmp_path / name)
    with pytest.raises(ValueError, match="no weights to load"):
        Sequential([layers.Dense(1)]).load_weights(tmp_path / name)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.h5"])
def test_skip_mismatch(tmp_path, name):
    source = Sequential([Input((4,)), layers.Dense(4), layers.Dense(3)])
    target = Sequential([Input((4,)), layers.Dense(4), layers.Dense(7)])
    source.save_weights(tmp_path / name)
    kept = target.layers[1].get_weights()
    with pytest.warns(UserWarning, match="is left as it is"):
        target.load_weights(tmp_path / name, skip_mismatch=True)
    equal(source.layers[0], target.layers[0])
    for a, b in zip(kept, target.layers[1].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_by_name(tmp_path):
    source, target = make(), Sequential([Input((4,)), layers.Dense(2), layers.Dense(3, name="a")])
    target = Sequential([Input((4,)), layers.Dense(3, name="a"), layers.Dense(2, name="new")])
    source.save_weights(tmp_path / "w.h5")
    kept = target.layers[1].get_weights()
    target.load_weights(tmp_path / "w.h5", by_name=True)
    equal(source.layers[0], target.layers[0])
    np.testing.assert_array_equal(kept[0], target.layers[1].get_weights()[0])


def test_json():
    model = make()
    again = models.model_from_json(model.to_json(indent=2))
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(X), again(X))
    for text in ("", "[]", "{}", '{"class_name": "Dense", "config": {"units": 1}}', "null"):
        with pytest.raises(ValueError, match="can't be loaded"):
            models.model_from_json(text)


def test_faces():
    assert models.load_model is saving.load_model
    assert models.save_model is saving.save_model
    with pytest.raises(AttributeError, match="load_modell"):
        models.load_modell  # noqa: B018  # asking is the test


def test_every_layer_of_nested_models_is_saved(tmp_path):
    """Lists made while walking are freed: an id given twice once left out a member's weights."""

    def member():
        inputs = Input((3,))
        x = layers.Dense(4)(inputs)
        return Model(inputs, layers.Dense(1)(x))

    inputs = Input((3,))
    model = Model(inputs, layers.Average()([member()(inputs) for _ in range(12)]))
    for _ in range(5):
        model.save_weights(tmp_path / "w.weights.h5")
        with h5py.File(tmp_path / "w.weights.h5") as file:
            arrays = []
            file.visititems(
                lambda _, found, arrays=arrays: (
                    arrays.append(found) if isinstance(found, h5py.Dataset) else None
                )
            )
            assert len(arrays) == len(model.weights)
