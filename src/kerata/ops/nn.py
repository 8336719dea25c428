"""The functions of ``ops`` that networks are made of."""

# ruff: noqa: F403 (the names are listed in each module's __all__)

from kerata.ops import activations, attention, images, labels, normalization, rectifiers
from kerata.ops.activations import *
from kerata.ops.attention import *
from kerata.ops.images import *
from kerata.ops.labels import *
from kerata.ops.normalization import *
from kerata.ops.rectifiers import *
from kerata.ops.trigonometry import polar

__all__ = ["polar"]
__all__ += activations.__all__
__all__ += attention.__all__
__all__ += images.__all__
__all__ += labels.__all__
__all__ += normalization.__all__
__all__ += rectifiers.__all__
