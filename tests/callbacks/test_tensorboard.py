"""Event files, read back with the tensorboard package."""

import json
import sys

import numpy as np
import pytest

import kerata as keras
from kerata.callbacks import TensorBoard

accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def compiled(*layers):
    keras.utils.set_random_seed(0)
    layers = layers or (keras.layers.Dense(3, name="first"), keras.layers.Dense(1, name="last"))
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    return model


def fit(folder, model=None, epochs=2, more=(), **options):
    model = compiled() if model is None else model
    board = TensorBoard(folder, **options)
    history = model.fit(
        X, Y, batch_size=4, epochs=epochs, verbose=0, validation_split=0.2, callbacks=[*more, board]
    )
    return model, history.history


def read(folder):
    """Give all events: tag -> [(step, array)]."""
    events = accumulator.EventAccumulator(str(folder), {"tensors": 0})
    events.Reload()
    return {
        tag: [(e.step, tensor_util.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }


def metadata(folder, tag):
    events = accumulator.EventAccumulator(str(folder))
    events.Reload()
    return events.SummaryMetadata(tag).plugin_data


def values(events, tag):
    return [(step, float(value)) for step, value in events[tag]]


def scalars(events, prefix):
    return sorted(tag for tag in events if tag.startswith(prefix))


def test_an_epochs_scalars_under_keras_tags(tmp_path):
    _, history = fit(tmp_path)
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    assert scalars(train, "epoch_") == ["epoch_learning_rate", "epoch_loss", "epoch_mae"]
    assert values(train, "epoch_learning_rate") == [(0, 0.125), (1, 0.125)]
    for name in ("loss", "mae"):
        found = values(train, f"epoch_{name}")
        assert found == [(i, pytest.approx(v)) for i, v in enumerate(history[name])]
        found = [(i, pytest.approx(v)) for i, v in enumerate(history[f"val_{name}"])]
        assert values(validation, f"epoch_{name}") == found
        steps = [(4 * (i + 1), v) for i, v in found]
        assert values(validation, f"evaluation_{name}_vs_iterations") == steps
    assert not scalars(train, "batch_")
    assert metadata(tmp_path / "train", "epoch_loss").plugin_name == "scalars"


@pytest.mark.parametrize(
    ("update_freq", "steps"), [("batch", range(1, 9)), (1, range(1, 9)), (3, [3, 6])]
)
def test_scalars_of_batches(tmp_path, update_freq, steps):
    fit(tmp_path, update_freq=update_freq)
    train = read(tmp_path / "train")
    assert scalars(train, "batch_") == ["batch_loss", "batch_mae"]
    assert [step for step, _ in train["batch_loss"]] == list(steps)


def test_the_speed(tmp_path):
    fit(tmp_path, update_freq=4, write_steps_per_second=True)
    train = read(tmp_path / "train")
    assert len(train["epoch_steps_per_second"]) == len(train["batch_steps_per_second"]) == 2
    assert all(v > 0 for _, v in train["epoch_steps_per_second"])


def test_histograms_of_all_weights(tmp_path):
    model, _ = fit(tmp_path, epochs=3, histogram_freq=2)
    train = read(tmp_path / "train")
    tags = [tag for tag in train if tag.endswith("/histogram")]
    assert tags == [f"{w.path}/histogram" for w in model.weights]
    for weight in model.weights:
        found = train[f"{weight.path}/histogram"]
        assert [step for step, _ in found] == [0, 2]
        buckets = found[-1][1]
        assert buckets[:, 2].sum() == weight.value.size
        assert buckets[0, 0] == pytest.approx(float(weight.value.min()))
        assert buckets[-1, 1] == pytest.approx(float(weight.value.max()))
    assert metadata(tmp_path / "train", tags[0]).plugin_name == "histograms"


def test_weights_as_pictures(tmp_path):
    fit(tmp_path, histogram_freq=1, write_images=True, epochs=1)
    train = read(tmp_path / "train")
    found = next(v for tag, v in train.items() if tag.endswith("first/kernel/image"))
    width, height, picture = found[0][1]
    from io import BytesIO

    from PIL import Image

    assert (int(width), int(height)) == Image.open(BytesIO(picture)).size == (4, 3)


def test_the_graph_is_written_for_tensorboard_and_as_text(tmp_path):
    model, _ = fit(tmp_path, epochs=1)
    train = read(tmp_path / "train")
    assert json.loads(train["keras"][0][1].item())["config"]["name"] == model.name
    assert metadata(tmp_path / "train", "keras").plugin_name == "graph_keras_model"
    text = train["model"][0][1].item().decode()
    assert "first (Dense)" in text
    assert "last (Dense)" in text
    from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

    graph = keras_model_to_graph_def(json.loads(train["keras"][0][1].item()))
    assert {"first", "last"} <= {node.name.rpartition("/")[2] for node in graph.node}


def test_no_graph_if_not_wanted(tmp_path):
    fit(tmp_path, epochs=1, write_graph=False)
    assert not {"keras", "model"} & set(read(tmp_path / "train"))


def test_hyperparameters(tmp_path):
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    fit(tmp_path, epochs=1)
    content = metadata(tmp_path / "train", "_hparams_/session_start_info").content
    found = HParamsPluginData.FromString(content).session_start_info.hparams
    assert found["optimizer"].string_value == "SGD"
    assert found["learning_rate"].number_value == 0.125
    assert found["parameters"].number_value == 19


def test_a_subclassed_model_has_no_graph(tmp_path):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Net()
    model.compile("adam", "mse")
    fit(tmp_path, model, epochs=1, histogram_freq=1)
    train = read(tmp_path / "train")
    assert "keras" not in train
    assert "epoch_loss" in train


def test_weights_that_are_no_numbers_any_more_do_not_stop_it(tmp_path):
    model = compiled()

    class Spoil(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])

    fit(tmp_path, model, epochs=1, more=[Spoil()], histogram_freq=1, write_images=True)
    train = read(tmp_path / "train")
    found = next(v for tag, v in train.items() if tag.endswith("/histogram"))
    assert found[0][1][:, 2].sum() == 0


def test_an_evaluation_alone(tmp_path):
    model, _ = fit(tmp_path / "fit", epochs=1)
    loss, _ = model.evaluate(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path / "alone")])
    found = read(tmp_path / "alone" / "validation")
    assert values(found, "evaluation_loss_vs_iterations") == [(4, pytest.approx(loss))]
    assert not (tmp_path / "alone" / "train").exists()


def test_whole_epochs_stay_compiled_unless_batches_are_written():
    assert not keras.callbacks.CallbackList([TensorBoard("logs")]).needs_batches
    assert keras.callbacks.CallbackList([TensorBoard("logs", update_freq=5)]).needs_batches


@pytest.mark.parametrize("options", [{"embeddings_freq": 1}, {"embeddings_metadata": "a.tsv"}])
def test_embeddings_are_refused(options):
    with pytest.raises(ValueError, match="can't write embeddings"):
        TensorBoard("logs", **options)


@pytest.mark.parametrize("update_freq", [0, -1, "step", None, True, 1.5])
def test_update_freq_is_checked(update_freq):
    with pytest.raises(ValueError, match="update_freq must be"):
        TensorBoard("logs", update_freq=update_freq)


def test_the_missing_package_is_named(monkeypatch):
    from importlib import util

    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'kerata\[tensorboard\]'"):
        TensorBoard("logs")


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="TensorBoard can't write there"):
        fit(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_warns_and_training_goes_on(tmp_path):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    class Fill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))

    try:
        with pytest.warns(UserWarning, match="TensorBoard could not write into") as caught:
            _, history = fit(tmp_path, epochs=6, more=[Fill()], histogram_freq=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(history["loss"]) == 6
    messages = [str(w.message) for w in caught]
    assert len(set(messages)) == len(messages)
    assert [step for step, _ in read(tmp_path / "train")["epoch_loss"]][:1] == [0]


def test_importing_kerata_does_not_import_tensorboard():
    import subprocess

    code = "import sys, kerata.callbacks; sys.exit('tensorboard' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
