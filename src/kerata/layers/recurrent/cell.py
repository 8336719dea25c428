"""What the cells of recurrent layers have in common: options, first states, dropout."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp

from kerata import activations
from kerata.activations import is_activation
from kerata.base.arguments import fraction, positive_int
from kerata.base.randomness import FollowingGenerator, SeedGenerator
from kerata.base.symbolic import Operation
from kerata.layers.input_spec import InputSpec, demand
from kerata.layers.layer import Layer
from kerata.layers.recurrent.options import WEIGHTS
from kerata.layers.regularization.random_bits import keep_mask
from kerata.layers.rows import keeps_rows_apart
from kerata.layers.weight_options import add_optioned, keep_options, taken_options


class Drops(NamedTuple):
    """Factors, 0 or above 1, for inputs and states: one for each gate or one for all."""

    inputs: list[Any] | None = None
    states: list[Any] | None = None


class RecurrentCell(Layer):
    """Base of the cells: from the inputs of a step and states to an output and new states.

    A step has two parts: ``project``, what follows from the inputs alone, which is done for all
    steps at once, and ``advance``, the rest.
    """

    _not_in_signature: ClassVar[tuple[str, ...]] = ("_held",)
    _not_in_program: ClassVar[tuple[str, ...]] = ("seed",)

    # Axes of a step's inputs, the batch included.
    _input_rank = 2
    # Gates, each with columns of its own in the kernels.
    gates = 1

    state_size: Any
    output_size: Any
    # Kept by ``keep_options``.
    bias_initializer: Any
    bias: Any

    def __init__(
        self,
        *,
        units: int,
        activation: Any,
        use_bias: bool,
        dropout: Any,
        recurrent_dropout: Any,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        weights = taken_options(kwargs, *WEIGHTS)
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.units = positive_int(owner, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        keep_options(self, **weights)
        self.dropout = fraction(owner, "dropout", dropout)
        self.recurrent_dropout = fraction(owner, "recurrent_dropout", recurrent_dropout)
        self.seed = seed
        self.seed_generator = FollowingGenerator() if seed is None else SeedGenerator(seed)
        self._held: Drops | None = None

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        used = [self.activation, getattr(self, "recurrent_activation", None)]
        return all(
            keeps_rows_apart(a) if isinstance(a, Operation) else a is None or is_activation(a)
            for a in used
        )

    # Weights -----------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the kernels of inputs and states, and the bias."""
        demand(self, input_shape, InputSpec(ndim=self._input_rank))
        width = self.known_axis(input_shape, -1)
        columns = self.gates * self.units
        self.kernel = add_optioned(self, "kernel", (width, columns))
        self.recurrent_kernel = self._add_recurrent((self.units, columns))
        self.bias = self._add_bias() if self.use_bias else None

    def _add_recurrent(self, shape: tuple[int, ...]) -> Any:
        return add_optioned(self, "recurrent", shape, name="recurrent_kernel")

    def _add_bias(self) -> Any:
        return add_optioned(self, "bias", (self.gates * self.units,))

    # Dropout -----------------------------------------------------------------------------

    def _drops_nothing(self, rate: Any) -> bool:
        """Say whether a rate means no dropout."""
        return isinstance(rate, (int, float)) and rate == 0

    def _masks_for_inputs(self) -> int:
        return 1

    def drops(self, input_shape: tuple[int, ...], state_shape: tuple[int, ...]) -> Drops:
        """Draw the factors for a batch: the same ones for all its steps."""

        def factors(rate: Any, shape: tuple[int, ...], count: int) -> list[Any] | None:
            if self._drops_nothing(rate):
                return None
            # With rate 1 nothing is kept, and what the others are divided by must not be 0.
            share = jnp.maximum(1.0 - jnp.asarray(rate, jnp.float32), 2.0**-24)
            drawn = [keep_mask(self.seed_generator.next(), rate, shape) for _ in range(count)]
            return [jnp.where(m, (1 / share).astype(self.compute_dtype), 0) for m in drawn]

        count = self.gates if self._by_gate else 1
        return Drops(
            factors(self.dropout, input_shape, count),
            factors(self.recurrent_dropout, state_shape, count),
        )

    @property
    def _by_gate(self) -> bool:
        """Whether each gate drops on its own."""
        return False

    @contextlib.contextmanager
    def same_drops(self, input_shape: tuple[int, ...], batch: int) -> Iterator[Drops]:
        """Let all steps of a ``with`` block drop the same inputs and states."""
        self._held = self.drops(input_shape, self.state_shapes(batch)[0])
        try:
            yield self._held
        finally:
            self._held = None

    # Steps -------------------------------------------------------------------------------

    def state_shapes(self, batch: int) -> list[tuple[int, ...]]:
        """Give the shapes of the states for a number of rows."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [(batch, size) for size in sizes]

    def input_sizes(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Give the sizes of a row of inputs, where those of the whole layer's inputs are known."""
        return (self.kernel.shape[0],)

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Give states of zeros for a number of rows."""
        if batch_size is None:
            raise ValueError(
                f"{type(self).__name__}.get_initial_state() needs batch_size, a number of rows."
            )
        return [jnp.zeros(shape, self.compute_dtype) for shape in self.state_shapes(batch_size)]

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """Compute the output ``(batch, units)`` and the new states."""
        several = isinstance(states, (list, tuple))
        given = list(states) if several else [states]
        wanted = len(self.state_shapes(1))
        if len(given) != wanted:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has {wanted} "
                f"{'state' if wanted == 1 else 'states'}, got {len(given)}."
            )
        drops = Drops()
        if training:
            shape = self.state_shapes(inputs.shape[0])[0]
            drops = self.drops(inputs.shape, shape) if self._held is None else self._held
        output, new = self.advance(self.project(inputs, drops), given, drops)
        return output, (new if several else new[0])

    def project(self, inputs: Any, drops: Drops) -> Any:
        """Compute what gates get from inputs ``(..., batch, features)``: ``(..., columns)``."""
        x = by_gate(inputs, drops.inputs, self.kernel.value)
        return x if self.bias is None else x + self._input_bias()

    def _input_bias(self) -> Any:
        return self.bias.value

    def advance(self, x: Any, states: list[Any], drops: Drops) -> tuple[Any, list[Any]]:
        """Compute the output and the new states from projected inputs and states."""
        raise NotImplementedError

    def _recur(self, state: Any, drops: Drops) -> Any:
        """Compute what gates get from the state."""
        return by_gate(state, drops.states, self.recurrent_kernel.value)


def by_gate(x: Any, factors: list[Any] | None, kernel: Any) -> Any:
    """Multiply by a kernel; each gate's columns by inputs that were dropped for it."""
    if factors is None or len(factors) == 1:
        return (x if factors is None else x * factors[0]) @ kernel
    parts = jnp.split(kernel, len(factors), axis=-1)
    products = [(x * f) @ part for f, part in zip(factors, parts, strict=True)]
    return jnp.concatenate(products, axis=-1)


def activated(function: Any, x: Any) -> Any:
    """Apply an activation, or none."""
    return x if function is None else function(x)
