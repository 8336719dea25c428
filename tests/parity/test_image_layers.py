"""Layers that change images: Keras's results for Keras's random numbers, and the other way."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import kerata

rng = np.random.default_rng(5)
PIXELS = rng.uniform(0, 255, (2, 8, 6, 3)).astype("float32")
BYTES = PIXELS.astype("uint8")
MASKS = rng.integers(0, 4, (2, 8, 6, 1)).astype("uint8")
BOXES = np.array([[[1, 1, 3, 6], [0, 2, 6, 4]], [[2, 3, 5, 7], [0, 0, 0, 0]]], "float32")
NAMES = np.array([[1, 2], [3, -1]])
FIRST = {"data_format": "channels_first"}


def case(name, fast=False, **given):
    text = ",".join(f"{k}={v}" for k, v in given.items())
    marks = () if fast else pytest.mark.slow
    return pytest.param(name, given, id=f"{name}({text})", marks=marks)


GEOMETRY = [
    case("Resizing", fast=True, height=5, width=9),
    case("Resizing", height=4, width=3, antialias=True, interpolation="bicubic"),
    case("Resizing", height=5, width=5, crop_to_aspect_ratio=True),
    case("Resizing", height=5, width=5, pad_to_aspect_ratio=True, fill_value=7.0),
    case("Resizing", height=5, width=9, **FIRST),
    case("CenterCrop", fast=True, height=5, width=3),
    case("CenterCrop", height=10, width=4),
    case("CenterCrop", height=3, width=4, **FIRST),
    case("RandomCrop", fast=True, height=5, width=3, seed=1),
    case("RandomCrop", height=8, width=3),
    case("RandomCrop", height=10, width=9),
    case("RandomCrop", height=3, width=4, seed=2, **FIRST),
    case("RandomFlip", fast=True, seed=3),
    case("RandomFlip", mode="vertical", seed=3),
    case("RandomFlip", mode="horizontal", seed=4, **FIRST),
    case("RandomRotation", fast=True, factor=0.3, seed=5),
    case("RandomRotation", factor=(0.1, 0.2), fill_mode="constant", fill_value=9.0, seed=6),
    case("RandomRotation", factor=0.3, interpolation="nearest", fill_mode="wrap", seed=6),
    case("RandomRotation", factor=0.3, fill_mode="nearest", seed=6, **FIRST),
    case("RandomTranslation", height_factor=0.3, width_factor=(0.1, 0.4), seed=7),
    case("RandomTranslation", height_factor=0.3, width_factor=0, fill_mode="wrap", **FIRST),
    case("RandomZoom", height_factor=0.4, seed=8),
    case("RandomZoom", height_factor=(-0.3, -0.2), width_factor=0.2, seed=8),
    case("RandomZoom", height_factor=(0.2, 0.3), fill_mode="constant", seed=8, **FIRST),
    case("RandomShear", x_factor=0.3, y_factor=(0.1, 0.2), seed=9),
    case("RandomShear", y_factor=0.3, fill_mode="constant", seed=9, **FIRST),
    case("RandomPerspective", factor=0.9, scale=0.4, seed=10),
    case("RandomPerspective", factor=(1, 1), scale=0.3, interpolation="nearest", seed=10, **FIRST),
]


def both(name, given):
    return [getattr(library.layers, name)(**given) for library in (keras, kerata)]


def as_first(images, given):
    return np.moveaxis(images, -1, 1) if given.get("data_format") else images


def same(ours, theirs, **tolerance):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    if theirs.dtype == np.uint8:
        assert np.abs(ours.astype(int) - theirs).max() <= 1
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, **{"atol": 1e-3, **tolerance})


@pytest.mark.parametrize(("name", "given"), GEOMETRY)
def test_images_masks_and_boxes_move_as_in_keras(name, given):
    theirs, ours = both(name, {**given, "bounding_box_format": "xyxy"})
    images, masks = as_first(PIXELS, given), as_first(MASKS, given)
    for source in (theirs, ours):
        drawn = source.get_random_transformation(images, training=True)
        for x in (images, as_first(BYTES, given)):
            same(ours.transform_images(x, drawn), theirs.transform_images(x, drawn))
        same(
            ours.transform_segmentation_masks(masks, drawn),
            theirs.transform_segmentation_masks(masks, drawn),
        )
    if name == "RandomCrop":
        return  # Keras takes rows for columns there
    mine, other = (
        layer.transform_bounding_boxes({"boxes": BOXES, "labels": NAMES}, drawn)
        for layer in (ours, theirs)
    )
    same(mine["boxes"], other["boxes"])
    assert np.array_equal(mine["labels"], other["labels"])


COLOR = [
    case("RandomBrightness", factor=0.4, seed=1),
    case("RandomBrightness", fast=True, factor=(0.1, 0.3), value_range=(0, 100), **FIRST),
    case("RandomContrast", factor=0.4, seed=1),
    case("RandomContrast", factor=(0.2, 0.9), value_range=(20, 180), seed=2, **FIRST),
    case("RandomColorDegeneration", factor=0.6, seed=1),
    case("RandomColorDegeneration", factor=(0.5, 0.9), seed=1, **FIRST),
    case("RandomGrayscale", factor=0.6, seed=1),
    case("RandomGrayscale", factor=1.0, **FIRST),
    case("RandomHue", fast=True, factor=0.5, seed=1),
    case("RandomHue", factor=(0.3, 0.9), seed=1, **FIRST),
    case("RandomSaturation", factor=(0.3, 0.45), seed=1),
    case("RandomSaturation", factor=(0.6, 0.8), seed=1, **FIRST),
    case("RandomInvert", factor=(0.5, 1), seed=1),
    case("RandomInvert", factor=1, value_range=(0, 300), seed=1, **FIRST),
    case("RandomPosterization", factor=5, seed=1),
    case("RandomPosterization", factor=(3, 3), value_range=(0, 300), **FIRST),
    case("Solarization", addition_factor=0.2, threshold_factor=(0.2, 0.6), seed=1),
    case("Solarization", threshold_factor=0.7, value_range=(0, 300), seed=1),
    case("RandomSharpness", fast=True, factor=0.9, seed=1),
    case("RandomSharpness", factor=(0.6, 1), seed=1, **FIRST),
    case("RandomGaussianBlur", factor=(0.8, 1), kernel_size=(3, 5), sigma=(0.5, 0.9), seed=1),
    case("RandomGaussianBlur", factor=(1, 1), seed=1, **FIRST),
    case("RandomErasing", factor=(0.8, 1), seed=1),
    case("RandomErasing", factor=(1, 1), fill_value=9, seed=1, **FIRST),
    case("CutMix", fast=True, factor=(0.5, 1), seed=1),
    case("CutMix", seed=1, **FIRST),
    case("MixUp", alpha=0.7, seed=1),
    case("MixUp", seed=1, **FIRST),
    case("AutoContrast"),
    case("AutoContrast", value_range=(0, 300)),
    case("Equalization"),
    case("Equalization", fast=True, value_range=(0, 300), bins=40, **FIRST),
    case("ContrastLimitedAdaptiveHistogramEqualization", tile_grid_size=(2, 2)),
    case("ContrastLimitedAdaptiveHistogramEqualization", tile_grid_size=(3, 4), clip_limit=0.0),
    case("ContrastLimitedAdaptiveHistogramEqualization", value_range=(0, 300), **FIRST),
    case("RandAugment", factor=0.4, seed=1),
    case("RandAugment", fast=True, num_ops=3, factor=(0.2, 0.4), seed=4),
    case("AugMix", seed=1),
    case("AugMix", num_chains=2, all_ops=False, factor=(0.2, 0.4), seed=4),
]
# Keras computes with bytes as they are there, so that they run over or raise.
NO_BYTES = ("RandomBrightness", "RandomSaturation")


@pytest.mark.parametrize(("name", "given"), COLOR)
@pytest.mark.one_in(3)
def test_values_change_as_in_keras(name, given):
    theirs, ours = both(name, given)
    images = as_first(PIXELS, given)
    for source in (theirs, ours) if name != "AugMix" else (theirs,):
        drawn = source.get_random_transformation(images, training=True)
        same(ours.transform_images(images, drawn), theirs.transform_images(images, drawn))
        if name not in NO_BYTES:
            same(
                ours.transform_images(as_first(BYTES, given), drawn),
                theirs.transform_images(as_first(BYTES, given), drawn),
            )
    if name in ("MixUp", "CutMix"):
        labels = np.eye(4, dtype="float32")[:2]
        same(ours.transform_labels(labels, drawn), theirs.transform_labels(labels, drawn))
    else:
        same(*(layer(as_first(BYTES, given), training=False) for layer in (ours, theirs)))


LAYERS = {
    "Resizing": {"height": 9, "width": 8},
    "CenterCrop": {"height": 8, "width": 6},
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.2},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": (0, 0.2)},
    "RandomZoom": {"height_factor": 0.2},
    "RandomShear": {"x_factor": 0.2, "y_factor": (0.1, 0.2)},
    "RandomPerspective": {"scale": 0.3},
    "RandomElasticTransform": {},
    "RandomBrightness": {"factor": 0.2},
    "RandomContrast": {"factor": 0.2},
    "RandomColorDegeneration": {"factor": 0.2},
    "RandomColorJitter": {"brightness_factor": 0.1, "hue_factor": 0.2},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.2},
    "RandomSaturation": {"factor": 0.2},
    "RandomInvert": {},
    "RandomPosterization": {"factor": 4},
    "RandomSharpness": {"factor": 0.5},
    "RandomGaussianBlur": {},
    "RandomErasing": {},
    "Solarization": {"threshold_factor": 0.5},
    "CutMix": {},
    "MixUp": {},
    "RandAugment": {},
    "AugMix": {},
    "AutoContrast": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": (2, 2)},
    "MaxNumBoundingBoxes": {"max_number": 3},
}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.slow
def test_configs_and_files_are_keras_s(tmp_path):
    models = []
    for library in (keras, kerata):
        stack = [getattr(library.layers, n)(**given, name=n) for n, given in LAYERS.items()]
        # Keras makes a cycle of a model with this layer, but not of a pipeline with it.
        inner = library.layers.Equalization(name="inner")
        pipeline = library.layers.Pipeline([inner], name="p")
        models.append(library.Sequential([library.Input((8, 6, 3)), *stack, pipeline]))
    for theirs, ours in zip(*(m.layers for m in models), strict=True):
        config, own = theirs.get_config(), ours.get_config()
        if theirs.name == "RandomShear":  # Keras can't read its own
            assert own.pop("x_factor") == config.pop("x_factor")[1]
        if theirs.name == "MaxNumBoundingBoxes":  # Keras forgets it
            assert own.pop("fill_value") == -1
        if theirs.name == "RandomGrayscale":  # Keras forgets it
            assert own.pop("seed") is None
        if theirs.name == "p":
            config, own = config["layers"][0]["config"], own["layers"][0]["config"]
        config.pop("dtype"), own.pop("dtype")
        assert plain(own) == plain(config), theirs.name
    wanted = models[0].predict(PIXELS, verbose=0)
    np.testing.assert_allclose(models[1].predict(PIXELS, verbose=0), wanted, rtol=1e-4, atol=1e-2)
    for model, library in zip(models, (kerata, keras), strict=True):
        path = tmp_path / f"{library.__name__}.keras"
        model.save(path)
        again = library.models.load_model(path)
        assert [type(layer).__name__ for layer in again.layers][:-1] == list(LAYERS)
        np.testing.assert_allclose(again.predict(PIXELS, verbose=0), wanted, rtol=1e-4, atol=1e-2)


SOUND = rng.normal(size=(2, 64)).astype("float32")
SPECTRA = [
    case("MelSpectrogram", fast=True, fft_length=16, sequence_stride=7, num_mel_bins=5),
    case("MelSpectrogram", fft_length=16, sequence_length=12, num_mel_bins=4, power_to_db=False),
    case("STFTSpectrogram", fast=True, frame_length=10, frame_step=4),
    case("STFTSpectrogram", mode="psd", frame_length=8, padding="same", expand_dims=True),
    case("STFTSpectrogram", mode="stft", frame_length=8, fft_length=16, scaling="spectrum"),
    case("STFTSpectrogram", mode="angle", frame_length=8, window="hamming", periodic=True),
    case("STFTSpectrogram", mode="real", frame_length=8, window=None, scaling=None),
    case("STFTSpectrogram", mode="imag", frame_length=8, expand_dims=True),
    case("STFTSpectrogram", mode="magnitude", frame_length=8, **FIRST),
    case("STFTSpectrogram", mode="stft", frame_length=8, expand_dims=True, **FIRST),
]


@pytest.mark.parametrize(("name", "given"), SPECTRA)
def test_spectrograms_are_keras_s(name, given):
    theirs, ours = both(name, given)
    if name == "STFTSpectrogram":
        shape = (2, 2, 32) if given.get("data_format") else (2, 32, 2)
        sound = SOUND.reshape(shape)
    else:
        sound = SOUND
    mine, other = ours(sound), theirs(sound)
    if given.get("mode") == "angle":  # where nothing is heard, any angle is right
        mine, other = (np.cos(a) for a in (mine, other))
    same(mine, other, atol=1e-4)
    assert ours.compute_output_shape(sound.shape) == mine.shape
    own, config = ours.get_config(), theirs.get_config()
    config.pop("dtype"), own.pop("dtype"), config.pop("name"), own.pop("name")
    assert plain(own) == plain(config)
