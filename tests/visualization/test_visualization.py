"""Boxes, masks and galleries: pixels, files, Keras's masks, messages."""

import sys

import keras
import numpy as np
import pytest
from PIL import Image

from kerata import visualization

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (2, 12, 16, 3)).astype("uint8")
BOXES = {
    "boxes": np.array([[[4, 2, 10, 8], [0, 0, 3, 3]], [[1, 1, 5, 5], [2, 2, 6, 6]]]),
    "labels": np.array([[1, -1], [2, 1]]),
}
RED = (255, 0, 0)


def changed(drawn, images=IMAGES):
    return (drawn != images).any(-1)


def test_a_box_is_drawn_around_its_place_and_minus_one_is_no_box():
    drawn = visualization.draw_bounding_boxes(IMAGES, BOXES, "xyxy", color=RED, line_thickness=1)
    assert (drawn.shape, drawn.dtype) == (IMAGES.shape, np.uint8)
    expected = np.zeros((12, 16), bool)
    expected[2:9, 4:11] = True
    expected[3:8, 5:10] = False
    assert np.array_equal(changed(drawn)[0], expected)
    assert np.array_equal(drawn[0][expected], np.tile(RED, (expected.sum(), 1)))


def test_formats_and_layouts_are_one():
    expected = visualization.draw_bounding_boxes(IMAGES, BOXES, "xyxy")
    shares = BOXES | {"boxes": BOXES["boxes"][..., [1, 0, 3, 2]] / [12, 16, 12, 16]}
    assert np.array_equal(visualization.draw_bounding_boxes(IMAGES, shares, "rel_yxyx"), expected)
    moved = visualization.draw_bounding_boxes(
        np.moveaxis(IMAGES, -1, 1), BOXES, "xyxy", data_format="channels_first"
    )
    assert np.array_equal(moved, np.moveaxis(expected, -1, 1))
    floats = visualization.draw_bounding_boxes(IMAGES / 255.0, BOXES, "xyxy")
    assert abs(floats.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("channels", [1, 4])
def test_other_numbers_of_channels(channels):
    images = np.zeros((2, 12, 16, channels))
    drawn = visualization.draw_bounding_boxes(images, BOXES, "xyxy", color=RED)
    assert drawn.shape == images.shape
    assert drawn[0, 2, 4].tolist() == [255, 0, 0, 255][:channels]


def test_names_and_confidences_are_written_above_or_inside():
    images = np.zeros((1, 100, 200, 3), "uint8")
    box = {"boxes": np.array([[[20, 60, 60, 90]]]), "labels": np.array([[1]])}
    plain = visualization.draw_bounding_boxes(images, box, "xyxy")
    named = visualization.draw_bounding_boxes(images, box, "xyxy", {1: "cat"})
    sure = visualization.draw_bounding_boxes(
        images, box | {"confidences": np.array([[0.875]])}, "xyxy", {1: "cat"}
    )
    rows = np.flatnonzero((named != plain).any((0, 2, 3)))
    assert 30 <= rows.min() <= rows.max() <= 60
    assert changed(sure, named)[..., 80:].any()
    box["boxes"] = np.array([[[20, 2, 60, 30]]])
    inside = visualization.draw_bounding_boxes(images, box, "xyxy", {1: "cat"})
    rows = np.flatnonzero(
        (inside != visualization.draw_bounding_boxes(images, box, "xyxy")).any((0, 2, 3))
    )
    assert rows.min() > 2


def test_masks_have_keras_colours_and_leave_the_background():
    masks = RNG.integers(0, 4, (2, 12, 16, 1))
    options = {"num_classes": 4, "alpha": 0.6, "ignore_index": 2}
    expected = keras.visualization.draw_segmentation_masks(IMAGES, masks, **options)
    found = visualization.draw_segmentation_masks(IMAGES, masks, **options)
    drawn = masks[..., 0] > 0
    assert np.array_equal(found[drawn], expected[drawn])
    assert np.array_equal(found[~drawn], IMAGES[~drawn])
    colors = {0: (1, 2, 3), 1: (9, 8, 7), 2: (50, 60, 70), 3: (200, 100, 0)}
    for blend in (True, False):
        expected, found = (
            lib.draw_segmentation_masks(IMAGES, masks, 4, colors | {4: RED}, blend=blend)
            for lib in (keras.visualization, visualization)
        )
        assert np.array_equal(found, np.asarray(expected))


def test_the_last_class_is_drawn_and_layouts_are_one():
    masks = RNG.integers(0, 4, (2, 12, 16))
    found = visualization.draw_segmentation_masks(IMAGES, masks, alpha=1.0)
    assert len(np.unique(found[masks == 3], axis=0)) == 1
    moved = visualization.draw_segmentation_masks(
        np.moveaxis(IMAGES, -1, 1), masks[:, None], alpha=1.0, data_format="channels_first"
    )
    assert np.array_equal(moved, found)


class TestGalleries:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "folder" / "gallery.png"

    def pixels(self, path):
        return np.asarray(Image.open(path).convert("RGB")).astype(int)

    def test_all_pictures_are_shown(self, path):
        colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255]])
        images = np.broadcast_to(colors[:, None, None] / 255, (5, 8, 8, 3))
        visualization.plot_image_gallery(
            images, [0, 1, 0, 1, 0], [1] * 5, {0: "a", 1: "b"}, value_range=(0, 1), path=path
        )
        seen = {tuple(c) for c in self.pixels(path).reshape(-1, 3)}
        assert {tuple(c) for c in colors} <= seen

    def test_boxes_and_masks(self, path):
        visualization.plot_bounding_box_gallery(
            IMAGES * 0, "xyxy", BOXES, BOXES, legend=True, path=path, line_thickness=1
        )
        seen = {tuple(c) for c in self.pixels(path).reshape(-1, 3)}
        assert (255, 235, 59) in seen
        masks = np.ones((2, 12, 16, 1))
        visualization.plot_segmentation_mask_gallery(
            IMAGES / 255.0, 1, (0, 1), masks, masks, {1: RED}, alpha=1.0, path=path
        )
        assert (self.pixels(path) == RED).all(-1).mean() > 0.5

    def test_arguments_that_make_no_sense(self, path):
        gallery = visualization.plot_image_gallery
        with pytest.raises(ValueError, match=r"either path=\.\.\. or show=True"):
            gallery(IMAGES, path=path, show=True)
        with pytest.raises(ValueError, match="needs label_map"):
            gallery(IMAGES, [0, 1], show=False)
        with pytest.raises(ValueError, match=r"must be a batch of shape .* got \(12, 16, 3\)"):
            gallery(IMAGES[0], show=False)
        with pytest.raises(ValueError, match="legend or legend_handles, not both"):
            visualization.plot_bounding_box_gallery(
                IMAGES, "xyxy", legend=True, legend_handles=[1], show=False
            )

    def test_a_missing_matplotlib_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
        with pytest.raises(ImportError, match=r"need matplotlib.*kerata\[plots\]"):
            visualization.plot_image_gallery(IMAGES, show=False)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"images": IMAGES[..., :2]}, ValueError, "1, 3 or 4 channels, got 2"),
        ({"bounding_boxes": [1]}, TypeError, "must be a dictionary .* got a list"),
        ({"bounding_boxes": {"boxes": 1}}, ValueError, "lacks 'labels'; it has 'boxes'"),
        (
            {"bounding_boxes": BOXES | {"boxes": BOXES["boxes"][:1]}},
            ValueError,
            r"must have the shape \(2, boxes, 4\)",
        ),
        (
            {"bounding_boxes": BOXES | {"labels": np.zeros((2, 3))}},
            ValueError,
            r"labels must have the shape \(2, 2\).* got \(2, 3\)",
        ),
        ({"bounding_box_format": "xxyy"}, ValueError, "'xxyy'"),
    ],
)
def test_boxes_that_do_not_fit(changes, error, said):
    given = {"images": IMAGES, "bounding_boxes": BOXES, "bounding_box_format": "xyxy"}
    with pytest.raises(error, match=said):
        visualization.draw_bounding_boxes(**(given | changes))


@pytest.mark.parametrize(
    ("masks", "options", "error", "said"),
    [
        (np.ones((2, 12, 16)), {}, TypeError, "whole numbers of classes, got float64"),
        (np.ones((2, 12, 15), int), {}, ValueError, r"the masks \(2, 12, 15\)"),
        (np.ones((2, 12, 16), int), {"alpha": 2}, ValueError, "alpha must be from 0 to 1"),
        (
            np.ones((2, 12, 16), int),
            {"color_mapping": {2: RED}},
            ValueError,
            "no colour for class 1; it has those of 2",
        ),
    ],
)
def test_masks_that_do_not_fit(masks, options, error, said):
    with pytest.raises(error, match=said):
        visualization.draw_segmentation_masks(IMAGES, masks, **options)
