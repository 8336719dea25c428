"""Optimizers that users write, in Keras's manner and in ours."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import optimizers
from kerata.base.custom_objects import register_keras_serializable
from kerata.base.variable import Variable

from .steps import assert_close, compiled_steps, grads, weights


class KerasMomentum(optimizers.Optimizer):
    """Written as the Keras documentation shows it."""

    def __init__(self, learning_rate=0.1, momentum=0.9, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = []
        for variable in variables:
            self.momentums.append(
                self.add_variable_from_reference(reference_variable=variable, name="momentum")
            )

    def update_step(self, gradient, variable, learning_rate):
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, m * self.momentum - gradient * learning_rate)
        self.assign_add(variable, m)

    def get_config(self):
        config = super().get_config()
        config.update({"momentum": self.momentum})
        return config


class TwoSlots(optimizers.Optimizer):
    """Uses the other helpers: several names at once, and a box of its own."""

    def build(self, variables):
        super().build(variables)
        self.a, self.b = self.add_optimizer_variables(variables, ["a", "b"], ["zeros", "ones"])
        self.count = Variable(0.0, name="count")
        self.own = [Variable(0.0, name="own")]

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        self.assign_sub(self.b[i], 0.5 * self.b[i])
        self.assign_add(self.count, 1.0)
        self.assign_add(self.own[0], 2.0)
        self.assign_sub(variable, learning_rate * gradient * self.b[i])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_ema": True, "ema_overwrite_frequency": 2},
        {"gradient_accumulation_steps": 2, "weight_decay": 0.1, "clipnorm": 0.5},
    ],
    ids=str,
)
def test_keras_style_optimizer_equals_sgd(options):
    mine, ours = KerasMomentum(0.1, **options), optimizers.SGD(0.1, momentum=0.9, **options)
    a, b = weights(), weights()
    for g in grads(5):
        mine.apply(g, a)
        ours.apply(g, b)
    assert_close(a, b)
    assert_close(mine.variables, ours.variables)
    mine, a = KerasMomentum(0.1, **options), weights()
    mine.build(a)
    assert_close(compiled_steps(mine, a, grads(5)), [*b, *ours.variables])


def test_all_state_is_found():
    optimizer, variables = TwoSlots(0.5), weights()
    optimizer.build(variables)
    names = [v.name for v in optimizer.variables]
    assert names[2:6] == ["kernel_a", "kernel_b", "bias_a", "bias_b"]
    assert sorted(names[6:]) == ["count", "own"]
    values = compiled_steps(optimizer, variables, grads(3))
    for g in grads(3):
        optimizer.apply(g, variables)
    assert_close(values, [*variables, *optimizer.variables])
    assert float(optimizer.count) == 6.0


def test_config_of_a_users_optimizer():
    optimizer = KerasMomentum(0.5, momentum=0.3, clipnorm=1.0)
    config = optimizer.get_config()
    assert (config["momentum"], config["clipnorm"], config["learning_rate"]) == (0.3, 1.0, 0.5)
    back = optimizers.deserialize(
        optimizers.serialize(optimizer), custom_objects={"KerasMomentum": KerasMomentum}
    )
    assert back.get_config() == config
    with pytest.raises(ValueError, match="KerasMomentum"):
        optimizers.deserialize(optimizers.serialize(optimizer))


def test_subclass_of_ours_keeps_its_arguments_in_configs():
    @register_keras_serializable("test")
    class Slow(optimizers.SGD):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def update(self, gradient, parameter, slots, learning_rate, step):
            return super().update(gradient, parameter, slots, learning_rate / self.factor, step)

    optimizer = Slow(factor=4.0, learning_rate=1.0, momentum=0.5)
    back = optimizers.deserialize(optimizers.serialize(optimizer))
    assert (type(back), back.factor, back.momentum) == (Slow, 4.0, 0.5)
    weight = Variable(1.0)
    back.apply([1.0], [weight])
    assert float(weight) == 0.75


def test_pure_style():
    class Centered(optimizers.Optimizer):
        slot_groups = (("mean",),)

        def initial_slots(self, shape, dtype):
            return {"mean": np.full(shape, 0.5, dtype)}

        def update(self, gradient, parameter, slots, learning_rate, step):
            mean = slots["mean"] + (gradient - slots["mean"]) / (step + 1)
            return parameter - learning_rate * mean, {"mean": mean}

    optimizer, weight = Centered(1.0), Variable(0.0)
    optimizer.apply([1.5], [weight])
    assert float(weight) == -1.0
    assert [v.name for v in optimizer.variables][2].endswith("_mean")


def test_nothing_defined():
    class Nothing(optimizers.Optimizer):
        pass

    with pytest.raises(NotImplementedError, match="Nothing does not say how a weight changes"):
        Nothing(0.1).apply([1.0], [Variable(1.0)])


def test_super_was_not_called():
    class Forgot(optimizers.Optimizer):
        def __init__(self):
            self.factor = 2

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Forgot().apply([1.0], [Variable(1.0)])


def test_loss_scale_optimizer_in_a_compiled_program():
    inner = optimizers.SGD(0.5)
    optimizer = optimizers.LossScaleOptimizer(inner, initial_scale=4.0, dynamic_growth_steps=2)
    weight = Variable(1.0)
    optimizer.build([weight])
    steps = [[np.float32(g)] for g in (4.0, np.inf, 2.0, 2.0)]
    values = compiled_steps(optimizer, [weight], steps)
    for g in steps:
        optimizer.apply(g, [weight])
    assert_close(values, [weight, *optimizer.variables])
    # 1 - 0.5 * 4/4, skipped and scale 2, two steps of 0.5 * 2/2, scale 4.
    assert (float(weight), float(optimizer.dynamic_scale)) == (-0.5, 4.0)
    assert int(optimizer.iterations) == 3
    optimizer.learning_rate = 0.25
    assert float(inner.learning_rate) == 0.25
    back = optimizers.deserialize(optimizers.serialize(optimizer))
    assert back.get_config() == optimizer.get_config()


def test_optimizer_in_a_loop_of_ones_own():
    weight, optimizer = Variable([1.0, -2.0]), optimizers.Adam(0.1)
    for _ in range(200):
        optimizer.apply([jax.grad(lambda w: jnp.sum(w**2))(weight.value)], [weight])
    np.testing.assert_allclose(weight.numpy(), 0, atol=1e-2)
