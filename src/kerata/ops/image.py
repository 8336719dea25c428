"""The functions of ``ops`` for images: ``ops.image.resize``, ``ops.image.rgb_to_hsv``, ..."""

# ruff: noqa: F403 (the names are listed in each module's __all__)

from kerata.ops import (
    image_borders,
    image_colors,
    image_distortions,
    image_filters,
    image_geometry,
)
from kerata.ops.image_borders import *
from kerata.ops.image_colors import *
from kerata.ops.image_distortions import *
from kerata.ops.image_filters import *
from kerata.ops.image_geometry import *

__all__: list[str] = []
__all__ += image_borders.__all__
__all__ += image_colors.__all__
__all__ += image_distortions.__all__
__all__ += image_filters.__all__
__all__ += image_geometry.__all__
