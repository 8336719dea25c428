# ruff: noqa: F401 # what is imported here is what programs find
"""TensorFlow's language on JAX: ``import kerata.compat.tensorflow as tf``.

Programs for ``tensorflow.keras`` that use TensorFlow's own functions run with this in its place;
`docs/tensorflow.md` says what there is and what is refused. From the import on, results of layers
and losses are tensors with ``numpy()``, and an open ``GradientTape`` notes them.
"""

from __future__ import annotations

import contextlib as _contextlib
import importlib as _importlib
from typing import Any as _Any

import kerata as keras
from kerata.base.eager import set_front as _set_front
from kerata.compat.tensorflow import (
    arithmetic as _arithmetic,
    choosing as _choosing,
    config,
    control_flow as _control_flow,
    data,
    debugging,
    errors,
    image,
    io,
    linalg,
    making as _making,
    math,
    nn,
    operators as _operators,
    random,
    shapes as _shapes,
    strings,
    test,
)
from kerata.compat.tensorflow.front import FRONT
from kerata.compat.tensorflow.functions import function
from kerata.compat.tensorflow.lacking import lacking as _lacking
from kerata.compat.tensorflow.modules import Module
from kerata.compat.tensorflow.registering import FUNCTIONS as _FUNCTIONS
from kerata.compat.tensorflow.tape import GradientTape, custom_gradient
from kerata.compat.tensorflow.tensor import Tensor
from kerata.compat.tensorflow.variable import Variable, is_variable as _is_variable
from kerata.data.spec import DType as _DType, TensorShape, TensorSpec, type_of as as_dtype

__version__ = "2.21.0"
VERSION = __version__

float16, float32, float64 = map(_DType, ("float16", "float32", "float64"))
bfloat16, half, double = _DType("bfloat16"), float16, float64
int8, int16, int32, int64 = map(_DType, ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = map(_DType, ("uint8", "uint16", "uint32", "uint64"))
bool, string, complex64 = _DType("bool"), _DType("string"), _DType("complex64")
complex128 = _DType("complex128")
DType = _DType

globals().update({name: _arithmetic.FUNCTIONS[name] for name in _arithmetic.IN_TF})
# Filled by the modules that are imported above.
globals().update(_FUNCTIONS)
newaxis = None
pow = _arithmetic.FUNCTIONS["pow"]


class dtypes:
    """``tf.dtypes``."""

    DType = _DType
    cast = staticmethod(_FUNCTIONS["cast"])
    as_dtype = staticmethod(as_dtype)
    float32, float64, int32, int64, string = float32, float64, int32, int64, string


class autodiff:
    """``tf.autodiff``."""

    GradientTape = GradientTape


class UnconnectedGradients:
    """What a source gets on which a target does not depend."""

    NONE = "none"
    ZERO = "zero"


class compat:
    """``tf.compat``: what of it does nothing."""

    @staticmethod
    def as_str(text: _Any) -> str:
        """Give a text."""
        return text.decode() if isinstance(text, bytes) else str(text)

    as_text = as_str


class version:
    """``tf.version``."""

    VERSION = __version__


class sysconfig:
    """``tf.sysconfig``."""

    @staticmethod
    def get_build_info() -> dict[str, _Any]:
        """Say that there is no CUDA."""
        return {"is_cuda_build": False}


class autograph:
    """``tf.autograph``."""

    class experimental:
        """``tf.autograph.experimental``."""

        @staticmethod
        def do_not_convert(func: _Any = None) -> _Any:
            """Give the function as it is."""
            return func if func is not None else lambda inner: inner

        @staticmethod
        def set_loop_options(*_: _Any, **__: _Any) -> None:
            """Change nothing."""

    @staticmethod
    def set_verbosity(*_: _Any, **__: _Any) -> None:
        """Change nothing."""


@_contextlib.contextmanager
def _block(*_: _Any, **__: _Any) -> _Any:
    yield


device = name_scope = init_scope = control_dependencies = _block


def executing_eagerly() -> _Any:
    """``tf.executing_eagerly``: whether values are known here."""
    from kerata.base.scope import current_scope

    return current_scope() is None


def get_logger() -> _Any:
    """``tf.get_logger``: a logger."""
    import logging

    return logging.getLogger("tensorflow")


is_variable = _is_variable


# Older names of what is in Keras.
_OF_KERAS = {
    "constant_initializer": "initializers.Constant",
    "initializers": "initializers",
    "losses": "losses",
    "metrics": "metrics",
    "ones_initializer": "initializers.Ones",
    "optimizers": "optimizers",
    "random_normal_initializer": "initializers.RandomNormal",
    "random_uniform_initializer": "initializers.RandomUniform",
    "zeros_initializer": "initializers.Zeros",
}


def __getattr__(name: str) -> _Any:
    if name in _OF_KERAS:
        module, _, found = _OF_KERAS[name].partition(".")
        home = _importlib.import_module(f"kerata.{module}")
        return getattr(home, found) if found else home
    if not name.startswith("_"):
        with _contextlib.suppress(ModuleNotFoundError):
            return _importlib.import_module(f"{__name__}.{name}")
    return _lacking(__name__)(name)


_set_front(FRONT)
