"""Normal noise on the inputs during training."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.arguments import at_least, fraction
from kerata.layers.regularization.dropout import RandomInTraining, check_some_stay


class GaussianNoise(RandomInTraining):
    """In training adds normal noise of mean 0 to the inputs.

    Input and output ``(batch, ...)``, float; outside training nothing is changed.

    Arguments:
        stddev: float of at least 0, standard deviation of the noise; may be traced.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a negative deviation.

    >>> import numpy as np
    >>> GaussianNoise(1.0)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]

    Source: Bishop 1995, Training with noise is equivalent to Tikhonov regularization.
    """

    _traced: ClassVar[tuple[str, ...]] = ("stddev",)

    def __init__(self, stddev: Any, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.stddev = at_least("GaussianNoise", "stddev", stddev, 0)

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Add noise."""
        noise = jax.random.normal(key, inputs.shape, inputs.dtype)
        return inputs + jnp.asarray(self.stddev, inputs.dtype) * noise


class GaussianDropout(RandomInTraining):
    """In training multiplies the inputs by normal noise of mean 1.

    The noise has the variance ``rate / (1 - rate)``, that of dropout's factors. Input and output
    ``(batch, ...)``, float; outside training nothing is changed.

    Arguments:
        rate: float from 0 to below 1, as for ``Dropout``; may be traced.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a rate outside 0 to 1; training with rate 1.

    >>> import numpy as np
    >>> GaussianDropout(0.5)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]

    Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from
    overfitting.
    """

    _traced: ClassVar[tuple[str, ...]] = ("rate",)

    def __init__(self, rate: Any, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.rate = fraction("GaussianDropout", "rate", rate)

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Multiply by noise."""
        check_some_stay(self)
        rate = jnp.asarray(self.rate, jnp.float32)
        stddev = jnp.sqrt(rate / (1 - rate)).astype(inputs.dtype)
        return inputs * (1 + stddev * jax.random.normal(key, inputs.shape, inputs.dtype))
