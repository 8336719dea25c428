"""Boxes around things in pictures: ways to write them, moves, overlaps, distances to anchors."""

from kerata.utils.bounding_boxes.anchors import decode_deltas_to_boxes, encode_box_to_deltas
from kerata.utils.bounding_boxes.formats import clip_to_image_size, convert_format
from kerata.utils.bounding_boxes.moves import affine_transform, crop, pad
from kerata.utils.bounding_boxes.overlaps import compute_ciou, compute_iou

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]
