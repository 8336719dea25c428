"""Layers that change images: what they take, when they act, what they refuse."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers

rng = np.random.default_rng(0)
IMAGES = rng.uniform(0, 255, (4, 8, 6, 3)).astype("float32")
LABELS = np.eye(4, dtype="float32")
MASKS = rng.integers(0, 3, (4, 8, 6, 1))
LISTS = {"boxes": [[[1, 1, 3, 6]], [], [[0, 0, 2, 2], [1, 1, 4, 4]], []]}
LISTS["labels"] = [[1], [], [2, 3], []]
WHOLE = {"images": IMAGES, "labels": LABELS, "segmentation_masks": MASKS, "names": "abcd"}

ALL = {
    "Resizing": {"height": 8, "width": 6},
    "CenterCrop": {"height": 8, "width": 6},
    "RandomCrop": {"height": 5, "width": 4},
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.2},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
    "RandomShear": {"x_factor": 0.2, "y_factor": 0.1},
    "RandomPerspective": {"scale": 0.3},
    "RandomElasticTransform": {},
    "RandomBrightness": {"factor": 0.2},
    "RandomContrast": {"factor": 0.2},
    "RandomColorDegeneration": {"factor": 0.2},
    "RandomColorJitter": {"brightness_factor": 0.1, "hue_factor": 0.2, "saturation_factor": 0.4},
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
    "AugMix": {"num_chains": 2, "chain_depth": 2},
    "Equalization": {},
    "AutoContrast": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": (2, 2)},
    "MaxNumBoundingBoxes": {"max_number": 3, "fill_value": -2},
}
ALWAYS = (
    *("AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization"),
    *("Resizing", "CenterCrop", "MaxNumBoundingBoxes"),
)


def made(name, /, **more):
    return getattr(layers, name)(**ALL[name], **more)


@pytest.mark.only_cases("RandomCrop", "MaxNumBoundingBoxes")
@pytest.mark.parametrize("name", ALL)
def test_dictionaries_single_images_and_symbols(name):
    layer = made(name, seed=3) if "Random" in name else made(name)
    if name not in ALWAYS:
        assert np.array_equal(layer(IMAGES, training=False), IMAGES)
    boxed = made(name, bounding_box_format="xyxy")
    data = dict(WHOLE) if name == "CutMix" else {**WHOLE, "bounding_boxes": LISTS}
    before = set(data)
    out = boxed(data, training=True)
    assert set(out) == before == set(data)
    assert out["names"] == "abcd"
    assert out["images"].shape == layer.compute_output_shape(IMAGES.shape)
    assert out["segmentation_masks"].shape[:3] == out["images"].shape[:3]
    if "bounding_boxes" in out:
        boxes = out["bounding_boxes"]
        assert boxes["boxes"].shape == (*boxes["labels"].shape, 4)
    one = {key: WHOLE[key][0] for key in ("images", "labels", "segmentation_masks")}
    alone = layer(one, training=True)
    assert alone["images"].shape == out["images"].shape[1:]
    assert alone["labels"].shape == (4,)
    symbol = layer(keras.Input((8, 6, 3)))
    assert symbol.shape == (None, *out["images"].shape[1:])
    assert symbol.dtype == layer(IMAGES[0], training=True).dtype


@pytest.mark.only_cases("RandomShear", "AugMix", "MaxNumBoundingBoxes")
@pytest.mark.parametrize("name", ALL)
def test_config_makes_the_same_layer(name):
    layer = made(name, bounding_box_format="xywh", data_format="channels_first", name="one")
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    assert again.data_format == "channels_first"


def test_one_seed_gives_the_same_images_and_the_next_call_others():
    first, second = (layers.RandomRotation(0.3, seed=7) for _ in range(2))
    one, other = first(IMAGES, training=True), second(IMAGES, training=True)
    assert np.array_equal(one, other)
    assert not np.array_equal(one, first(IMAGES, training=True))
    drawn = first.get_random_transformation(IMAGES, seed=1)["angle"]
    assert np.array_equal(drawn, second.get_random_transformation(IMAGES, seed=1)["angle"])
    assert len(set(drawn.tolist())) == len(IMAGES)


@pytest.mark.slow
def test_random_numbers_fill_their_ranges():
    many = np.zeros((4000, 2, 2, 3), "float32")

    def drawn(layer, key):
        return np.asarray(layer.get_random_transformation(many)[key])

    def reaches(numbers, low, high):
        width = (high - low) / 50
        assert low <= numbers.min() < low + width
        assert high - width < numbers.max() <= high
        assert abs(numbers.mean() - (low + high) / 2) < width * 2

    reaches(drawn(layers.RandomRotation((-0.1, 0.3)), "angle"), -36, 108)
    reaches(drawn(layers.RandomZoom((-0.5, 0.2)), "height_zoom"), 0.5, 1.2)
    reaches(drawn(layers.RandomTranslation(0, 0.5), "translations")[:, 0], -1, 1)
    reaches(drawn(layers.RandomBrightness(0.2), "rgb_delta"), -51, 51)
    reaches(drawn(layers.RandomHue(0.4), "factor"), -0.2, 0.2)
    assert set(drawn(layers.RandomPosterization((2, 5)), "shift_factor")) == {4, 5, 6}
    for layer, key in (
        (layers.RandomFlip(), "flips"),
        (layers.RandomInvert(), "apply_inversion"),
    ):
        assert abs(drawn(layer, key).mean() - 0.5) < 0.03
    erased = layers.RandomErasing((1, 1), scale=(1, 1), fill_value=(1, 2, 3))
    assert np.array_equal(erased(IMAGES[:1], training=True)[0, 4, 4], [1, 2, 3])


@pytest.mark.slow
def test_masks_and_labels_follow_their_images():
    large = np.tile(IMAGES, (1, 6, 8, 1))
    moved = layers.RandomElasticTransform((1, 1), (1, 1), interpolation="nearest")(
        {"images": large, "segmentation_masks": large}, training=True
    )
    assert np.array_equal(moved["images"], moved["segmentation_masks"])
    assert not np.array_equal(moved["images"], large)
    # Images that are their own labels are mixed as these are.
    flat = np.broadcast_to(LABELS[:, None, None], (4, 64, 64, 4))
    mixed = layers.MixUp(1.0)({"images": flat, "labels": LABELS}, training=True)
    np.testing.assert_allclose(mixed["images"][:, 0, 0], mixed["labels"], atol=1e-6)
    cut = layers.CutMix((1, 1))({"images": flat, "labels": LABELS}, training=True)
    np.testing.assert_allclose(cut["images"].mean((1, 2)), cut["labels"], atol=0.05)


def test_boxes_of_random_crop_follow_the_image():
    marked = np.zeros((2, 9, 12, 1), "float32")
    marked[:, 3:5, 4:8] = 1
    boxes = {"boxes": np.array([[[4, 3, 4, 2.0]]] * 2), "labels": np.ones((2, 1))}
    layer = layers.RandomCrop(7, 9, bounding_box_format="xywh")
    for _ in range(3):
        out = layer({"images": marked, "bounding_boxes": boxes}, training=True)
        x, y, width, height = np.asarray(out["bounding_boxes"]["boxes"])[0, 0].astype(int)
        found = np.asarray(out["images"])[0, :, :, 0]
        assert found[y : y + height, x : x + width].sum() == found.sum() > 0


def test_augmentation_trains_inside_a_model_and_predicts_without(tmp_path):
    keras.utils.set_random_seed(1)
    augment = layers.Pipeline([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
    model = keras.Sequential(
        [keras.Input((8, 6, 3)), augment, layers.Flatten(), layers.Dense(2, name="out")]
    )
    model.compile("sgd", "mse")
    x = IMAGES / 255
    model.fit(x, LABELS[:, :2], epochs=2, batch_size=3, verbose=0)
    plain = x.reshape(4, -1) @ np.asarray(model.layers[-1].kernel) + np.asarray(
        model.layers[-1].bias
    )
    np.testing.assert_allclose(model.predict(x, verbose=0), plain, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), plain, rtol=1e-4, atol=1e-5)


GREY = IMAGES[..., :2]
REFUSED = {
    "factor": (lambda: layers.RandomRotation(2.0), ValueError, "factor=2.0"),
    "factor text": (lambda: layers.RandomContrast("much"), ValueError, "'much'"),
    "three factors": (lambda: layers.RandomHue((0.1, 0.2, 0.3)), ValueError, "two numbers"),
    "bits": (lambda: layers.RandomPosterization(2.5), ValueError, "integer"),
    "range": (lambda: layers.RandomInvert(value_range=3), ValueError, "value_range=3"),
    "empty range": (lambda: layers.RandomHue(0.1, (1, 1)), ValueError, "value_range"),
    "fill mode": (lambda: layers.RandomZoom(0.1, fill_mode="x"), NotImplementedError, "'x'"),
    "kernel": (lambda: layers.RandomGaussianBlur(kernel_size=4), ValueError, "odd"),
    "size": (lambda: layers.Resizing(0, 3), ValueError, "height=0"),
    "alpha": (lambda: layers.MixUp(0), ValueError, "alpha=0"),
    "box format": (lambda: layers.RandomFlip(bounding_box_format="no"), ValueError, "'no'"),
    "rank": (lambda: layers.RandomFlip()(IMAGES[0, 0]), ValueError, r"\(6, 3\)"),
    "symbolic rank": (lambda: layers.RandomFlip()(keras.Input((8,))), ValueError, "None, 8"),
    "channels": (lambda: layers.RandomHue(0.1)(GREY), ValueError, "3 channels"),
    "grey": (lambda: layers.RandomGrayscale()(GREY), ValueError, "1 or 3 channels"),
    "no images": (lambda: layers.RandomFlip()({"image": IMAGES}), ValueError, "key 'images'"),
    "boxes": (
        lambda: layers.RandomFlip()({"images": IMAGES, "bounding_boxes": LISTS}),
        ValueError,
        "bounding_box_format=",
    ),
    "labels of boxes": (
        lambda: made("RandomFlip", bounding_box_format="xyxy")(
            {"images": IMAGES, "bounding_boxes": {"boxes": np.ones((4, 2, 4)), "labels": [1]}}
        ),
        ValueError,
        "label for each",
    ),
    "class numbers": (
        lambda: layers.MixUp()({"images": IMAGES, "labels": np.arange(4)}, training=True),
        ValueError,
        "to_categorical",
    ),
    "boxes of cutmix": (
        lambda: made("CutMix", bounding_box_format="xyxy")(
            {"images": IMAGES, "bounding_boxes": LISTS}, training=True
        ),
        NotImplementedError,
        "no bounding boxes",
    ),
    "pipeline": (lambda: layers.Pipeline(["flip"]), TypeError, "'flip'"),
    "sound": (lambda: layers.MelSpectrogram()(IMAGES), ValueError, r"\(4, 8, 6, 3\)"),
    "window": (lambda: layers.MelSpectrogram(8, sequence_length=9), ValueError, "fft_length=8"),
    "step": (lambda: layers.STFTSpectrogram(frame_length=4, frame_step=5), ValueError, "=5"),
    "whole numbers": (
        lambda: layers.STFTSpectrogram(frame_length=4)(np.ones((1, 9, 1), int)),
        TypeError,
        "int32",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_wrong_is_said_in_one_sentence(kind):
    call, error, text = REFUSED[kind]
    with pytest.raises(error, match=text) as found:
        call()
    assert len(str(found.value).splitlines()) == 1
