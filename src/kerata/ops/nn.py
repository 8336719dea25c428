"""The functions of ``ops`` that networks are made of."""

# ruff: noqa: F403 (the names are listed in each module's __all__)

from kerata.ops import (
    activations,
    alignment,
    attention,
    convolution,
    images,
    labels,
    normalization,
    pooling,
    rectifiers,
    windows,
)
from kerata.ops.activations import *
from kerata.ops.alignment import *
from kerata.ops.attention import *
from kerata.ops.convolution import *
from kerata.ops.images import *
from kerata.ops.labels import *
from kerata.ops.normalization import *
from kerata.ops.pooling import *
from kerata.ops.rectifiers import *
from kerata.ops.trigonometry import polar
from kerata.ops.windows import *

__all__ = ["polar"]
__all__ += activations.__all__
__all__ += alignment.__all__
__all__ += attention.__all__
__all__ += convolution.__all__
__all__ += images.__all__
__all__ += labels.__all__
__all__ += normalization.__all__
__all__ += pooling.__all__
__all__ += rectifiers.__all__
__all__ += windows.__all__
