"""The functions of ``ops`` that NumPy has too."""

# ruff: noqa: F403 (the names are listed in each module's __all__)

from kerata.ops import (
    creation,
    elementwise,
    exponentials,
    indexing,
    joining,
    logic,
    nan_reductions,
    ordering,
    products,
    reductions,
    rounding,
    shaping,
    trigonometry,
)
from kerata.ops.activations import tanh
from kerata.ops.control_flow import vectorize
from kerata.ops.core import ndim, size
from kerata.ops.creation import *
from kerata.ops.elementwise import *
from kerata.ops.exponentials import *
from kerata.ops.indexing import *
from kerata.ops.joining import *
from kerata.ops.linalg import slogdet
from kerata.ops.logic import *
from kerata.ops.nan_reductions import *
from kerata.ops.ordering import *
from kerata.ops.products import *
from kerata.ops.reductions import *
from kerata.ops.rounding import *
from kerata.ops.shaping import *
from kerata.ops.trigonometry import *

__all__ = ["ndim", "size", "slogdet", "tanh", "vectorize"]
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += exponentials.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += logic.__all__
__all__ += nan_reductions.__all__
__all__ += ordering.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += rounding.__all__
__all__ += shaping.__all__
__all__ += trigonometry.__all__
