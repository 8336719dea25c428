"""The placement of several devices: copies of the weights on all, rows shared out."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import finalize

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec, Sharding

from kerata.base.placement import Placement
from kerata.base.rows import holds_rows, slice_rows, take_rows
from kerata.base.variable import Variable
from kerata.distribution import agreement
from kerata.distribution.failures import explained


class _Inside(threading.local):
    """Whether this thread is inside a shared-out program, and inside ``running``."""

    program = False
    running = False


class ShardedPlacement(Placement):
    """Rows of batches shared out over the devices of a mesh, variables where a layout says.

    Between programs a box holds the copy of one device of this process, so that everything
    but the engine works as on one device; arrays that are themselves shared out stay so.

    Arguments:
        mesh: the devices.
        axis: axis of the mesh along which rows are shared out.
        layout: gives where a variable's parts lie.
    """

    def __init__(self, mesh: Mesh, axis: str, layout: Callable[[Variable], NamedSharding]) -> None:
        self._mesh = mesh
        self._axis = axis
        self._asked_layout = layout
        self._shares = mesh.shape[self._axis]
        self._several = len({d.process_index for d in mesh.devices.flat}) > 1
        self._whole = NamedSharding(mesh, PartitionSpec())
        self._by_rows = NamedSharding(mesh, PartitionSpec(self._axis))
        # What a box holds, and the same on all devices, by the box's id: boxes compare as values.
        self._known: dict[int, tuple[Any, Any]] = {}
        self._inside = _Inside()

    @property
    def first(self) -> bool:  # type: ignore[override]  # a fact of the process, not a constant
        """Whether this is the first of the processes, which writes files and prints."""
        return not self._several or jax.process_index() == 0

    @property
    def in_step(self) -> bool:  # type: ignore[override]  # as above
        """Whether other processes run the same programs at the same time."""
        return self._several

    # Around programs -----------------------------------------------------------------------

    def program(self, compiled: Callable[..., Any], batch: int | None = None) -> Callable[..., Any]:
        """Give a compiled function that takes arguments from anywhere."""

        def run(*arguments: Any, **static: Any) -> Any:
            placed = [
                self._batch(argument) if i == batch else jax.tree.map(self._everywhere, argument)
                for i, argument in enumerate(arguments)
            ]
            self._inside.program = True
            try:
                return compiled(*placed, **static)
            finally:
                self._inside.program = False

        return run

    def read(self, variables: Iterable[Variable]) -> list[Any]:
        """Take the values out of boxes and put them on all devices."""
        return [self._spread_value(v) for v in variables]

    def write(self, variables: Iterable[Variable], arrays: Iterable[Any]) -> None:
        """Put values into boxes: one device's copy, or all that is shared out."""
        for variable, array in zip(variables, arrays, strict=True):
            own = array.addressable_data(0) if array.is_fully_replicated else array
            self._remember(variable, own, array)
            variable._value = own

    def data(self, tree: Any, filled: int) -> Any:
        """Put all rows on every device; each gathers its share from them."""
        if self._several:
            agreement.check_same(
                slice_rows(tree, 0, filled),
                "other data",
                "all processes must be given the same, and take their shares of it",
            )
        return jax.tree.map(self._everywhere, tree)

    @contextlib.contextmanager
    def running(self, variables: Iterable[Variable]) -> Iterator[None]:
        """Check that all processes start alike, and say so in a sentence if one is lost."""
        if not self._several or self._inside.running:
            yield
            return
        self._inside.running = True
        with explained(), contextlib.ExitStack() as stack:
            stack.callback(setattr, self._inside, "running", False)
            values = [v._value for v in variables]
            agreement.check_same(
                values,
                "other weights",
                "call kerata.distribution.initialize() before the model is made, or "
                "set_random_seed() with one seed in all processes",
            )
            yield

    # Inside programs -----------------------------------------------------------------------

    def take(self, data: Any, rows: jax.Array) -> Any:
        """Gather a batch, each device its share."""
        size = rows.shape[0]
        filled = lax.with_sharding_constraint(self._fill(rows), self._by_rows)
        return jax.tree.map(
            lambda a: a.take(rows) if holds_rows(a) else self._shared(take_rows(a, filled), size),
            data,
            is_leaf=holds_rows,
        )

    def cut(self, data: Any, first: Any, size: int) -> Any:
        """Give the rows from a first one on, each device its share."""
        return self.take(data, first + jnp.arange(size, dtype=jnp.int32))

    def spread(self, batch: Any) -> Any:
        """Share the rows of a batch out."""
        return jax.tree.map(
            lambda a: a if holds_rows(a) else self._shared(self._fill(a), a.shape[0]),
            batch,
            is_leaf=holds_rows,
        )

    def keep(self, variables: Iterable[Variable], arrays: list[Any]) -> list[Any]:
        """Hold new values of variables where these live."""
        return [
            lax.with_sharding_constraint(a, self._layout(v))
            for v, a in zip(variables, arrays, strict=True)
        ]

    def whole(self, tree: Any) -> Any:
        """Bring together on every device what is shared out."""
        return jax.tree.map(lambda a: lax.with_sharding_constraint(a, self._whole), tree)

    def rowwise(self, function: Callable[..., Any], x: Any, *others: Any) -> Any:
        """Let each device apply a function to its rows, where the compiler can't see that it may.

        A loop over blocks of rows would otherwise bring all rows to every device.
        """
        if not self._inside.program:
            return function(x, *others)
        specs = (PartitionSpec(self._axis), *[PartitionSpec()] * len(others))
        mapped = jax.shard_map(
            function, mesh=self._mesh, in_specs=specs, out_specs=specs[0], check_vma=False
        )
        return mapped(self._fill(x), *others)[: x.shape[0]]

    # Between processes ---------------------------------------------------------------------

    def agree(self, number: int) -> int:
        """Give the first process's number to all."""
        return agreement.first_number(number) if self._several else number

    def share(self, load: Callable[[], bytes | None]) -> bytes | None:
        """Let the first process load some bytes and give them to all."""
        return agreement.first_value(load) if self._several else load()

    # Helpers -------------------------------------------------------------------------------

    def _fill(self, rows: jax.Array) -> jax.Array:
        """Repeat the first row at the end, up to shares of equal size."""
        missing = -rows.shape[0] % self._shares
        if not missing:
            return rows
        return jnp.concatenate([rows, jnp.broadcast_to(rows[:1], (missing, *rows.shape[1:]))])

    def _shared(self, filled: jax.Array, size: int) -> jax.Array:
        # The compiler keeps a cut that is not even shared out; only the rows that exist count.
        return lax.with_sharding_constraint(filled, self._by_rows)[:size]

    def _layout(self, variable: Variable) -> Sharding:
        # An optimizer's moments lie where their weights do.
        owner = variable.belongs_to
        if owner is None or owner.shape != variable.shape:
            owner = variable
        sharding = self._asked_layout(owner)
        try:
            sharding.shard_shape(variable.shape)
        except ValueError:
            raise ValueError(
                f"The layout {tuple(sharding.spec)} does not fit the weight {owner.path!r} of "
                f"shape {variable.shape}: it needs no more axes than the weight has, and each axis "
                "that is cut up must be a multiple of the devices along it."
            ) from None
        return sharding

    def _spread_value(self, variable: Variable) -> Any:
        known = self._known.get(id(variable))
        if known is None or known[0] is not variable._value:
            value = variable._value
            known = (value, self._put(value, self._layout(variable)))
            self._remember(variable, *known)
        return known[1]

    def _remember(self, variable: Variable, own: Any, everywhere: Any) -> None:
        if id(variable) not in self._known:
            finalize(variable, self._known.pop, id(variable), None)
        self._known[id(variable)] = (own, everywhere)

    def _everywhere(self, value: Any) -> Any:
        """Put a whole array on each device; Python's numbers go into programs as they are."""
        if not isinstance(value, (np.ndarray, jax.Array)) or _traced(value):
            return value
        if isinstance(value, jax.Array) and value.sharding.device_set == self._whole.device_set:
            return value
        return self._put(value, self._whole)

    def _put(self, value: Any, sharding: Sharding) -> Any:
        if jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
            words = self._put(jax.random.key_data(value), sharding)
            return jax.random.wrap_key_data(words, impl=jax.random.key_impl(value))
        if not sharding.is_fully_replicated:
            return jax.device_put(value, sharding)
        # Device by device: no check across processes, and no copy on a CPU where none is needed.
        mine = [d for d in self._mesh.devices.flat if d.process_index == jax.process_index()]
        copies = [jax.device_put(value, d, may_alias=True) for d in mine]
        return jax.make_array_from_single_device_arrays(value.shape, sharding, copies)

    def _batch(self, batch: Any) -> Any:
        """Put a batch from outside on the devices, each its share where shares are equal."""
        if any(map(holds_rows, jax.tree.leaves(batch, is_leaf=holds_rows))):
            return jax.tree.map(self._everywhere, batch)
        return jax.tree.map(self._shares_of, batch)

    def _shares_of(self, rows: Any) -> Any:
        if _traced(rows):
            return rows
        rows = np.asarray(rows)
        if rows.shape[0] % self._shares:
            return self._everywhere(rows)
        return jax.make_array_from_callback(rows.shape, self._by_rows, lambda place: rows[place])


def _traced(value: Any) -> bool:
    # While a program is traced, for its outputs' shapes say, there is nothing to put anywhere.
    return isinstance(value, jax.core.Tracer)
