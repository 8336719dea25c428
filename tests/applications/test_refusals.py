"""What a network can't do is refused in one sentence; weights come from either cache."""

import json
import re

import numpy as np
import pytest

from kerata import Input, applications, layers, saving
from kerata.applications import imagenet_utils

SMALL = {"input_shape": (32, 32, 3), "alpha": 0.25, "weights": None}


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("VGG16", {"weights": "nowhere.h5"}, "no file 'nowhere.h5'"),
        ("VGG16", {"weights": 3}, "weights must be None, 'imagenet' or the path"),
        ("VGG16", {"classes": 10}, "1000 classes, got classes=10"),
        ("VGG16", {"pooling": "mean", "weights": None}, "pooling must be"),
        ("VGG16", {"input_shape": (100, 100, 3)}, "224x224 pixels of 3 colours"),
        ("VGG16", {"input_shape": (224, 224), "weights": None}, "(height, width, channels)"),
        ("VGG16", {"input_shape": (31, 64, 3), "weights": None}, "at least 32x32 pixels"),
        ("VGG16", {"input_shape": (None, 64, 3), "weights": None}, "size must be known"),
        ("VGG16", {"classifier_activation": "relu"}, "must be 'softmax' or None, got 'relu'"),
        ("VGG16", {"input_shape": (64, 64, 1), "include_top": False}, "3 colours"),
        ("VGG16", {"input_tensor": np.ones((1, 32, 32, 3))}, "must be symbolic"),
        ("Xception", {"input_shape": (70, 71, 3), "weights": None}, "at least 71x71 pixels"),
        ("InceptionV3", {"input_shape": (74, 75, 3), "weights": None}, "at least 75x75 pixels"),
        ("NASNetLarge", {"input_shape": (None, None, 3), "include_top": False}, "must be known"),
        ("MobileNet", {"alpha": 0.3}, "alpha of 0.25, 0.5, 0.75, 1.0, got 0.3"),
        ("MobileNet", {"depth_multiplier": 2}, "depth_multiplier of 1, got 2"),
        ("MobileNetV2", {"alpha": 2.0}, "got 2.0"),
        ("MobileNetV3Small", {"alpha": 0.75, "minimalistic": True}, "alpha of 1.0, got 0.75"),
    ],
)
def test_arguments_that_make_no_network(name, given, words):
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        getattr(applications, name)(**given)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


def test_arguments_that_do_not_exist():
    with pytest.raises(TypeError, match=r"VGG16\(\) got an unexpected keyword argument 'wieghts'"):
        applications.VGG16(wieghts=None)


def test_a_tensor_and_a_shape_must_agree():
    with pytest.raises(ValueError, match="leave input_shape out"):
        applications.VGG16(weights=None, input_tensor=Input((64, 64, 3)), input_shape=(32, 32, 3))


def test_channels_first_is_refused_where_keras_refuses_it():
    from kerata import config

    config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="DenseNet121 takes pictures with channels last"):
            applications.DenseNet121(weights=None)
        assert applications.MobileNet(
            input_shape=(3, 32, 32), alpha=0.25, weights=None, include_top=False
        ).output_shape == (None, 256, 1, 1)
    finally:
        config.set_image_data_format("channels_last")


def test_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "small.weights.h5"
    applications.MobileNet(**SMALL, classes=3).save_weights(path)
    for given in ({"classes": 4}, {"classes": 3, "alpha": 0.5}):
        with pytest.raises(ValueError, match="are not those of this MobileNet: "):
            applications.MobileNet(**{**SMALL, **given, "weights": path})
    with pytest.raises(ValueError, match="are not those of this VGG16: "):
        applications.VGG16(weights=path, input_shape=(32, 32, 3), include_top=False)
    (tmp_path / "text.h5").write_text("no weights at all")
    with pytest.raises(ValueError, match="are not those of this MobileNet: "):
        applications.MobileNet(**{**SMALL, "weights": tmp_path / "text.h5"})


@pytest.mark.slow
def test_a_network_goes_on_from_a_tensor_and_into_a_file(tmp_path):
    pictures = Input((32, 32, 3))
    network = applications.MobileNet(
        input_tensor=layers.Rescaling(1 / 127.5, -1.0)(pictures), alpha=0.25, weights=None
    )
    assert network.inputs[0] is pictures
    assert network.name == "mobilenet_0.25_32"
    network.save(tmp_path / "network.keras")
    x = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype("float32")
    again = saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), network.predict(x, verbose=0))


def test_own_layers_come_back_from_a_file(tmp_path):
    from kerata import Model
    from kerata.applications.own_layers import CustomScaleLayer, LayerScale

    x = Input((2, 2, 3))
    model = Model(x, CustomScaleLayer(0.5)([x, LayerScale(2.0, 3)(x)]))
    model.save(tmp_path / "scales.keras")
    again = saving.load_model(tmp_path / "scales.keras")
    ones = np.ones((1, 2, 2, 3), "float32")
    np.testing.assert_array_equal(again.predict(ones, verbose=0), 2 * ones)


def test_classes_get_their_names_from_the_cache_of_keras(tmp_path, monkeypatch):
    names = {str(i): [f"n{i}", f"thing {i}"] for i in range(1000)}
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "imagenet_class_index.json").write_text(json.dumps(names))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERATA_HOME", str(tmp_path / "own"))
    index = imagenet_utils.WeightFile(
        imagenet_utils._INDEX.name, None, imagenet_utils._INDEX.folder
    )
    monkeypatch.setattr(imagenet_utils, "_INDEX", index)
    row = np.zeros((1, 1000), "float32")
    row[0, [7, 3]] = 0.7, 0.3
    [found] = imagenet_utils.decode_predictions(row, top=2)
    assert found == [("n7", "thing 7", row[0, 7]), ("n3", "thing 3", row[0, 3])]


def test_other_shapes_and_modes_are_refused():
    with pytest.raises(ValueError, match=r"\(batch, 1000\), got \(2, 10\)"):
        imagenet_utils.decode_predictions(np.ones((2, 10)))
    with pytest.raises(ValueError, match=r"unknown mode 'tff'\. Did you mean 'tf'"):
        imagenet_utils.preprocess_input(np.ones((2, 2, 3)), mode="tff")
    with pytest.raises(ValueError, match="data_format must be"):
        imagenet_utils.preprocess_input(np.ones((2, 2, 3)), data_format="last")
