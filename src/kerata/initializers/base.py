"""What every initializer is."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import jax

from kerata.base.configurable import Configurable
from kerata.base.eager import asked_apart


class Initializer(Configurable):
    """Base class of initializers: objects that give a variable its first values.

    A subclass defines ``__call__(self, shape, dtype=None)`` and returns an array.

    >>> class Halves(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return Ones()(shape, dtype) / 2
    >>> from kerata.initializers import Ones
    >>> Halves()((2,))
    Array([0.5, 0.5], dtype=float32)
    """

    _makes_first_values: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__ and cls.__module__.startswith("kerata."):
            cls.__call__ = asked_apart(cls.__call__)  # type: ignore[method-assign] # wrapped

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """Give an array of this shape and type (``floatx()`` by default)."""
        raise NotImplementedError(
            f"{type(self).__name__} has no __call__() method; define __call__(self, shape, dtype)."
        )

    def clone(self) -> Self:
        """Give a new initializer with the same arguments."""
        return type(self).from_config(self.get_config())
