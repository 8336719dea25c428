"""``tf.strings``: texts in arrays of NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from kerata.compat.tensorflow.lacking import lacking
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.data.spec import numpy_type

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def _extra(function: Callable[..., Any]) -> Callable[..., Any]:
    FUNCTIONS[function.__name__] = function
    return function


def texts(x: Any) -> np.ndarray:
    """Give an array of ``str``.

    Raises:
        TypeError: something else than texts.
    """
    array = as_value(x)
    if not isinstance(array, np.ndarray):
        raise TypeError(f"tf.strings takes texts, got a tensor of type {array.dtype}.")
    return _array(
        [
            t.decode("utf-8", "replace") if isinstance(t, bytes) else str(t)
            for t in array.reshape(-1)
        ],
        array.shape,
    )


def _array(items: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    made = np.empty(len(items), object)
    made[:] = items
    return made.reshape(shape)


def _each(function: Callable[[str], Any], input: Any, dtype: Any = "string") -> Tensor:
    array = texts(input)
    made = _array([function(t) for t in array.reshape(-1)], array.shape)
    return Tensor(made if dtype == "string" else made.astype(numpy_type(dtype)))


def pattern(text: Any) -> str:
    """Turn a pattern of RE2, TensorFlow's, into one of Python."""
    found = text.decode() if isinstance(text, bytes) else str(text)
    posix = {
        "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
        "alpha": "A-Za-z",
        "digit": "0-9",
        "space": r"\s",
        "alnum": "A-Za-z0-9",
        "lower": "a-z",
        "upper": "A-Z",
    }
    for name, inside in posix.items():
        found = found.replace(f"[:{name}:]", inside)
    return found.replace(r"\pL", r"[^\W\d_]").replace(r"\z", r"\Z")


@_extra
def lower(input: Any, encoding: str = "", name: Any = None) -> Tensor:
    """``tf.strings.lower``: small letters; without ``encoding='utf-8'`` of ASCII alone."""
    return _each(str.lower if encoding else _ascii(str.lower), input)


@_extra
def upper(input: Any, encoding: str = "", name: Any = None) -> Tensor:
    """``tf.strings.upper``: capital letters."""
    return _each(str.upper if encoding else _ascii(str.upper), input)


def _ascii(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(c) if c.isascii() else c for c in text)


@_extra
def strip(input: Any, name: Any = None) -> Tensor:
    """``tf.strings.strip``: without white space at both ends."""
    return _each(str.strip, input)


def _characters(text: str) -> int:
    return len(text)


def _bytes(text: str) -> int:
    return len(text.encode())


@_extra
def length(input: Any, unit: str = "BYTE", name: Any = None) -> Tensor:
    """``tf.strings.length``: number of bytes, or of characters."""
    count = _characters if unit == "UTF8_CHAR" else _bytes
    return _each(count, input, "int32")


@_extra
def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: Any = None
) -> Tensor:
    """``tf.strings.regex_replace``: what fits a pattern replaced."""
    known = re.compile(_pattern_of(pattern))
    new = rewrite.decode() if isinstance(rewrite, bytes) else str(rewrite)
    new = re.sub(r"\\(\d)", r"\\g<\1>", new)
    return _each(lambda text: known.sub(new, text, 0 if replace_global else 1), input)


@_extra
def regex_full_match(input: Any, pattern: Any, name: Any = None) -> Tensor:
    """``tf.strings.regex_full_match``: whether the whole text fits a pattern."""
    known = re.compile(_pattern_of(pattern))
    return _each(lambda text: known.fullmatch(text) is not None, input, "bool")


_pattern_of = pattern


@_extra
def split(input: Any, sep: Any = None, maxsplit: int = -1, name: Any = None) -> Any:
    """``tf.strings.split``: words of a text; of several texts, a list of tensors.

    TensorFlow gives a ragged tensor for several texts, which this library has not.
    """
    array = texts(input)
    sep = sep.decode() if isinstance(sep, bytes) else sep
    parted = [Tensor(_array(t.split(sep or None, maxsplit), (-1,))) for t in array.reshape(-1)]
    return parted[0] if array.ndim == 0 else parted


@_extra
def join(inputs: Any, separator: str = "", name: Any = None) -> Tensor:
    """``tf.strings.join``: texts put together, element by element."""
    arrays = np.broadcast_arrays(*map(texts, inputs))
    rows = zip(*(a.reshape(-1) for a in arrays), strict=True)
    return Tensor(_array([separator.join(row) for row in rows], arrays[0].shape))


@_extra
def reduce_join(
    inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "", name: Any = None
) -> Tensor:
    """``tf.strings.reduce_join``: texts along an axis put together."""
    array = texts(inputs)
    if axis is None:
        made = _array([separator.join(array.reshape(-1))], ())
        return Tensor(made.reshape((1,) * array.ndim) if keepdims else made)
    made = np.apply_along_axis(lambda row: _array([separator.join(row)], (1,)), axis, array)
    return Tensor(made if keepdims else np.squeeze(made, axis))


@_extra
def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: Any = None) -> Tensor:
    """``tf.strings.substr``: a part of each text."""
    start, size = int(pos), int(len)

    def part(text: str) -> str:
        if unit == "UTF8_CHAR":
            return text[start:][:size]
        return text.encode()[start:][:size].decode("utf-8", "replace")

    return _each(part, input)


@_extra
def to_number(input: Any, out_type: Any = "float32", name: Any = None) -> Any:
    """``tf.strings.to_number``: the numbers that texts say."""
    made = texts(input).astype(numpy_type(out_type))
    return Tensor(as_value(np.asarray(made)))


@_extra
def as_string(input: Any, precision: int = -1, name: Any = None) -> Tensor:
    """``tf.strings.as_string``: numbers as texts."""
    array = np.asarray(as_value(input))

    def text(number: Any) -> str:
        if isinstance(number, float):
            return f"{number:.{6 if precision < 0 else precision}f}"
        return str(number).lower() if isinstance(number, bool) else str(number)

    return Tensor(_array([text(n) for n in array.reshape(-1).tolist()], array.shape))


@_extra
def unicode_split(input: Any, input_encoding: str = "UTF-8", name: Any = None, **_: Any) -> Any:
    """``tf.strings.unicode_split``: the characters of a text; of several, a list of tensors."""
    array = texts(input)
    parted = [Tensor(_array(list(t), (-1,))) for t in array.reshape(-1)]
    return parted[0] if array.ndim == 0 else parted


@_extra
def unicode_decode(input: Any, input_encoding: str = "UTF-8", name: Any = None, **_: Any) -> Any:
    """``tf.strings.unicode_decode``: the numbers of the characters of a text."""
    array = texts(input)
    parted = [Tensor(as_value(np.array([*map(ord, t)], np.int32))) for t in array.reshape(-1)]
    return parted[0] if array.ndim == 0 else parted


@_extra
def bytes_split(input: Any, name: Any = None) -> Any:
    """``tf.strings.bytes_split``: the bytes of a text."""
    array = texts(input)
    parted = [Tensor(_array([bytes([b]) for b in t.encode()], (-1,))) for t in array.reshape(-1)]
    return parted[0] if array.ndim == 0 else parted


globals().update(FUNCTIONS)
__getattr__ = lacking(__name__)
