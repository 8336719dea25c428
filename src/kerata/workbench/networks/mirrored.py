"""Pictures and their mirror images: by turns in training, both at once when it counts."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.layers.layer import Layer
from kerata.layers.regularization.dropout import RandomInTraining
from kerata.layers.shape_preserving import ShapePreserving
from kerata.saving import register_keras_serializable


@register_keras_serializable("kerata")
class AlternatingFlip(ShapePreserving):
    """In training shows each picture mirrored in every other epoch, half of them in the first.

    Which half that is goes by whether the sum of a picture's values is odd, so that a picture
    needs no number to be known again. Coins thrown anew in each epoch show a picture the same
    way twice in a row half of the time.

    Arguments:
        rows: pictures in an epoch.

    Inputs and outputs ``(batch, height, width, channels)``, whole numbers.

    >>> import numpy as np
    >>> pictures = np.array([0, 1, 0, 2], "float32").reshape(2, 1, 2, 1)
    >>> layer = AlternatingFlip(rows=2)
    >>> for epoch in range(2):
    ...     print(np.ravel(layer(pictures, training=True)).tolist())
    [1.0, 0.0, 0.0, 2.0]
    [0.0, 1.0, 2.0, 0.0]

    Source: Jordan, 94% on CIFAR-10 in 3.29 seconds on a single GPU (2024), arXiv:2404.00498.
    """

    keeps_rows_apart = True

    def __init__(self, rows: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows = rows

    def build(self, input_shape: Any) -> None:
        """Make the count of pictures that were seen."""
        self.seen = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="seen"
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Mirror half of the pictures, in training."""
        if not training:
            return inputs
        epoch = self.seen.value // self.rows
        # Counted within two epochs, so that the count can't become too large.
        self.seen.assign((self.seen.value + inputs.shape[0]) % (2 * self.rows))
        sums = jnp.sum(jnp.asarray(inputs, "int32"), axis=(1, 2, 3))
        mirrored = (sums + epoch) % 2 == 1
        return jnp.where(mirrored[:, None, None, None], inputs[:, :, ::-1], inputs)


@register_keras_serializable("kerata")
class ReflectedShift(RandomInTraining):
    """In training moves each picture by whole pixels; what comes in at an edge is reflected.

    Arguments:
        pixels: largest way along each axis.
        cutout: side of a square that is hidden at a random place, in pixels; 0 hides none.
        fill: value of what is hidden.

    Inputs and outputs ``(batch, height, width, channels)``.

    >>> import numpy as np
    >>> ReflectedShift(2)(np.ones((1, 4, 4, 1), "float32"), training=True).shape
    (1, 4, 4, 1)

    Source of cutout: DeVries and Taylor (2017), arXiv:1708.04552.
    """

    def __init__(
        self,
        pixels: int = 2,
        cutout: int = 0,
        fill: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.pixels, self.cutout, self.fill = pixels, cutout, fill

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Move the pictures, then hide a square of each."""
        ways, corners = jax.random.split(key)
        size = inputs.shape[1:3]
        drawn = jax.random.randint(ways, (2, inputs.shape[0], 1), -self.pixels, self.pixels + 1)
        for axis, (length, way) in enumerate(zip(size, drawn, strict=True)):
            place = jnp.abs(jnp.arange(length) + way)
            place = length - 1 - jnp.abs(length - 1 - place)
            place = jnp.expand_dims(place, (2 - axis, 3))
            inputs = jnp.take_along_axis(inputs, place, axis=1 + axis)
        if not self.cutout:
            return inputs
        hidden = jnp.ones((), bool)
        for axis, length in enumerate(size):
            at = jax.random.fold_in(corners, axis)
            first = jax.random.randint(at, (len(inputs), 1), 1 - self.cutout, length)
            place = jnp.arange(length)
            within = (place >= first) & (place < first + self.cutout)
            hidden = hidden & jnp.expand_dims(within, (2 - axis, 3))
        return jnp.where(hidden, jnp.asarray(self.fill, inputs.dtype), inputs)


@register_keras_serializable("kerata")
class WithMirrored(Layer):
    """Puts after each picture its mirror image; not in training, where it does nothing.

    Input ``(batch, height, width, channels)``, output ``(2 * batch, ...)``.

    >>> import numpy as np
    >>> np.ravel(WithMirrored()(np.array([0.0, 1.0], "float32").reshape(1, 1, 2, 1))).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Give pictures and mirror images in turn."""
        if training:
            return inputs
        both = jnp.stack([inputs, inputs[:, :, ::-1]], axis=1)
        return both.reshape(-1, *inputs.shape[1:])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the output."""
        return (None, *input_shape[1:])


@register_keras_serializable("kerata")
class MirroredMean(Layer):
    """Averages what was found of each picture and its mirror image, see ``WithMirrored``.

    Input ``(2 * batch, features)``, output ``(batch, features)``.

    >>> import numpy as np
    >>> MirroredMean()(np.array([[0.0], [1.0]], "float32")).tolist()
    [[0.5]]
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Average two rows each."""
        if training:
            return inputs
        return inputs.reshape(-1, 2, *inputs.shape[1:]).mean(axis=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the output."""
        return (None, *input_shape[1:])
