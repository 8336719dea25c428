"""Dropping inputs at random during training."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.base.arguments import fraction, is_integer
from kerata.base.randomness import FollowingGenerator, SeedGenerator
from kerata.layers.input_spec import check_alone
from kerata.layers.regularization.random_bits import keep_mask
from kerata.layers.shape_preserving import ShapePreserving


class RandomInTraining(ShapePreserving):
    """Base of the layers that change inputs at random in training, else leave them alone."""

    _takes_one_array = False

    keeps_rows_apart = True

    _not_in_program: ClassVar[tuple[str, ...]] = ("seed",)

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        # A seed starts a stream; drawing from the seed itself would repeat the same noise.
        self.seed_generator = FollowingGenerator() if seed is None else SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Change the inputs, in training."""
        if not training:
            return inputs
        check_alone(self, inputs)
        return self.perturb(self.as_float(inputs), self.seed_generator.next())

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Change the inputs at random."""
        raise NotImplementedError


class Dropout(RandomInTraining):
    """In training sets a share of the inputs to 0 and scales up the rest; else does nothing.

    Input and output ``(batch, ...)``, float. What stays is divided by ``1 - rate``, so that the
    outputs' expected sum is the inputs'.

    Arguments:
        rate: float from 0 to 1, share of inputs that are dropped; may be traced.
        noise_shape: tuple of ints and None, shape of the random choice, with 1 where entries along
            an axis are dropped together, and None for the input's own size. None (one choice
            for each entry) by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a rate outside 0 to 1; a noise shape that is none.

    >>> import numpy as np
    >>> Dropout(0.5)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]

    Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from
    overfitting; scaling as in Keras 3.15.
    """

    _traced: ClassVar[tuple[str, ...]] = ("rate",)

    def __init__(
        self, rate: Any, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.rate = fraction(type(self).__name__, "rate", rate)
        self.noise_shape = checked_noise_shape(type(self).__name__, noise_shape)

    def choice_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Give the shape of the random choice for inputs of a shape."""
        if self.noise_shape is None:
            return shape
        return tuple(n if m is None else m for m, n in zip(self.noise_shape, shape, strict=True))

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Drop and scale."""
        if isinstance(self.rate, (int, float)) and self.rate == 0:
            return inputs
        return dropped(inputs, self.rate, key, self.choice_shape(inputs.shape))


def dropped(x: Any, rate: Any, key: Any, choice_shape: tuple[int, ...] | None = None) -> Any:
    """Set a share of an array's entries to 0 and scale up the rest.

    Arguments:
        rate: the share; may be traced.
        key: JAX key.
        choice_shape: shape of the random choice, if not the array's.
    """
    kept = keep_mask(key, rate, x.shape if choice_shape is None else choice_shape)
    # With rate 1 nothing is kept, and what the others are divided by must not be 0.
    share = jnp.maximum(1.0 - jnp.asarray(rate, jnp.float32), 2.0**-24)
    return jnp.where(kept, x / share.astype(x.dtype), 0)


def check_some_stay(layer: Any) -> None:
    """Refuse a rate of 1 where its formula divides by what stays.

    Raises:
        ValueError: naming the layer.
    """
    if isinstance(layer.rate, (int, float)) and layer.rate == 1:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) can't train with rate=1: it divides by "
            "the share of inputs that stay, which is 0; use a smaller rate."
        )


def checked_noise_shape(owner: str, shape: Any) -> tuple[int | None, ...] | None:
    """Check a ``noise_shape`` argument.

    Raises:
        ValueError: not positive integers and None.
    """
    if shape is None:
        return None
    sizes = tuple(shape) if isinstance(shape, (list, tuple)) else ()
    if not sizes or not all(n is None or (is_integer(n) and n > 0) for n in sizes):
        raise ValueError(
            f"{owner}: noise_shape must be a tuple of positive integers and None, "
            f"got noise_shape={shape!r}."
        )
    return sizes
