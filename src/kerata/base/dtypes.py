"""Number types: the default float type and policies of layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.registry import Namespace

_settings = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}
_FLOATS = ("bfloat16", "float16", "float32", "float64")


def floatx() -> str:
    """Give the default float type, ``'float32'`` unless changed.

    >>> floatx()
    'float32'
    """
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Set the default float type: ``'bfloat16'``, ``'float16'`` or ``'float32'``.

    Raises:
        ValueError: for any other name.
    """
    if value not in _FLOATS:
        raise ValueError(f"Unknown float type {value!r}; expected one of {', '.join(_FLOATS)}.")
    _settings["floatx"] = value


def epsilon() -> float:
    """Give the small number that keeps logarithms and divisions finite, 1e-7 unless changed."""
    return float(_settings["epsilon"])  # type: ignore[arg-type] # a number by its setter


def set_epsilon(value: float) -> None:
    """Set the small number that ``epsilon`` returns."""
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Give the default order of image axes, ``'channels_last'`` unless changed."""
    return str(_settings["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    """Set the default order of image axes: ``'channels_last'`` or ``'channels_first'``.

    Raises:
        ValueError: for any other name.
    """
    value = str(data_format).lower()
    if value not in ("channels_last", "channels_first"):
        raise ValueError(
            f"Unknown image data format {value!r}; expected 'channels_last' or 'channels_first'."
        )
    _settings["image_data_format"] = value


def standardize_data_format(value: str | None) -> str:
    """Check a layer's ``data_format`` argument and fill in the default.

    >>> standardize_data_format(None)
    'channels_last'
    """
    if value is None:
        return image_data_format()
    value = str(value).lower()
    if value not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format must be 'channels_last' or 'channels_first', got {value!r}.")
    return value


def dtype_name(dtype: Any) -> str:
    """Write any description of a type as its short name; None is the default float type.

    >>> import numpy as np
    >>> dtype_name(np.int64), dtype_name("float"), dtype_name(None)
    ('int64', 'float32', 'float32')
    """
    if dtype is None or dtype == "float":
        return floatx()
    if dtype == "int":
        return "int32"
    if isinstance(dtype, str) and dtype in ("bfloat16", "string"):
        return dtype
    name = getattr(dtype, "name", None)
    if isinstance(name, str):
        return name
    try:
        return np.dtype(dtype).name
    except TypeError:
        raise ValueError(f"Unknown dtype {dtype!r}; expected a name such as 'float32'.") from None


def is_float_dtype(dtype: Any) -> bool:
    """Say whether a type is a floating one, bfloat16 included."""
    return "float" in dtype_name(dtype)


class DTypePolicy:
    """The types a layer computes in and keeps its weights in.

    Arguments:
        name: ``'float32'``, ``'bfloat16'``, ... for both, or ``'mixed_bfloat16'`` /
            ``'mixed_float16'``: weights in float32, arithmetic in the short type.

    >>> policy = DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None) -> None:
        name = floatx() if name is None else str(name)
        self._name = name
        if name.startswith("mixed_"):
            short = name.removeprefix("mixed_")
            if short not in ("bfloat16", "float16"):
                raise ValueError(
                    f"Unknown dtype policy {name!r}; expected 'mixed_bfloat16' or 'mixed_float16'."
                )
            self._compute, self._variable = short, "float32"
        else:
            self._compute = self._variable = dtype_name(name)

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The type of the arithmetic and of the outputs."""
        return self._compute

    @property
    def variable_dtype(self) -> str:
        """The type the weights are kept in."""
        return self._variable

    @property
    def quantization_mode(self) -> str | None:
        """How weights are kept in fewer bits, such as ``'int8'``; None if they are not."""
        return None

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the policy."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """Rebuild a policy from ``get_config``."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_config() == self.get_config()

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<{type(self).__name__} "{self.name}">'


_default_policy: list[DTypePolicy] = []


def dtype_policy() -> DTypePolicy:
    """Give the policy of layers that are made without a ``dtype``.

    >>> dtype_policy()
    <DTypePolicy "float32">
    """
    return _default_policy[0] if _default_policy else DTypePolicy(floatx())


def keep_dtype_policy(policy: DTypePolicy | None) -> None:
    """Make a policy that of layers that are made without a ``dtype``."""
    _default_policy[:] = [] if policy is None else [policy]


Namespace("keras", "dtype policy").add(DTypePolicy)
