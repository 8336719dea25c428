"""Several networks in one that share their weight matrices and differ in vectors of factors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import activations, initializers
from kerata.base.arguments import positive_int
from kerata.layers.layer import Layer
from kerata.saving import register_keras_serializable

TASKS = ("softmax", "sigmoid", "squared")


@register_keras_serializable("kerata")
class MembersDense(Layer):
    """Dense layer of k networks that share its kernel: ``activation(((x * r) @ kernel) * s + b)``.

    Inputs float ``(batch, features)``, the same for all members, or ``(batch, members,
    features)``; outputs ``(batch, members, units)``. The factors ``r`` ``(members, features)`` and
    ``s`` ``(members, units)`` and the bias ``b`` are each member's own.

    Arguments:
        units: int, number of outputs of each member.
        members: int, number of networks.
        activation: name or function; None (linear) by default.
        apart: whether ``r`` starts as signs drawn at random, which makes the members differ; all
            factors start at 1 by default. The first layer wants it.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` or ``members`` not a positive integer; an input whose second of
            three axes is not ``members``.

    >>> import numpy as np
    >>> layer = MembersDense(2, members=3)
    >>> layer(np.ones((4, 5), "float32")).shape, layer.kernel.shape
    ((4, 3, 2), (5, 2))

    Source: Gorishniy and others, TabM: Advancing Tabular Deep Learning with Parameter-Efficient
    Ensembling (ICLR 2025), after Wen and others, BatchEnsemble (ICLR 2020).
    """

    keeps_rows_apart = True

    def __init__(
        self, units: int, members: int, activation: Any = None, apart: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_int("MembersDense", "units", units)
        self.members = positive_int("MembersDense", "members", members)
        self.activation = activations.get(activation)
        self.apart = apart

    def build(self, input_shape: Any) -> None:
        """Make the shared kernel, and the factors and the bias of each member."""
        self._check(input_shape)
        features = self.known_axis(input_shape, -1)
        # What PyTorch starts dense layers with, of variance 1 / (3 features).
        spread = features**-0.5
        self.kernel = self.add_weight(
            (features, self.units), initializers.RandomUniform(-spread, spread), name="kernel"
        )
        first = _signs if self.apart else "ones"
        self.factors_in = self.add_weight((self.members, features), first, name="factors_in")
        self.factors_out = self.add_weight((self.members, self.units), "ones", name="factors_out")
        self.bias = self.add_weight((self.members, self.units), "zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Compute the outputs of all members."""
        given = inputs[:, None, :] if inputs.ndim == 2 else inputs
        scaled = given * self.factors_in.value
        # Flat matrices: with all axes kept, the gradients transpose them.
        flat = scaled.reshape(-1, scaled.shape[-1]) @ self.kernel.value
        outputs = flat.reshape(*scaled.shape[:-1], self.units)
        return self.activation(outputs * self.factors_out.value + self.bias.value)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Put members between rows and units."""
        self._check(input_shape)
        return (input_shape[0], self.members, self.units)

    def _check(self, shape: Any) -> None:
        if len(shape) == 2 or (len(shape) == 3 and shape[1] == self.members):
            return
        raise ValueError(
            f"Layer {self.name!r} (MembersDense) takes inputs (batch, features) or (batch, "
            f"{self.members}, features), since it has {self.members} members; the shape is "
            f"{tuple(shape)}."
        )


@register_keras_serializable("kerata")
class MembersScores(Layer):
    """Last layer of k networks, one of each one's own: inputs times kernel plus bias.

    Inputs float ``(batch, members, features)``, outputs ``(batch, members, units)``.

    Arguments:
        units: int, number of outputs of each member.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; sizes of inputs that are not known.

    >>> import numpy as np
    >>> MembersScores(2)(np.ones((4, 3, 5), "float32")).shape
    (4, 3, 2)
    """

    keeps_rows_apart = True

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = positive_int("MembersScores", "units", units)

    def build(self, input_shape: Any) -> None:
        """Make a kernel and a bias for each member."""
        members, features = self.known_axis(input_shape, -2), self.known_axis(input_shape, -1)
        spread = features**-0.5
        self.kernel = self.add_weight(
            (members, features, self.units),
            initializers.RandomUniform(-spread, spread),
            name="kernel",
        )
        self.bias = self.add_weight((members, self.units), "zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Compute the scores of all members."""
        return jnp.einsum("bmf,mfu->bmu", inputs, self.kernel.value) + self.bias.value

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Replace features by units."""
        return (*input_shape[:-1], self.units)


@register_keras_serializable("kerata")
class MembersMean(Layer):
    """Mean of the members' scores; in training, the loss becomes the mean of the members' losses.

    Inputs float ``(batch, members, units)``, outputs ``(batch, units)``. A loss of the mean is
    smaller than the mean of the losses, by what the members disagree; that does not depend on the
    targets. In training it is added to the loss, so that each member learns as if it were
    alone, which keeps them different.

    Arguments:
        task: str, what follows the scores: ``'softmax'`` or ``'sigmoid'`` with their
            cross-entropies, or ``'squared'`` for the mean squared error.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: another ``task``.

    >>> import numpy as np
    >>> MembersMean("squared")(np.array([[[1.0], [3.0]]])).tolist()
    [[2.0]]

    Source: Krogh and Vedelsby, Neural Network Ensembles, Cross Validation, and Active Learning
    (NIPS 1994); for cross-entropy Heskes, Selecting Weighting Factors in Logarithmic Opinion
    Pools (NIPS 1997).
    """

    keeps_rows_apart = True

    def __init__(self, task: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if task not in TASKS:
            raise ValueError(f"MembersMean: task must be one of {', '.join(TASKS)}, got {task!r}.")
        self.task = task

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Average, and add what the members disagree to the loss in training."""
        mean = jnp.mean(inputs, axis=1)
        if training:
            self.add_loss(jnp.mean(disagreement(inputs, mean, self.task)))
        return mean

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave out the members."""
        return (input_shape[0], input_shape[-1])


def disagreement(scores: Any, mean: Any, task: str) -> Any:
    """Give by how much the mean of the members' losses exceeds the loss of their mean.

    Arguments:
        scores: ``(batch, members, units)``.
        mean: of the members, ``(batch, units)``.
        task: one of ``TASKS``.

    Returns:
        One number for each row ``(batch,)``, never below 0.
    """
    if task == "softmax":
        each = jax.nn.logsumexp(scores, axis=-1)
        return jnp.mean(each, axis=1) - jax.nn.logsumexp(mean, axis=-1)
    if task == "sigmoid":
        each = jnp.mean(jax.nn.softplus(scores), axis=1) - jax.nn.softplus(mean)
    else:
        each = jnp.mean((scores - mean[:, None]) ** 2, axis=1)
    # Losses of several outputs are averaged.
    return jnp.mean(each, axis=-1)


def _signs(shape: Any, dtype: Any = None) -> Any:
    uniform = initializers.RandomUniform(-1.0, 1.0)(shape, dtype)
    return jnp.where(jnp.asarray(uniform) < 0, -1.0, 1.0).astype(dtype or "float32")
