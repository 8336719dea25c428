"""What a layer's ``call`` and ``build`` accept, read from their signatures once a class."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kerata.base.messages import did_you_mean


@dataclass(frozen=True)
class CallSignature:
    """Facts about a layer class.

    Attributes:
        names: positional argument names of ``call`` without self.
        keywords: names that can be given by name.
        takes_training, takes_mask: whether ``call`` has these arguments.
        mask_names: arguments of ``call`` with the mask of another argument, by its name:
            ``b_mask`` is that of ``b``.
        training_default: default of ``call``'s ``training`` argument.
        shape_names: argument names of ``build``.
        takes_any: whether ``call`` has ``**kwargs``.
    """

    names: tuple[str, ...]
    takes_training: bool
    takes_mask: bool
    mask_names: dict[str, str]
    training_default: Any
    shape_names: tuple[str, ...]
    takes_any: bool = False
    keywords: tuple[str, ...] = ()

    def named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Give the arguments of a call by name; those of ``*args`` by number."""
        names = (*self.names, *(f"args_{i}" for i in range(len(self.names), len(args))))
        return dict(zip(names, args, strict=False)) | kwargs

    def first(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Give the first argument of a call, whether by position or by name, or None."""
        return args[0] if args else kwargs.get(self.names[0]) if self.names else None

    def check_keywords(self, owner: str, given: Iterable[str]) -> None:
        """Refuse names that ``call`` does not have; ``training`` may be left to others.

        Raises:
            TypeError: naming the argument.
        """
        unknown = [name for name in given if name not in (*self.keywords, "training")]
        if unknown and not self.takes_any:
            raise TypeError(
                f"{owner}.call() has no argument {unknown[0]!r}. "
                f"{did_you_mean(unknown[0], self.keywords)}"
            )


_known: dict[type, CallSignature] = {}


def call_signature(cls: type) -> CallSignature:
    """Read the signature of a layer class, once."""
    if cls not in _known:
        _known[cls] = _read(cls)
    return _known[cls]


def _read(cls: Any) -> CallSignature:
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    by_name = {p.name: p for p in parameters}
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    training = by_name.get("training")
    build = list(inspect.signature(cls.build).parameters.values())[1:]
    return CallSignature(
        names=tuple(p.name for p in parameters if p.kind in positional),
        takes_training=training is not None,
        takes_mask="mask" in by_name,
        mask_names={n: f"{n}_mask" for n in by_name if f"{n}_mask" in by_name},
        training_default=None
        if training is None or training.default is inspect.Parameter.empty
        else training.default,
        shape_names=tuple(p.name for p in build if p.kind in positional),
        takes_any=any(p.kind is p.VAR_KEYWORD for p in parameters),
        keywords=tuple(
            p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ),
    )


def shapes_of(value: Any) -> Any:
    """Replace every tensor in nested lists and dictionaries by its shape tuple."""
    if hasattr(value, "shape"):
        return tuple(value.shape)
    if isinstance(value, dict):
        return {key: shapes_of(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(shapes_of(inner) for inner in value)
    return None
