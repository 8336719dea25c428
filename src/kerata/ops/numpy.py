"""The functions of ``ops`` that NumPy has too."""

# ruff: noqa: F403 (the names are listed in each module's __all__)

from kerata.ops import creation, elementwise, products, reductions, shaping
from kerata.ops.activations import tanh
from kerata.ops.core import ndim, size, vectorize
from kerata.ops.creation import *
from kerata.ops.elementwise import *
from kerata.ops.linalg import slogdet
from kerata.ops.products import *
from kerata.ops.reductions import *
from kerata.ops.shaping import *

__all__ = ["ndim", "size", "slogdet", "tanh", "vectorize"]
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += shaping.__all__
