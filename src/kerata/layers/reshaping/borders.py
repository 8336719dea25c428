"""What padding and cropping layers share: numbers for both ends of each spatial axis."""

from __future__ import annotations

from typing import Any

from kerata.base.arguments import is_integer
from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec
from kerata.layers.reshaping.rearranging import Rearranging

Pairs = tuple[tuple[int, int], ...]


def border_pairs(owner: str, name: str, value: Any, rank: int) -> Pairs:
    """Expand a border argument to (before, after) for each spatial axis.

    Raises:
        ValueError: naming owner and argument.

    >>> border_pairs("ZeroPadding2D", "padding", (1, (2, 3)), 2)
    ((1, 1), (2, 3))
    """
    if rank == 1 and _several(value) and len(value) == 2:
        value = (value,)
    values = (value,) * rank if is_integer(value) else tuple(value) if _several(value) else ()
    if rank == 1 and _several(value) and len(value) == 1 and is_integer(value[0]):
        values = ()  # Neither a number nor a pair.
    pairs = tuple((v, v) if is_integer(v) else tuple(v) if _several(v) else () for v in values)
    if len(pairs) != rank or any(
        len(p) != 2 or not all(is_integer(n) and n >= 0 for n in p) for p in pairs
    ):
        raise ValueError(
            f"{owner}: {name} must be a number of at least 0, or for each spatial axis a number "
            f"or a pair (before, after), got {name}={value!r}."
        )
    return tuple((int(a), int(b)) for a, b in pairs)


def _several(value: Any) -> bool:
    return isinstance(value, (list, tuple))


class Borders(Rearranging):
    """Base of the layers that add to or take from both ends of the spatial axes."""

    rank: int
    data_format = "channels_last"

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def by_axis(self, pairs: Any) -> dict[int, tuple[int, int]]:
        """Give the pair of each spatial axis by the axis's number."""
        first = 2 if self.data_format == "channels_first" else 1
        # Keras's configs of the layers for sequences hold a bare pair.
        return dict(enumerate([pairs] if self.rank == 1 else pairs, first))

    def changed(self, shape: Any, pairs: Any, sign: int) -> tuple[int | None, ...]:
        """Give a shape with the pairs added or taken off.

        Raises:
            ValueError: nothing is left.
        """
        out = list(shape)
        for axis, (before, after) in self.by_axis(pairs).items():
            if out[axis] is not None:
                out[axis] += sign * (before + after)
                if sign < 0 and out[axis] <= 0:
                    raise ValueError(
                        f"Layer {self.name!r} ({type(self).__name__}) can't cut {before} + {after} "
                        f"off axis {axis} of an input of shape {shape_text(shape)}: "
                        "nothing would be left."
                    )
        return tuple(out)
