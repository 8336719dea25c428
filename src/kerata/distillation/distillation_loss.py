"""How far a student's outputs are from its teacher's."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata import losses, ops, tree
from kerata.base.arguments import number
from kerata.base.configurable import Configurable
from kerata.base.registry import serialize_keras_object
from kerata.losses.loss import LossFunctionWrapper


class DistillationLoss(Configurable):
    """Base of the losses between a teacher's and a student's outputs.

    A subclass defines ``compute_loss(teacher_outputs, student_outputs)``, which gives a scalar.

    >>> class Apart(DistillationLoss):
    ...     def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
    ...         return jnp.mean(jnp.abs(teacher_outputs - student_outputs))
    >>> float(Apart().compute_loss(jnp.ones((2, 3)), jnp.zeros((2, 3))))
    1.0
    """

    # Layers whose outputs are compared instead of the models'.
    teacher_layer_name: str | None = None
    student_layer_name: str | None = None

    def compute_loss(self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any) -> Any:
        """Give the loss of a batch, a scalar; subclasses say how.

        Arguments:
            teacher_outputs, student_outputs: arrays of shape ``(batch, ...)``, or nested ones.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no compute_loss(teacher_outputs, student_outputs)."
        )

    def validate_outputs(self, teacher_outputs: Any, student_outputs: Any) -> None:
        """Refuse outputs of different structures."""
        tree.assert_same_structure(teacher_outputs, student_outputs)

    def validate_model_compatibility(self, teacher: Any, student: Any) -> None:
        """Refuse models that it can't compare; by default it can compare all."""


class _OfLosses(DistillationLoss):
    """What compares each output by a loss of its own.

    Arguments:
        loss: name, function or ``Loss``, or one for each output in their structure, None for
            one that does not count.

    Raises:
        ValueError: None for all of them.
    """

    def __init__(self, loss: Any) -> None:
        self.loss = tree.map_structure(losses.get, _as_given(loss))
        if all(f is None for f in tree.flatten(self.loss)):
            raise ValueError(
                f"{type(self).__name__} needs a loss for at least one output, got loss={loss!r}."
            )

    def validate_outputs(self, teacher_outputs: Any, student_outputs: Any) -> None:
        """Refuse outputs of different structures, or another than that of the losses."""
        super().validate_outputs(teacher_outputs, student_outputs)
        try:
            tree.assert_same_structure(self.loss, teacher_outputs)
        except ValueError as problem:
            raise ValueError(
                f"{type(self).__name__} has {len(tree.flatten(self.loss))} losses in another "
                f"structure than the outputs that it compares: {problem}"
            ) from problem

    def _sum(self, compare: Any, teacher_outputs: Any, student_outputs: Any) -> Any:
        found = tree.map_structure(
            lambda f, t, s: 0.0 if f is None else compare(f, t, s),
            self.loss,
            teacher_outputs,
            student_outputs,
        )
        return jnp.sum(jnp.stack([jnp.asarray(value) for value in tree.flatten(found)]))

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments as plain values."""
        return {**super().get_config(), "loss": serialize_keras_object(self.loss)}


class LogitsDistillation(_OfLosses):
    """Compares the models' outputs before the softmax, softened by a temperature.

    Both are divided by the temperature. The Kullback-Leibler divergence compares their softmax
    and is multiplied by the temperature squared, so that its gradients keep their size; other
    losses compare the quotients themselves. Called with float arrays of shape
    ``(batch, ..., classes)``.

    Keras 3.15 takes the softmax for ``KLDivergence()`` alone and not for the name
    ``'kl_divergence'``, its default, which compares the numbers before the softmax as if they
    were probabilities; here the name means what Keras describes.

    Arguments:
        temperature: float above 0; 3 by default. Larger ones show more of how the teacher ranks
            the wrong classes.
        loss: name, function or ``Loss``, ``'kl_divergence'`` by default, or one for each output
            in their structure, None for one that does not count.

    Raises:
        ValueError: a temperature that is not above 0; None for all losses.
        TypeError: a temperature that is no number.

    >>> loss = LogitsDistillation(temperature=2.0)
    >>> float(loss.compute_loss(jnp.array([[1.0, 2.0]]), jnp.array([[1.0, 2.0]])))
    0.0

    Source: Hinton, Vinyals & Dean 2015, Distilling the knowledge in a neural network.
    """

    def __init__(self, temperature: float = 3.0, loss: Any = "kl_divergence") -> None:
        super().__init__(loss)
        if number("LogitsDistillation", "temperature", temperature) <= 0:
            raise ValueError(
                f"LogitsDistillation: temperature must be above 0, got temperature={temperature!r}."
            )
        self.temperature = temperature

    def compute_loss(self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any) -> Any:
        """Give the loss of a batch, a scalar."""

        def compare(loss: Any, teacher: Any, student: Any) -> Any:
            teacher, student = teacher / self.temperature, student / self.temperature
            if not _is_divergence(loss):
                return jnp.mean(loss(teacher, student))
            divergence = loss(ops.softmax(teacher, axis=-1), ops.softmax(student, axis=-1))
            return jnp.mean(divergence) * self.temperature**2

        return self._sum(compare, teacher_outputs, student_outputs)


class FeatureDistillation(_OfLosses):
    """Compares what a layer of the teacher and one of the student give.

    Called with float arrays of shape ``(batch, ...)``, as the loss takes them.

    Arguments:
        loss: name, function or ``Loss``, ``'mse'`` by default, or one for each output in their
            structure, None for one that does not count.
        teacher_layer_name, student_layer_name: names of the layers; None, the default, for the
            models' outputs.

    Raises:
        ValueError: None for all losses; later a model without such a layer, or one whose layers
            can't be asked because it is a subclass.

    >>> loss = FeatureDistillation("mse", "hidden", "hidden")
    >>> float(loss.compute_loss(jnp.ones((2, 3)), jnp.zeros((2, 3))))
    1.0

    Source: Romero et al. 2015, FitNets: hints for thin deep nets.
    """

    def __init__(
        self,
        loss: Any = "mse",
        teacher_layer_name: str | None = None,
        student_layer_name: str | None = None,
    ) -> None:
        super().__init__(loss)
        self.teacher_layer_name = teacher_layer_name
        self.student_layer_name = student_layer_name

    def validate_model_compatibility(self, teacher: Any, student: Any) -> None:
        """Refuse models that lack the layers, or whose layers can't be asked."""
        named = (("teacher", teacher, self.teacher_layer_name),)
        for role, model, name in (*named, ("student", student, self.student_layer_name)):
            if name is None:
                continue
            if model._graph is None:
                raise ValueError(
                    f"FeatureDistillation compares the layer {name!r} of the {role}, but "
                    f"{model.name!r} has no symbolic inputs: use a functional model or a "
                    "Sequential that knows its input, or compare final outputs."
                )
            try:
                model.get_layer(name)
            except ValueError as problem:
                raise ValueError(f"FeatureDistillation, in the {role}: {problem}") from problem

    def compute_loss(self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any) -> Any:
        """Give the loss of a batch, a scalar."""
        return self._sum(lambda loss, t, s: jnp.mean(loss(t, s)), teacher_outputs, student_outputs)


def _is_divergence(loss: Any) -> bool:
    function = loss.fn if isinstance(loss, LossFunctionWrapper) else loss
    return function is losses.kl_divergence


def _as_given(loss: Any) -> Any:
    """Make losses of configs in nested lists and dictionaries."""
    if isinstance(loss, dict):
        if "class_name" in loss:
            return losses.deserialize(loss)
        return {key: _as_given(value) for key, value in loss.items()}
    return [_as_given(value) for value in loss] if isinstance(loss, list) else loss
