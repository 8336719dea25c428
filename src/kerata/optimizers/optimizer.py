"""The base of all optimizers: state, learning rate, and one step for all weights."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import jax.numpy as jnp
import numpy as np

from kerata.base.configurable import restored
from kerata.base.custom_objects import custom_object_scope
from kerata.base.eager import asked_apart
from kerata.base.naming import auto_name
from kerata.base.registry import serialize
from kerata.base.signatures import written_out
from kerata.base.variable import Variable, unboxed
from kerata.optimizers.arguments import (
    COMMON,
    check_range,
    is_number,
    old_keywords,
    own_arguments,
)
from kerata.optimizers.gradients import clipped, with_gradient
from kerata.optimizers.moving_averages import MovingAverages
from kerata.optimizers.pure import as_function, choose
from kerata.optimizers.state import name_like
from kerata.optimizers.weight_decay import WeightDecay

Slots = dict[str, Any]


class Optimizer(MovingAverages, WeightDecay):
    """Changes weights step by step along their gradients.

    Subclasses say what they remember for each weight (``slot_groups``, ``initial_slots``)
    and how one weight changes (``update``, a pure function). An optimizer of your own in
    Keras's manner, with ``build`` and ``update_step``, works too.

    A gradient has the shape and dtype of its weight. So has each array of the state; besides
    them there is the step count, an int32 scalar, and the learning rate, a float32 scalar
    unless it is a schedule. Steps are computed in float32 at least.

    Arguments:
        learning_rate: float, ``LearningRateSchedule``, or function of the step or of
            nothing. ``lr`` is its old name.
        weight_decay: float; each step first shrinks the weights by this times the learning
            rate. None (the default) leaves them.
        clipnorm: float, longest allowed gradient of one weight; None by default.
        clipvalue: float, largest allowed entry of a gradient; None by default.
        global_clipnorm: float, longest allowed gradient of all weights together; None by
            default.
        use_ema: bool, whether to keep moving averages of the weights, which replace them
            after training; False by default.
        ema_momentum: float from 0 to 1, how much of the old average stays at each step; 0.99
            by default.
        ema_overwrite_frequency: int, replace the weights by the averages every n steps;
            None (the default) does it only at the end.
        loss_scale_factor: float by which the loss is multiplied and the gradients divided;
            None by default.
        gradient_accumulation_steps: int of at least 2; the gradients of n steps are
            averaged and change the weights once. None (the default) changes them each step.
        name: string, by default the class's name in snake case.

    Raises:
        TypeError: an argument that the optimizer does not have; no number where one is needed.
        ValueError: a value out of range; more than one kind of clipping.

    Example:

    >>> class SignDescent(Optimizer):
    ...     def update(self, gradient, parameter, slots, learning_rate, step):
    ...         return parameter - learning_rate * jnp.sign(gradient), slots
    >>> weight = Variable([1.0, 2.0], name="weight")
    >>> SignDescent(0.5).apply([jnp.array([3.0, -3.0])], [weight])
    >>> weight.numpy()
    array([0.5, 2.5], dtype=float32)
    """

    # Where each weight's slots are, by identity.
    _not_in_signature: ClassVar[tuple[str, ...]] = ("_indices",)
    _traced: ClassVar[tuple[str, ...]] = (
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "ema_momentum",
    )

    __signature__: ClassVar[inspect.Signature]

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: Any = None,
        clipnorm: Any = None,
        clipvalue: Any = None,
        global_clipnorm: Any = None,
        use_ema: bool = False,
        ema_momentum: Any = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: Any = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        owner = type(self).__name__
        self.name = auto_name(owner) if name is None else name
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        learning_rate = old_keywords(type(self), learning_rate, kwargs)
        self._check_common()

        self._make_state(learning_rate)

    def _check_common(self) -> None:
        owner = type(self).__name__
        clips = ("clipnorm", "clipvalue", "global_clipnorm")
        for argument in ("weight_decay", *clips):
            if getattr(self, argument) is not None:
                check_range(owner, argument, getattr(self, argument))
        given = [f"{c}={getattr(self, c)}" for c in clips if getattr(self, c) is not None]
        if len(given) > 1:
            raise ValueError(f"{owner}: give only one kind of clipping, got {', '.join(given)}.")
        check_range(owner, "ema_momentum", self.ema_momentum, 0, 1)
        if self.loss_scale_factor is not None:
            check_range(owner, "loss_scale_factor", self.loss_scale_factor)
            if is_number(self.loss_scale_factor) and self.loss_scale_factor == 0:
                raise ValueError(f"{owner}: loss_scale_factor must be above 0, got 0.")
        for argument, low in (("ema_overwrite_frequency", 1), ("gradient_accumulation_steps", 2)):
            value = getattr(self, argument)
            if value is not None and (not isinstance(value, (int, np.integer)) or value < low):
                raise ValueError(
                    f"{owner}: {argument} must be a whole number of at least {low} or None, "
                    f"got {value!r}."
                )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        common = list(inspect.signature(Optimizer.__init__).parameters.values())[2:]
        whole = written_out(cls.__init__, "common", common)
        cls.__signature__ = whole.replace(parameters=list(whole.parameters.values())[1:])

    # What a subclass says.

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of the arrays kept for each weight; a group is made weight by weight."""
        return ()

    def initial_slots(self, shape: tuple[int, ...], dtype: Any) -> dict[str, np.ndarray]:
        """Give the first values of a weight's slots: zeros like the weight."""
        return {name: np.zeros(shape, dtype) for group in self.slot_groups for name in group}

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its slots after a step, as a pure function.

        Arguments:
            gradient, parameter: of one shape; float32 at least.
            slots: arrays by slot name.
            learning_rate: scalar.
            step: scalar, 1 at the first step; float32.

        Returns:
            The new parameter and the new slots.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say how a weight changes: define "
            "update(self, gradient, parameter, slots, learning_rate, step) or "
            "update_step(self, gradient, variable, learning_rate)."
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Change one weight and its slots in place, by ``update``."""
        boxes = self._slot_variables[self._get_variable_index(variable)]
        parameter, slots = self.update(
            _widen(gradient),
            _widen(variable.value),
            {name: _widen(box.value) for name, box in boxes.items()},
            learning_rate,
            (self._step() + 1).astype(jnp.float32),
        )
        variable.assign(parameter)
        for name, box in boxes.items():
            box.assign(slots[name])

    # State.

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these weights; ``apply`` does it at the first step."""
        if self.built:
            return
        self._trainable_variables = list(variables)
        self._indices = {id(v): i for i, v in enumerate(self._trainable_variables)}
        if self.use_ema:
            self._model_variables_moving_average = self._add_like("average")
        if self.gradient_accumulation_steps:
            self._accumulated_gradients = self._add_like("gradient_accumulator")
        self._slot_variables: list[dict[str, Variable]] = [{} for _ in self._trainable_variables]
        for group in self.slot_groups:
            for variable, boxes in zip(
                self._trainable_variables, self._slot_variables, strict=True
            ):
                if variable.overwrite_with_gradient:
                    continue
                values = self.initial_slots(variable.shape, jnp.dtype(variable.dtype))
                for name in group:
                    boxes[name] = self._add(name_like(variable, name), values[name])
                    boxes[name].belongs_to = variable
        self.built = True

    # One step.

    @asked_apart
    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """Change weights, given pairs of gradient and weight; give the step count."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self._iterations

    @asked_apart
    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Change the weights by one step.

        Arguments:
            grads: one array for each weight, None where the loss does not depend on it.
            trainable_variables: the weights; by default those the optimizer was built with.

        Raises:
            ValueError: another number of gradients than weights; unknown weights; no
                gradient at all.
        """
        if len(grads) == 0:
            return
        variables = self._known(trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"{type(self).__name__}: got {len(grads)} gradients for {len(variables)} weights; "
                "they must match one to one."
            )
        pairs = with_gradient(grads, variables, type(self).__name__)
        gradients, variables = self._overwrite(*pairs)
        if gradients:
            self._follow(gradients, variables)
        self._iterations.assign_add(1)

    def _follow(self, gradients: list[Any], variables: list[Variable]) -> None:
        if self.loss_scale_factor is not None:
            gradients = [g / self.loss_scale_factor for g in gradients]
        if self.gradient_accumulation_steps:
            self._accumulate(gradients, variables, self.gradient_accumulation_steps)
        else:
            self._change(gradients, variables)
        if self.use_ema:
            self._average()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))

    def _overwrite(
        self, gradients: list[Any], variables: list[Variable]
    ) -> tuple[list[Any], list[Variable]]:
        """Put gradients in the place of the weights that want that; give the others."""
        steps = self.gradient_accumulation_steps
        for gradient, variable in zip(gradients, variables, strict=True):
            if variable.overwrite_with_gradient and steps:
                # The largest of several steps counts.
                largest = self._accumulated_gradients[self._get_variable_index(variable)]
                found = jnp.maximum(gradient, largest.value)
                due = (self._iterations.value + 1) % steps == 0
                variable.assign(jnp.where(due, found, variable.value))
                largest.assign(jnp.where(due, 0, found))
            elif variable.overwrite_with_gradient:
                variable.assign(gradient)
        kept = [i for i, v in enumerate(variables) if not v.overwrite_with_gradient]
        return [gradients[i] for i in kept], [variables[i] for i in kept]

    def _known(self, given: Sequence[Variable] | None) -> list[Variable]:
        if not hasattr(self, "_variables"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ does not call super().__init__(learning_rate)."
            )
        if given is None:
            if not self.built:
                raise ValueError(
                    f"{type(self).__name__} does not know its weights yet: call "
                    "build(variables) first, or pass the weights to apply()."
                )
            return self._trainable_variables
        if not self.built:
            self.build(list(given))
            self.built = True
        for variable in given:
            if id(variable) not in self._indices:
                raise ValueError(
                    f"{type(self).__name__} was built for other weights and does not know "
                    f"{variable.path!r}. Make a new optimizer for a new set of weights."
                )
        return list(given)

    def _change(self, gradients: list[Any], variables: list[Variable]) -> None:
        gradients = clipped(gradients, self.clipnorm, self.global_clipnorm, self.clipvalue)
        rate = self.learning_rate
        rate = rate.value if isinstance(rate, Variable) else rate
        for v in variables:
            decay = self._weight_decay_of(v)
            if decay is not None:
                v.assign(v.value - v.value * decay * rate)
        self._update_all(gradients, variables, rate)

    def _update_all(self, gradients: list[Any], variables: list[Variable], rate: Any) -> None:
        for gradient, variable in zip(gradients, variables, strict=True):
            self.update_step(gradient, variable, rate)

    def _accumulate(self, gradients: list[Any], variables: list[Variable], steps: int) -> None:
        sums = [self._accumulated_gradients[self._get_variable_index(v)] for v in variables]
        gradients = [g + total.value for g, total in zip(gradients, sums, strict=True)]

        def change() -> None:
            self._change([g / steps for g in gradients], variables)
            for total in sums:
                total.assign(jnp.zeros_like(total.value))

        def collect() -> None:
            for total, gradient in zip(sums, gradients, strict=True):
                total.assign(gradient)

        due = (self._iterations.value + 1) % steps == 0
        choose(due, change, collect, self.variables + variables)

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Any
    ) -> tuple[list[Any], list[Any]]:
        """Compute one step as a pure function of values.

        Arguments:
            optimizer_variables: arrays in the order of ``variables``.
            grads: one array for each weight.
            trainable_variables: arrays of the weights the optimizer was built with.

        Returns:
            The new weights and the new state.
        """
        own, weights = self.variables, self._known(None)
        for what, boxes, values in (
            ("optimizer_variables", own, optimizer_variables),
            ("trainable_variables", weights, trainable_variables),
        ):
            if len(boxes) != len(values):
                raise ValueError(
                    f"{type(self).__name__}.stateless_apply: {what} must have {len(boxes)} "
                    f"arrays, got {len(values)}."
                )
        gradients = list(map(unboxed, grads))
        step = as_function(lambda: self.apply(gradients), weights + own)
        values = step(list(map(unboxed, [*trainable_variables, *optimizer_variables])))
        return values[: len(weights)], values[len(weights) :]

    def scale_loss(self, loss: Any) -> Any:
        """Multiply the loss by ``loss_scale_factor``, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild the optimizer, without its state."""
        rate = self._learning_rate
        config = {
            "name": self.name,
            "learning_rate": float(rate) if isinstance(rate, Variable) else serialize(rate),
        }
        config |= {name: serialize(getattr(self, name)) for name in COMMON}
        own = own_arguments(self, known=config)
        return config | {name: serialize(value) for name, value in own.items()}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Build an optimizer from what ``get_config`` gave."""
        # Keras 2 wrote these; they never changed a result.
        old = ("jit_compile", "is_legacy_optimizer")
        with custom_object_scope(custom_objects or {}):
            kept = {k: v for k, v in config.items() if k not in old}
            return cls(**restored(cls, kept))

    def like(self) -> Self:
        """Make an optimizer of the same arguments, without this one's state.

        >>> from kerata.optimizers import SGD
        >>> SGD(0.5, momentum=0.25).like().momentum
        0.25
        """
        return type(self).from_config(self.get_config())


def _widen(x: Any) -> Any:
    """Compute in float32 at least: squares and epsilons get lost in shorter types."""
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))
