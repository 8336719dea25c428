"""Where programs run: on one device, or shared out over several.

The engine asks the current placement whenever data or variables go into a program or come
out of one. The placement here is that of one device and does nothing; ``kerata.distribution``
sets another.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import jax

from kerata.base.rows import cut_rows, take_rows

if TYPE_CHECKING:
    from kerata.base.variable import Variable


class Placement:
    """One device: everything stays where JAX puts it by itself.

    Attributes:
        first: whether this process writes files and prints; only one of several does.
        in_step: whether other processes run the same programs at the same time, so that
            nothing may depend on how fast this one is.
    """

    first = True
    in_step = False

    # Around programs -----------------------------------------------------------------------

    def program(self, compiled: Callable[..., Any], batch: int | None = None) -> Callable[..., Any]:
        """Give a compiled function that takes arguments from anywhere.

        Arguments:
            batch: position of the argument whose rows are shared out, if one is.
        """
        return compiled

    def read(self, variables: Iterable[Variable]) -> list[Any]:
        """Take the values out of boxes, as programs want them."""
        return [v._value for v in variables]

    def write(self, variables: Iterable[Variable], arrays: Iterable[Any]) -> None:
        """Put values that programs gave into boxes."""
        for variable, array in zip(variables, arrays, strict=True):
            variable._value = array

    def data(self, tree: Any, filled: int) -> Any:
        """Put data where programs gather rows from them; behind the filled rows may be others."""
        # On the CPU this is no copy where the address allows it.
        return jax.tree.map(lambda a: jax.device_put(a, may_alias=True), tree)

    @contextlib.contextmanager
    def running(self, variables: Iterable[Variable]) -> Iterator[None]:
        """Watch over a training, an evaluation or a prediction in this block."""
        yield

    # Inside programs -----------------------------------------------------------------------

    def take(self, data: Any, rows: jax.Array) -> Any:
        """Gather rows by their numbers, all of which exist, into a batch."""
        return take_rows(data, rows)

    def cut(self, data: Any, first: Any, size: int) -> Any:
        """Give the rows from a first one on as a batch."""
        return cut_rows(data, first, size)

    def spread(self, batch: Any) -> Any:
        """Share the rows of a batch out."""
        return batch

    def keep(self, variables: Iterable[Variable], arrays: list[Any]) -> list[Any]:
        """Hold new values of variables where these live."""
        return arrays

    def whole(self, tree: Any) -> Any:
        """Bring together what is shared out, so that each process can read it."""
        return tree

    def rowwise(self, function: Callable[..., Any], x: Any, *others: Any) -> Any:
        """Apply a function that treats the rows of x one by one, and what is not x as a whole."""
        return function(x, *others)

    # Between processes ---------------------------------------------------------------------

    def agree(self, number: int) -> int:
        """Give the first process's number to all."""
        return number

    def share(self, load: Callable[[], bytes | None]) -> bytes | None:
        """Let the first process load some bytes, or None, and give them to all."""
        return load()


_one_device = Placement()
_current = _one_device


def current_placement() -> Placement:
    """Give the placement that programs made from now on follow."""
    return _current


def set_placement(placement: Placement | None) -> None:
    """Change the current placement; None is one device."""
    global _current
    _current = _one_device if placement is None else placement
