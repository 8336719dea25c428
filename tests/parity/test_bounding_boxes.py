"""Functions for bounding boxes, against Keras's."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import kerata
from kerata.utils.bounding_boxes.formats import FORMATS

OURS, THEIRS = kerata.utils.bounding_boxes, keras.utils.bounding_boxes
rng = np.random.default_rng(2)
SIZE = {"height": 60, "width": 80}


def boxes(*shape):
    corner, size = rng.uniform(0, 40, (*shape, 2)), rng.uniform(2, 30, (*shape, 2))
    return np.concatenate([corner, corner + size], axis=-1).astype("float32")


BOXES, OTHERS = boxes(2, 3), boxes(2, 4)
ANGLES = rng.uniform(-40, 40, 2).astype("float32")
SHARES = rng.uniform(-0.2, 0.2, (2, 2)).astype("float32")
NUMBERS = (ANGLES, SHARES[0], SHARES[1], 1 + SHARES[0], ANGLES / 3, ANGLES / 5, 60, 80)


def same(name, *args, **kwargs):
    mine, other = (getattr(space, name)(*args, **kwargs) for space in (OURS, THEIRS))
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=1e-5, atol=1e-4)
    return mine


def test_all_names_of_keras_are_there():
    names = {name for name in dir(THEIRS) if not name.startswith("_")}
    assert names == set(OURS.__all__)


def test_formats():
    for source in FORMATS:
        start = OURS.convert_format(BOXES, "xyxy", source, **SIZE)
        for target in FORMATS:
            same("convert_format", start, source, target, **SIZE)


def test_moves():
    same("affine_transform", BOXES, *NUMBERS)
    same("affine_transform", BOXES, *NUMBERS, center_x=0.3, center_y=0.7)
    same("crop", BOXES, 10, 5, 20, 30)
    same("pad", BOXES[0], 10, 5)
    held = {"boxes": BOXES - 20, "labels": np.arange(6).reshape(2, 3)}
    mine, other = (space.clip_to_image_size(dict(held), 20, 30) for space in (OURS, THEIRS))
    np.testing.assert_allclose(mine["boxes"], other["boxes"], atol=1e-5)
    assert np.array_equal(mine["labels"], other["labels"])
    assert (mine["labels"] == -1).any()


def test_overlaps_and_anchors():
    same("compute_iou", BOXES, OTHERS, "xyxy")
    same("compute_iou", BOXES[0], OTHERS[0], "center_xywh")
    shares = [b / 80 for b in (BOXES, OTHERS)]
    same("compute_iou", *shares, "rel_yxyx", image_shape=(60, 80, 3))
    masked = same("compute_iou", np.array([[-1, -1, -1, -1.0], *BOXES[0]]), OTHERS[0], "xyxy", True)
    assert (masked[0] == -1).all()
    same("compute_ciou", BOXES[0], OTHERS[0][:3], "xyxy")
    places = ("xyxy", "xywh")
    same("encode_box_to_deltas", BOXES[0], BOXES, *places, variance=[0.1, 0.1, 0.2, 0.2])
    deltas = rng.normal(size=(2, 3, 4)).astype("float32") / 5
    same("decode_deltas_to_boxes", BOXES[0], deltas, *places, encoded_format="center_xywh")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: OURS.convert_format(BOXES, "xyxy", "xyzw"), ValueError, "unknown format"),
        (lambda: OURS.convert_format(BOXES, "xyxy", "rel_xyxy"), ValueError, "height and width"),
        (lambda: OURS.convert_format(BOXES[..., :3], "xyxy", "xywh"), ValueError, r"\(2, 3, 3\)"),
        (lambda: OURS.crop(BOXES, 1, 1, 5, 5, "xywh"), NotImplementedError, "'xyxy'"),
        (lambda: OURS.compute_ciou(BOXES, BOXES, "rel_xyxy"), ValueError, "image_shape"),
        (lambda: OURS.compute_iou(BOXES[None], BOXES, "xyxy"), ValueError, r"\(1, 2, 3, 4\)"),
        (
            lambda: OURS.encode_box_to_deltas(BOXES, BOXES, "xyxy", "xyxy", variance=[1, 2]),
            ValueError,
            "four numbers",
        ),
    ],
)
def test_what_is_no_box_is_refused_in_one_sentence(call, error, text):
    with pytest.raises(error, match=text) as found:
        call()
    assert len(str(found.value).splitlines()) == 1
