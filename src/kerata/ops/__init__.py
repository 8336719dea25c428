"""NumPy-like functions that work on arrays, variables and symbolic tensors."""

# ruff: noqa: F403 (the names are listed in each module's __all__)

from kerata.ops import (
    activations,
    alignment,
    attention,
    control_flow,
    convolution,
    core,
    creation,
    elementwise,
    exponentials,
    fourier,
    image,
    images,
    indexing,
    joining,
    labels,
    linalg,
    logic,
    math,
    nan_reductions,
    nn,
    normalization,
    numpy,
    operators,
    ordering,
    output_rules,
    pooling,
    products,
    rearranging,
    rectifiers,
    reductions,
    rounding,
    shaping,
    spectrograms,
    trigonometry,
    windows,
)
from kerata.ops.activations import *
from kerata.ops.alignment import *
from kerata.ops.attention import *
from kerata.ops.control_flow import *
from kerata.ops.convolution import *
from kerata.ops.core import *
from kerata.ops.creation import *
from kerata.ops.elementwise import *
from kerata.ops.exponentials import *
from kerata.ops.fourier import *
from kerata.ops.images import *
from kerata.ops.indexing import *
from kerata.ops.joining import *
from kerata.ops.labels import *
from kerata.ops.linalg import *
from kerata.ops.logic import *
from kerata.ops.math import *
from kerata.ops.nan_reductions import *
from kerata.ops.normalization import *
from kerata.ops.ordering import *
from kerata.ops.pooling import *
from kerata.ops.products import *
from kerata.ops.rearranging import *
from kerata.ops.rectifiers import *
from kerata.ops.reductions import *
from kerata.ops.rounding import *
from kerata.ops.shaping import *
from kerata.ops.spectrograms import *
from kerata.ops.trigonometry import *
from kerata.ops.windows import *

# The symbolic tensors get their operators as soon as this package is imported.
operators.attach_operators()
output_rules.declare_rules()

__all__ = ["image", "nn", "numpy"]
__all__ += activations.__all__
__all__ += alignment.__all__
__all__ += attention.__all__
__all__ += control_flow.__all__
__all__ += convolution.__all__
__all__ += core.__all__
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += exponentials.__all__
__all__ += fourier.__all__
__all__ += images.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += labels.__all__
__all__ += linalg.__all__
__all__ += logic.__all__
__all__ += math.__all__
__all__ += nan_reductions.__all__
__all__ += normalization.__all__
__all__ += ordering.__all__
__all__ += pooling.__all__
__all__ += products.__all__
__all__ += rearranging.__all__
__all__ += rectifiers.__all__
__all__ += reductions.__all__
__all__ += rounding.__all__
__all__ += shaping.__all__
__all__ += spectrograms.__all__
__all__ += trigonometry.__all__
__all__ += windows.__all__
