"""A model that trains one model to give what another gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from kerata import losses, metrics as metrics_module, tree
from kerata.base.messages import shape_text, warn
from kerata.distillation.distillation_loss import DistillationLoss
from kerata.models.model import Model
from kerata.saving.structure import compile_options, plain_loss

_FINAL = "final_output"


class Distiller(Model):
    """Trains a student on targets and on what its teacher gives, and answers as the student.

    The loss is ``w * loss(y, student) + (1 - w) * sum(weight * distillation_loss)`` with the
    student's weight ``w``. Input ``(batch, ...)`` as both models take it, output as the student
    gives it. The teacher is frozen, for good. Reported are ``loss``, its parts ``student_loss``
    and ``distillation_loss``, and ``total_loss``: their means over batches.

    Arguments:
        teacher: a trained ``Model``.
        student: the ``Model`` to train, afterwards in ``student``.
        distillation_losses: a ``DistillationLoss``, or a list of them.
        distillation_loss_weights: list of a number for each; 1 by default.
        student_loss_weight: float from 0 to 1, the share of the targets; 0.5 by default.
        name: string, ``'distiller'`` by default.
        **kwargs: trainable, dtype and so on, see ``Layer``.

    Raises:
        ValueError: no models, or models whose inputs or outputs differ in shape or type; layers
            that they lack; weights that don't fit; ``compile`` without a loss; sample weights.

    >>> from kerata import Input, Sequential, layers
    >>> teacher, student = (Sequential([Input((4,)), layers.Dense(3)]) for _ in range(2))
    >>> from kerata.distillation import LogitsDistillation
    >>> distiller = Distiller(teacher, student, LogitsDistillation(temperature=2.0))
    >>> distiller.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True))
    >>> history = distiller.fit(jnp.ones((2, 4)), jnp.array([0, 2]), verbose=0)
    >>> sorted(history.history)
    ['distillation_loss', 'loss', 'student_loss', 'total_loss']

    Source: Hinton, Vinyals & Dean 2015, Distilling the knowledge in a neural network.
    """

    def __init__(
        self,
        teacher: Any,
        student: Any,
        distillation_losses: Any,
        distillation_loss_weights: Sequence[float] | None = None,
        student_loss_weight: float = 0.5,
        name: str = "distiller",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        for role, model in (("teacher", teacher), ("student", student)):
            if not isinstance(model, Model):
                raise ValueError(f"Distiller: the {role} must be a Model, got {model!r:.80}.")
        _check_alike(teacher, student)
        self.teacher, self.student = teacher, student
        self.student_loss_weight = _share(student_loss_weight)
        self.distillation_losses = _listed(distillation_losses)
        self.distillation_loss_weights = _weights(
            distillation_loss_weights, len(self.distillation_losses)
        )
        for loss in self.distillation_losses:
            loss.validate_model_compatibility(teacher, student)
        self._teacher_feature_extractor = _extractor(
            teacher, [_layer(loss, "teacher") for loss in self.distillation_losses]
        )
        self._student_feature_extractor = _extractor(
            student, [_layer(loss, "student") for loss in self.distillation_losses]
        )
        self.teacher.trainable = False
        self._student_loss: Any = None
        self.student_loss_tracker = metrics_module.Mean(name="student_loss")
        self.distillation_loss_tracker = metrics_module.Mean(name="distillation_loss")
        self.total_loss_tracker = metrics_module.Mean(name="total_loss")

    def compile(  # type: ignore[override] # Keras has metrics third here
        self, optimizer: Any = "adam", loss: Any = None, metrics: Any = None, **kwargs: Any
    ) -> None:
        """Choose how the student is trained.

        Arguments:
            optimizer, metrics: as for every model.
            loss: compares targets with the student's outputs; one for each output in their
                structure, if there are several.
            **kwargs: further arguments of ``Model.compile``.

        Raises:
            ValueError: no loss, or metrics that are no list.
        """
        if loss is None:
            raise ValueError("Distiller.compile() needs loss=..., for the student's targets.")
        if metrics is not None and not isinstance(metrics, (list, tuple)):
            raise ValueError(f"Distiller.compile(): metrics must be a list, got {metrics!r:.80}.")
        self._student_loss = tree.map_structure(losses.get, loss)
        super().compile(optimizer=optimizer, loss=None, metrics=metrics, **kwargs)

    def get_compile_config(self) -> dict[str, Any]:
        """Give what ``compile`` was called with as plain values; empty if it was not."""
        config = super().get_compile_config()
        return {**config, "loss": plain_loss(self._student_loss)} if config else config

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as a config says; files of Keras don't hold the loss, which warns."""
        options = compile_options(config)
        if options["loss"] is None:
            warn(
                f"Distiller {self.name!r} is not compiled, since files of Keras don't hold its "
                "loss: call compile().",
                stacklevel=4,
            )
            return
        self.compile(**options)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Give the student's outputs."""
        given = {} if mask is None else {"mask": mask}
        return self.student(inputs, training=training, **given)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Give the loss of a batch, and count its parts."""
        if sample_weight is not None:
            raise ValueError(
                f"Distiller {self.name!r} counts all rows alike, so it takes no sample_weight or "
                "class_weight."
            )
        if y_pred is None:
            y_pred = self(x, training=training)
        of_targets: Any = 0.0
        if self.student_loss_weight > 0 and y is not None:
            of_targets = self._loss_of_targets(y, y_pred)
        of_teacher: Any = 0.0
        if self.student_loss_weight < 1:
            of_teacher = self._loss_of_teacher(x, y_pred, training)
        share = self.student_loss_weight
        total = share * of_targets + (1 - share) * of_teacher
        self.student_loss_tracker.update_state(of_targets)
        self.distillation_loss_tracker.update_state(of_teacher)
        self.total_loss_tracker.update_state(total)
        return total

    def _loss_of_targets(self, y: Any, y_pred: Any) -> Any:
        found = tree.map_structure(lambda f, t, p: f(t, p), self._student_loss, y, y_pred)
        flat = [jnp.asarray(value) for value in tree.flatten(found)]
        return jnp.mean(flat[0] if len(flat) == 1 else jnp.sum(jnp.stack(flat)))

    def _loss_of_teacher(self, x: Any, y_pred: Any, training: bool) -> Any:
        taught = _features(self._teacher_feature_extractor, self.teacher, x, False)
        learned: dict[str, Any] = {}
        if self._student_feature_extractor is not None:
            learned = _features(self._student_feature_extractor, self.student, x, training)
        total: Any = 0.0
        for loss, weight in zip(
            self.distillation_losses, self.distillation_loss_weights, strict=True
        ):
            layer = _layer(loss, "student")
            outputs = (
                taught[_layer(loss, "teacher") or _FINAL],
                y_pred if layer is None else learned[layer],
            )
            loss.validate_outputs(*outputs)
            value = loss.compute_loss(*outputs)
            if jnp.ndim(value) > 0:
                raise ValueError(
                    f"{type(loss).__name__}.compute_loss must give one number a batch, got shape "
                    f"{shape_text(value.shape)}: take the mean."
                )
            total = total + weight * value
        return total


def _layer(loss: Any, role: str) -> str | None:
    """Name the layer of a model that a loss compares, or None for the model's outputs."""
    return getattr(loss, f"{role}_layer_name", None) or None


def _extractor(model: Any, names: list[str | None]) -> Any:
    """Give a model with the outputs of some layers beside the final ones, or None."""
    chosen = dict.fromkeys(name for name in names if name is not None)
    if not chosen:
        return None
    outputs = {_FINAL: model.output, **{name: model.get_layer(name).output for name in chosen}}
    return Model(model.inputs, outputs, name=f"{model.name}_multi_feature_extractor")


def _features(extractor: Any, model: Any, x: Any, training: bool) -> dict[str, Any]:
    if extractor is None:
        return {_FINAL: model(x, training=training)}
    return extractor(x, training=training)


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"Distiller: student_loss_weight must be from 0 to 1, got {value!r}.")
    return value


def _listed(given: Any) -> list[Any]:
    found = list(given) if isinstance(given, (list, tuple)) else [given]
    for loss in found:
        if not isinstance(loss, DistillationLoss):
            raise ValueError(
                "Distiller: distillation_losses must be a DistillationLoss such as "
                f"LogitsDistillation(), or a list of them, got {loss!r:.80}."
            )
    return found


def _weights(given: Any, count: int) -> list[float]:
    if given is None:
        return [1.0] * count
    found = list(given) if isinstance(given, (list, tuple)) else [given]
    if len(found) != count or not all(isinstance(weight, (int, float)) for weight in found):
        raise ValueError(
            f"Distiller: distillation_loss_weights must be a list of {count} numbers, one for "
            f"each of the distillation_losses, got {given!r:.80}."
        )
    return found


def _check_alike(teacher: Any, student: Any) -> None:
    """Refuse models whose known inputs or outputs differ in number, shape or type."""
    if teacher._graph is None or student._graph is None:
        return
    for what in ("inputs", "outputs"):
        ours, theirs = getattr(student, what), getattr(teacher, what)
        same = len(ours) == len(theirs) and all(
            a.dtype == b.dtype
            and len(a.shape) == len(b.shape)
            and all(m is None or n is None or m == n for m, n in zip(a.shape, b.shape, strict=True))
            for a, b in zip(ours, theirs, strict=True)
        )
        if not same:
            shown = (
                ", ".join(f"{t.dtype} {shape_text(t.shape)}" for t in tensors)
                for tensors in (theirs, ours)
            )
            raise ValueError(
                f"Distiller: teacher and student must have {what} of the same shapes and types, "
                "but these are {} and {}.".format(*shown)
            )
