"""Transformations of optax as optimizers."""

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import optimizers
from kerata.base.variable import Variable

from .steps import assert_close, compiled_steps, grads, weights

optax = pytest.importorskip("optax")

CASES = {
    "sgd": lambda: optax.sgd(0.1),
    "adamw": lambda: optax.adamw(1e-1),
    "chain": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.adam(0.1)),
    "schedule": lambda: optax.adam(optax.exponential_decay(0.1, 2, 0.5)),
    "injected": lambda: optax.inject_hyperparams(optax.adam)(learning_rate=0.1),
    "masked": lambda: optax.masked(optax.adam(0.1), [True, False]),
    "lookahead of a list": lambda: optax.multi_transform(
        {"a": optax.adam(0.1), "b": optax.sgd(0.1)}, ["a", "b"]
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_trajectory(case):
    transformation = CASES[case]()
    values = [v.value for v in weights()]
    state = transformation.init(values)
    for g in grads(5):
        changes, state = transformation.update([jnp.asarray(x) for x in g], state, values)
        values = optax.apply_updates(values, changes)

    optimizer, variables = optimizers.get(CASES[case]()), weights()
    assert isinstance(optimizer, optimizers.OptaxOptimizer)
    optimizer.build(variables)
    compiled = compiled_steps(optimizer, variables, grads(5))
    for g in grads(5):
        optimizer.apply(g, variables)
    assert_close(values, variables)
    assert_close(compiled, [*variables, *optimizer.variables])


def test_common_arguments_and_the_factor():
    optimizer = optimizers.OptaxOptimizer(optax.sgd(1.0), learning_rate=0.5, clipvalue=1.0)
    weight = Variable(1.0)
    optimizer.apply([3.0], [weight])
    assert float(weight) == 0.5
    optimizer.learning_rate = 0.25
    optimizer.apply([3.0], [weight])
    assert float(weight) == 0.25


def test_weight_without_gradient_stays():
    optimizer, variables = optimizers.get(optax.sgd(1.0)), weights()
    with pytest.warns(UserWarning, match="does not depend on kernel"):
        optimizer.apply([None, np.float32(1.0)], variables)
    assert float(variables[1]) == 0.0
    assert_close([variables[0]], [weights()[0]])


def test_optax_schedule_as_learning_rate():
    optimizer, weight = optimizers.SGD(optax.exponential_decay(1.0, 1, 0.5)), Variable(0.0)
    optimizer.apply([-1.0], [weight])
    optimizer.apply([-1.0], [weight])
    assert float(weight) == 1.5


def test_refusals():
    with pytest.raises(TypeError, match="compile it again"):
        optimizers.serialize(optimizers.get(optax.sgd(1.0)))
    with pytest.raises(TypeError, match="GradientTransformation"):
        optimizers.OptaxOptimizer(optax.sgd)


def test_a_copy_has_the_transformation_and_the_arguments_but_no_state():
    optimizer = optimizers.OptaxOptimizer(optax.adam(0.1), 0.5, clipnorm=2.0)
    optimizer.apply([1.0], [Variable(1.0)])
    copy = optimizer.like()
    assert (copy.transformation, copy.clipnorm, copy.built) == (
        optimizer.transformation,
        2.0,
        False,
    )
    assert float(copy.learning_rate) == 0.5
