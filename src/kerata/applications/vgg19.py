"""VGG19 (Simonyan and Zisserman 2014, arXiv:1409.1556)."""

from __future__ import annotations

from kerata.applications.building import application
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.vgg16 import vgg

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]

VGG19 = application(
    "VGG19",
    vgg(
        "vgg19",
        (2, 2, 4, 4, 4),
        "cbe5617147190e668d6c5d5026f83318",
        "253f8cb515780f3b799900260a226db6",
    ),
    "VGG19 (Simonyan and Zisserman 2014, arXiv:1409.1556): 144 million weights.",
    name="vgg19",
)
preprocess_input = in_mode("caffe")
