"""Damaged and hostile files: one clear error, nothing run, nothing read from elsewhere."""

import encodings.cp437  # noqa: F401  # zipfile imports it late, which the guard would see
import io
import json
import time
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from kerata import Input, Sequential, layers, models, saving

ENDINGS = pytest.mark.parametrize("ending", ["keras", "h5"])
QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Give whole files of a small compiled model."""
    folder = tmp_path_factory.mktemp("whole")
    model = Sequential([Input((2,)), layers.Dense(2, name="d"), layers.BatchNormalization()])
    model.compile("sgd", "mse")
    for name in ("m.keras", "m.h5", "m.weights.h5"):
        (model.save_weights if "weights" in name else model.save)(folder / name)
    return folder


@pytest.fixture
def no_commands(monkeypatch):
    """Fail where a file makes the library run something."""

    def caught(*args, **kwargs):
        raise AssertionError(f"ran {args}")

    for name in ("os.system", "os.popen", "subprocess.Popen", "builtins.eval", "builtins.exec"):
        monkeypatch.setattr(name, caught)


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path, parts, **kwargs):
    with zipfile.ZipFile(path, "w", **kwargs) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def with_config(files, path, change):
    parts = entries(files / "m.keras")
    config = json.loads(parts["config.json"])
    change(config)
    return pack(path, {**parts, "config.json": json.dumps(config)})


def refused(path, match="can't be loaded", **kwargs):
    with pytest.raises(ValueError, match=match) as caught:
        models.load_model(path, **kwargs)
    assert str(path) in str(caught.value)
    return str(caught.value)


def attempt(path):
    """Give the model, or None after the one error that there may be, which names the file."""
    try:
        return models.load_model(path)
    except ValueError as problem:
        said = str(problem)
    assert str(path) in said
    return None


# Damage ------------------------------------------------------------------------------------


@ENDINGS
@QUICK
@given(data=st.data())
@pytest.mark.only_cases("keras")
def test_truncated(files, tmp_path, ending, data):
    content = (files / f"m.{ending}").read_bytes()
    path = tmp_path / f"m.{ending}"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    # HDF5 may end in bytes that mean nothing.
    assert attempt(path) is None or ending == "h5"


@ENDINGS
@QUICK
@given(data=st.data())
@pytest.mark.only_cases("keras")
def test_changed_bytes(files, tmp_path, ending, data):
    content = bytearray((files / f"m.{ending}").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / f"m.{ending}"
    path.write_bytes(content)
    attempt(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**7) | st.text(max_size=5) | st.just("Dense"),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=3),
    max_leaves=6,
)


@QUICK
@given(data=st.data())
@pytest.mark.slow
def test_changed_config(files, tmp_path, data):
    """Any value of the config may be replaced by any other."""

    def change(config):
        place = config
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            inner = place[key]
            if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
                place[key] = data.draw(JSON)
                return
            place = inner

    path = with_config(files, tmp_path / "m.keras", change)
    attempt(path)


@QUICK
@given(content=st.binary(max_size=200))
@pytest.mark.slow
def test_any_bytes(tmp_path, content):
    for start in (b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"):
        path = tmp_path / "m.keras"
        path.write_bytes(start + content)
        refused(path)


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        models.load_model(tmp_path / "none.keras")
    with pytest.raises(ValueError, match="is a folder"):
        models.load_model(tmp_path)


@pytest.mark.parametrize("missing", ["config.json", "model.weights.h5"])
def test_entry_missing(files, tmp_path, missing):
    parts = {k: v for k, v in entries(files / "m.keras").items() if k != missing}
    assert missing in refused(pack(tmp_path / "m.keras", parts))


def test_weights_alone_are_no_model(files):
    assert "load_weights" in refused(files / "m.weights.h5")


# Code --------------------------------------------------------------------------------------

FOREIGN = [
    {"module": "os", "class_name": "system", "config": {"command": "id"}},
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
    {"module": "builtins", "class_name": "eval", "config": "1", "registered_name": None},
    {"module": "keras.src.utils.file_utils", "class_name": "get_file", "config": {"origin": "x"}},
    {"module": "numpy", "class_name": "load", "config": {"file": "x"}, "registered_name": "load"},
    {"class_name": "__lambda__", "config": {"code": "4wEAAA=="}},
    {"class_name": "Lambda", "config": {"function": ["4wEAAA==", None, None]}},
    {"class_name": "TFOpLambda", "config": {"function": "os.system"}},
    {"class_name": "__typespec__", "spec_name": "x", "module": "os", "config": {}},
]


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda f: f["class_name"])
@pytest.mark.parametrize("place", ["layer", "activation", "initializer", "loss", "optimizer", "it"])
def test_foreign_code_is_not_reached(files, tmp_path, no_commands, foreign, place):
    def change(config):
        dense = config["config"]["layers"][1]
        if place == "layer":
            config["config"]["layers"][1] = foreign
        elif place == "activation":
            dense["config"]["activation"] = foreign
        elif place == "initializer":
            dense["config"]["kernel_initializer"] = foreign
        elif place == "it":
            config.clear()
            config.update(foreign)
        else:
            config["compile_config"][place] = foreign

    path = with_config(files, tmp_path / "m.keras", change)
    refused(path)


def test_lambda_needs_its_function(tmp_path):
    def triple(x):
        return 3 * x

    model = Sequential([Input((2,)), layers.Lambda(triple)])
    model.save(tmp_path / "m.keras")
    assert "not registered" in refused(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras", custom_objects={"triple": triple})
    assert loaded(np.ones((1, 2))).tolist() == [[3, 3]]


# Size and places -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x", "..\\x"])
def test_names_that_leave_the_archive(files, tmp_path, name):
    path = pack(tmp_path / "m.keras", {**entries(files / "m.keras"), name: b"x"})
    assert "points out" in refused(path)
    assert not (tmp_path.parent / "x").exists()


def test_bomb(files, tmp_path):
    parts = {**entries(files / "m.keras"), "model.weights.h5": bytes(1 << 28)}
    path = pack(tmp_path / "m.keras", parts, compression=zipfile.ZIP_DEFLATED)
    assert "far more" in refused(path)


def test_many_entries_that_are_a_bomb_together(files, tmp_path):
    """Each entry alone would be allowed."""
    parts = {f"assets/{i}": bytes(1 << 25) for i in range(8)}
    parts = {**entries(files / "m.keras"), **parts}
    path = pack(tmp_path / "m.keras", parts, compression=zipfile.ZIP_DEFLATED)
    assert "its entries claim" in refused(path)


def test_names_are_checked_once(files, tmp_path):
    parts = {f"assets/layers/d/{i}": b"" for i in range(20_000)}
    path = pack(tmp_path / "m.keras", {**entries(files / "m.keras"), **parts})
    began = time.perf_counter()
    models.load_model(path)
    assert time.perf_counter() - began < 10


def test_a_name_that_comes_twice(files, tmp_path):
    path = tmp_path / "m.keras"
    path.write_bytes((files / "m.keras").read_bytes())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", "{}")
    assert "two entries" in refused(path)


def test_only_assets_that_a_layer_asks_for_are_written(files, tmp_path, monkeypatch):
    written = []
    parts = {**entries(files / "m.keras"), "assets/layers/dense/x": b"x", "assets/y": b"y"}
    path = pack(tmp_path / "m.keras", parts)
    monkeypatch.setattr("pathlib.Path.write_bytes", lambda self, content: written.append(self))
    models.load_model(path)
    assert not written


def test_a_config_of_too_many_values(files, tmp_path):
    parts = {**entries(files / "m.keras"), "config.json": "[" + "{}," * 5_000_000 + "{}]"}
    path = pack(tmp_path / "m.keras", parts, compression=zipfile.ZIP_DEFLATED)
    assert "4,000,000 values" in refused(path)


@pytest.mark.parametrize(
    "dtype", ["S2000000000", "U500000000", "O", "V99999999", "float32,float32"]
)
def test_arrays_of_any_type(files, tmp_path, dtype):
    def change(config):
        value = {"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": dtype}}
        config["config"]["layers"][1]["config"]["kernel_initializer"] = {
            "module": "keras.initializers",
            "class_name": "Constant",
            "config": {"value": value},
            "registered_name": None,
        }

    refused(with_config(files, tmp_path / "m.keras", change))


def test_a_text_names_a_model_of_any_size():
    def text(units):
        inner = [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 2]}},
            {"class_name": "Dense", "config": {"units": units}},
        ]
        return json.dumps({"class_name": "Sequential", "config": {"layers": inner}})

    with pytest.raises(ValueError, match="larger than all the data"):
        models.model_from_json(text(300_000_000))
    assert models.model_from_json(text(3)).count_params() == 9


def test_an_attribute_of_any_size(files, monkeypatch):
    monkeypatch.setattr("kerata.saving.hdf5._LARGEST_ATTRIBUTE", 4)
    assert "claims" in refused(files / "m.h5")


def test_reading_that_comes_to_no_end(files, tmp_path, monkeypatch):
    """The process that reads a file first is ended after a while; the user's goes on."""
    monkeypatch.setattr("kerata.saving.hdf5_probe._CHILD", "while True: pass")
    monkeypatch.setattr("kerata.saving.hdf5_probe._PATIENCE", 0.5)
    for name in ("m.h5", "m.keras"):
        (tmp_path / name).write_bytes((files / name).read_bytes())
        assert "comes to no end" in refused(tmp_path / name)


def test_reading_that_breaks_a_process(files, tmp_path, monkeypatch):
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    monkeypatch.setattr("kerata.saving.hdf5_probe._CHILD", crash)
    (tmp_path / "m.h5").write_bytes((files / "m.h5").read_bytes())
    assert "ends a process" in refused(tmp_path / "m.h5")


def test_ones_own_file_needs_no_first_reading(tmp_path, monkeypatch):
    monkeypatch.setattr("kerata.saving.hdf5_probe._CHILD", "while True: pass")
    model = Sequential([Input((2,)), layers.Dense(1)])
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        models.load_model(tmp_path / name)


def test_escape_sequences_in_errors(files, tmp_path):
    def change(config):
        config["config"]["layers"][1]["class_name"] = "\x1b[2J"

    assert "\x1b" not in refused(with_config(files, tmp_path / "m.keras", change))


def test_sizes_that_lie(files, tmp_path):
    """An entry's declared size may be changed in the archive's list."""
    content = bytearray((files / "m.keras").read_bytes())
    where = content.rfind(b"PK\x01\x02")
    content[where + 24 : where + 28] = (1 << 31).to_bytes(4, "little")
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    refused(path)


def test_layers_of_any_size(files, tmp_path):
    """A few bytes can name a layer that no memory holds."""

    def change(config):
        config["config"]["layers"][1]["config"]["units"] = 10**11

    assert "larger than all the data" in refused(with_config(files, tmp_path / "m.keras", change))


def test_metrics_of_any_size(files, tmp_path):
    def change(config):
        auc = {"module": "keras.metrics", "class_name": "AUC"}
        config["compile_config"]["metrics"] = [{**auc, "config": {"num_thresholds": 10**10}}]

    assert "makes no sense" in refused(with_config(files, tmp_path / "m.keras", change))


@pytest.mark.parametrize("text", ["[" * 10**6, '{"a":' * 10**5, "", "null", "\x00", "NaN", "[]"])
def test_texts_that_are_no_config(files, tmp_path, text):
    refused(pack(tmp_path / "m.keras", {**entries(files / "m.keras"), "config.json": text}))


def rewritten(files, tmp_path, change):
    """Change the weights of both kinds of file."""
    parts = entries(files / "m.keras")
    memory = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(memory, "r+") as f:
        change(f, "layers/dense/vars/0")
    pack(tmp_path / "m.keras", {**parts, "model.weights.h5": memory.getvalue()})
    (tmp_path / "m.h5").write_bytes((files / "m.h5").read_bytes())
    with h5py.File(tmp_path / "m.h5", "r+") as f:
        name = f["model_weights/d"].attrs["weight_names"][0]
        change(f, f"model_weights/d/{name.decode() if isinstance(name, bytes) else name}")
    return [tmp_path / "m.keras", tmp_path / "m.h5"]


def secret(tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as f:
        f["x"] = np.full((2, 2), 7, "float32")
    return str(tmp_path / "secret.h5")


def external_link(f, place, tmp_path):
    f[place] = h5py.ExternalLink(secret(tmp_path), "x")


def soft_link(f, place, tmp_path):
    f[place] = h5py.SoftLink("/elsewhere")


def virtual(f, place, tmp_path):
    layout = h5py.VirtualLayout((2, 2), "float32")
    layout[:] = h5py.VirtualSource(secret(tmp_path), "x", (2, 2))
    f.create_virtual_dataset(place, layout)


def external_storage(f, place, tmp_path):
    (tmp_path / "raw").write_bytes(bytes(16))
    f.create_dataset(place, (2, 2), "float32", external=[(str(tmp_path / "raw"), 0, 16)])


def references(f, place, tmp_path):
    f.create_dataset(place, (2, 2), h5py.ref_dtype)


def texts(f, place, tmp_path):
    f.create_dataset(place, (2, 2), h5py.string_dtype())


def huge(f, place, tmp_path):
    f.create_dataset(place, (10**6, 10**6), "float32", chunks=(1000, 1000))


def huge_pieces(f, place, tmp_path):
    f.create_dataset(place, (2, 2), "float32", chunks=(2**13, 2**13), maxshape=(None, None))


def group(f, place, tmp_path):
    f.create_group(place)


def nothing(f, place, tmp_path):
    pass


@pytest.mark.parametrize(
    "trick",
    [
        external_link,
        soft_link,
        virtual,
        external_storage,
        references,
        texts,
        huge,
        huge_pieces,
        group,
        nothing,
    ],
)
def test_tricks_of_hdf5(files, tmp_path, trick):
    def change(f, place):
        del f[place]
        trick(f, place, tmp_path)

    for path in rewritten(files, tmp_path, change):
        refused(path)


@pytest.mark.parametrize("name", ["model_weights", "model_weights/d"])
def test_group_in_another_file(files, tmp_path, name):
    (tmp_path / "m.h5").write_bytes((files / "m.h5").read_bytes())
    with h5py.File(tmp_path / "m.h5", "r+") as f:
        del f[name]
        f[name] = h5py.ExternalLink(str(files / "m.h5"), name)
    refused(tmp_path / "m.h5", "link to another place")
    model = models.load_model(files / "m.h5")
    with pytest.raises(ValueError, match="link to another place"):
        saving.load_weights(model, tmp_path / "m.h5")
