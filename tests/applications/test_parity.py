"""With the same random weights, every network gives Keras's outputs."""

import keras
import numpy as np
import pytest

from kerata import applications

NAMES = sorted(n for n in applications.__all__ if callable(getattr(applications, n)))
# The least size that a network takes, or that leaves something of a picture.
SIZES = {"Xception": 71, "InceptionV3": 75, "InceptionResNetV2": 75}
SIZES |= {"NASNetMobile": 64, "NASNetLarge": 64}
SMALL = {"MobileNet": {"alpha": 0.25, "classes": 7}, "MobileNetV2": {"alpha": 0.35, "classes": 7}}
SCALED_INSIDE = ("EfficientNet", "ConvNeXt", "MobileNetV3")


def random_weights(model):
    """Give weights for which numbers neither vanish nor explode on their way."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if not str(weight.dtype).startswith("float"):
            continue
        value = rng.normal(size=weight.shape).astype("float32")
        if len(weight.shape) > 1:
            value /= np.sqrt(np.prod(weight.shape[:-1]))
        elif "variance" in weight.name:
            value = 0.5 + value**2
        else:
            value = 0.1 * value + ("gamma" in weight.name)
        weight.assign(value)


@pytest.mark.only_cases("MobileNet", "VGG16")
@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_keras(name, keras_starts_with_zeros, tmp_path):
    size = SIZES.get(name, 32)
    given = SMALL.get(name, {"include_top": False})
    theirs = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), **given)
    random_weights(theirs)
    path = tmp_path / "network.weights.h5"
    theirs.save_weights(path)
    ours = getattr(applications, name)(weights=path, input_shape=(size, size, 3), **given)
    x = np.random.default_rng(1).uniform(0, 255, (2, size, size, 3)).astype("float32")
    if not name.startswith(SCALED_INSIDE):
        x = x / 127.5 - 1
    expected = np.asarray(theirs(x, training=False))
    assert expected.std() > 1e-3
    found = ours.predict(x, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


@pytest.mark.slow
def test_files_in_the_layout_of_keras_2_load(keras_starts_with_zeros, tmp_path):
    given = {"input_shape": (32, 32, 3), "alpha": 0.25, "classes": 5, "weights": None}
    theirs = keras.applications.MobileNet(**given)
    random_weights(theirs)
    theirs.save_weights(tmp_path / "new.weights.h5")
    ours = applications.MobileNet(**given)
    ours.load_weights(tmp_path / "new.weights.h5")
    ours.save_weights(tmp_path / "old.h5")
    again = applications.MobileNet(**{**given, "weights": tmp_path / "old.h5"})
    for a, b in zip(again.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    theirs.load_weights(tmp_path / "old.h5")


@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_pictures_are_scaled_as_keras_does(mode, data_format):
    rng = np.random.default_rng(0)
    shape = (2, 3, 4, 3) if data_format == "channels_last" else (2, 3, 4, 5)
    x = rng.uniform(0, 255, shape)
    ours, theirs = applications.imagenet_utils, keras.applications.imagenet_utils
    for value in (x, x[0], x.astype("float32"), x.astype("uint8")):
        expected = theirs.preprocess_input(value.copy(), data_format, mode)
        mine = value.copy()
        found = ours.preprocess_input(mine, data_format, mode)
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
        assert np.shares_memory(found, mine) == (value.dtype != "uint8")
    from kerata import Input, Model, ops

    symbolic = Input(shape[1:])
    model = Model(symbolic, ours.preprocess_input(symbolic, data_format, mode))
    expected = theirs.preprocess_input(x.astype("float32"), data_format, mode)
    found = ours.preprocess_input(ops.convert_to_tensor(x, "float32"), data_format, mode)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(model(x.astype("float32")), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("module", ["vgg16", "resnet_v2", "densenet", "efficientnet"])
def test_each_family_scales_in_its_way(module):
    x = np.full((1, 2, 2, 3), 100.0)
    expected = getattr(keras.applications, module).preprocess_input(x.copy())
    np.testing.assert_allclose(getattr(applications, module).preprocess_input(x.copy()), expected)
