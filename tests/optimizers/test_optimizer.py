"""The optimizer base: state, learning rate, pure steps, edge shapes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import optimizers
from kerata.base.scope import Scope
from kerata.base.variable import Variable
from kerata.optimizers import schedules

from .steps import assert_close, compiled_steps, grads, weights

NAMES = [
    *("SGD", "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad"),
    *("Adadelta", "Ftrl", "Lion", "Lamb", "Adafactor", "Muon"),
    "ScheduleFreeAdamW",
]
OPTIONS = [
    {},
    {"gradient_accumulation_steps": 2, "global_clipnorm": 1.0},
    {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2, "weight_decay": 0.1},
]


@pytest.mark.parametrize(
    ("name", "options"),
    [*((n, OPTIONS[0]) for n in NAMES), ("Adam", OPTIONS[1]), ("Nadam", OPTIONS[1])]
    + [("SGD", OPTIONS[2])],
    ids=str,
)
def test_compiled_equals_eager(name, options):
    make = getattr(optimizers, name)
    rate = schedules.ExponentialDecay(0.1, 2, 0.5)
    eager, compiled = make(rate, **options), make(rate, **options)
    ours, theirs = weights(), weights()
    compiled.build(theirs)
    before = [v.numpy() for v in compiled.variables]
    values = compiled_steps(compiled, theirs, grads(4))
    for g in grads(4):
        eager.apply(g, ours)
    assert_close(values, [*ours, *eager.variables])
    # The boxes themselves are untouched by what happens in a scope.
    assert_close(before, compiled.variables)
    assert_close(weights(), theirs)


def test_built_while_traced_leaks_nothing():
    optimizer, variables = optimizers.Adagrad(0.1), weights()
    boxes = variables

    @jax.jit
    def step(values):
        with Scope(zip(boxes, values, strict=True)) as scope:
            optimizer.apply(grads(1)[0], variables)
            return [scope.read(v) for v in boxes]

    step([v.value for v in variables])
    assert optimizer.variables[2].numpy() == pytest.approx(0.1 * np.ones((2, 3)))


def test_stateless_apply_equals_apply():
    stateful, pure, variables, others = *(optimizers.Adam(0.1) for _ in "ab"), weights(), weights()
    pure.build(others)
    values, state = [v.value for v in others], [v.value for v in pure.variables]
    for g in grads(3):
        stateful.apply(g, variables)
        values, state = pure.stateless_apply(state, g, values)
    assert_close(values, variables)
    assert_close(state, stateful.variables)
    assert int(pure.iterations) == 0


def test_stateless_apply_counts():
    optimizer = optimizers.SGD(0.1)
    with pytest.raises(ValueError, match="build"):
        optimizer.stateless_apply([], grads(1)[0], [])
    optimizer.build(weights())
    with pytest.raises(ValueError, match="optimizer_variables must have 2 arrays, got 0"):
        optimizer.stateless_apply([], grads(1)[0], [1, 2])


def test_hyperparameters_can_be_traced():
    def after(rate, momentum, decay):
        optimizer = optimizers.SGD(rate, momentum=momentum, nesterov=True, weight_decay=decay)
        start = Variable(1.0)
        with Scope() as scope:
            for _ in range(3):
                optimizer.apply([start.value], [start])
            return scope.read(start)

    rates, momenta = jnp.array([0.1, 0.2]), jnp.array([0.0, 0.9])
    got = jax.vmap(after, (0, 0, None))(rates, momenta, 0.1)
    expected = [after(float(r), float(m), 0.1) for r, m in zip(rates, momenta, strict=True)]
    np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_update_is_pure_and_maps(name):
    optimizer = getattr(optimizers, name)(0.1)
    optimizer.build([Variable(np.ones(3), name="weight")])
    slots = {k: box.value for k, box in optimizer._slot_variables[0].items()}
    if name == "Nadam":
        slots["product"] = jnp.float32(0.45)
    gradient, parameter = jnp.array([1.0, -2.0, 0.5]), jnp.ones(3)
    rates = jnp.array([0.1, 0.2])
    update = jax.jit(optimizer.update)
    mapped = jax.vmap(update, (None, None, None, 0, None))(gradient, parameter, slots, rates, 1.0)
    alone = optimizer.update(gradient, parameter, slots, 0.2, jnp.float32(1.0))
    assert_close([mapped[0][1]], [alone[0]])
    assert set(alone[1]) == set(slots)
    assert not np.allclose(alone[0], parameter)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(0,), (2, 0), (1,), (1, 1)])
def test_narrow_weights(name, shape):
    optimizer = getattr(optimizers, name)(0.1, clipnorm=1.0)
    variable = Variable(np.ones(shape))
    optimizer.apply([np.ones(shape, "float32")], [variable])
    assert variable.shape == shape
    assert np.all(np.isfinite(variable.numpy()))
    assert variable.numpy().size == 0 or np.all(variable.numpy() < 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_follows_single(name, dtype):
    make = getattr(optimizers, name)
    half, single = make(0.01), make(0.01)
    short, long = Variable(np.ones(3), dtype=dtype), Variable(np.ones(3))
    # In float16 the squares of these vanish.
    gradient = np.array([1e-4, -2e-4, 3e-4], "float32")
    for _ in range(3):
        half.apply([jnp.asarray(gradient, dtype)], [short])
        single.apply([gradient], [long])
    assert short.dtype == dtype
    np.testing.assert_allclose(short.numpy().astype("float32"), long.numpy(), atol=2e-2)
    assert all(v.dtype in (dtype, "int32", "float32") for v in half.variables)
    assert half.variables[-1].dtype in (dtype, "int32") or name == "SGD"


def test_learning_rate_number():
    optimizer = optimizers.SGD(np.float64(0.5))
    assert isinstance(optimizer.learning_rate, Variable)
    assert optimizer.learning_rate is optimizer.variables[1]
    for value in (1, 0.25, np.float32(0.125), jnp.float32(0.0625), Variable(0.03125)):
        optimizer.learning_rate = value
        assert float(optimizer.learning_rate) == float(value)
        assert optimizer.lr is optimizer.variables[1]
    optimizer.lr = 0.5
    assert optimizer.get_config()["learning_rate"] == 0.5


def test_learning_rate_schedule_takes_the_variable_away():
    optimizer = optimizers.SGD(0.5)
    optimizer.learning_rate = schedules.ExponentialDecay(0.1, 1, 0.5)
    assert [v.name for v in optimizer.variables] == ["iteration"]
    optimizer.apply([np.float32(1.0)], [Variable(1.0)])
    assert float(optimizer.learning_rate) == pytest.approx(0.05)
    with pytest.raises(TypeError, match="follows the schedule"):
        optimizer.learning_rate = 0.1


def test_learning_rate_functions():
    calls = []
    rates = iter([0.5, 0.25])
    optimizer, weight = optimizers.SGD(lambda: next(rates)), Variable(1.0)
    optimizer.apply([1.0], [weight])
    optimizer.apply([1.0], [weight])
    assert float(weight) == 0.25

    def by_step(step):
        calls.append(int(step))
        return 0.5 / (1 + step)

    optimizer, weight = optimizers.SGD(by_step), Variable(1.0)
    optimizer.apply([1.0], [weight])
    optimizer.apply([1.0], [weight])
    assert calls == [0, 1]
    assert float(weight) == 0.25


def test_user_schedule():
    class Halving(schedules.LearningRateSchedule):
        def __init__(self, start):
            self.start = start

        def __call__(self, step):
            return self.start * 0.5 ** jnp.asarray(step, "float32")

    optimizer, weight = optimizers.SGD(Halving(1.0)), Variable(0.0)
    for _ in range(3):
        optimizer.apply([-1.0], [weight])
    assert float(weight) == 1.75
    config = optimizers.serialize(optimizer)
    back = optimizers.deserialize(config, custom_objects={"Halving": Halving})
    assert back.get_config() == optimizer.get_config()
    with pytest.raises(ValueError, match="Halving"):
        optimizers.deserialize(config)
    with pytest.raises(NotImplementedError, match="__call__"):
        schedules.LearningRateSchedule()(1)


def test_missing_gradients():
    optimizer, variables = optimizers.SGD(0.5, momentum=0.9), weights()
    with pytest.warns(UserWarning, match="does not depend on bias"):
        optimizer.apply([np.ones((2, 3), "float32"), None], variables)
    assert float(variables[1]) == 1.0
    assert variables[0].numpy()[0, 0] == -0.5
    with pytest.raises(ValueError, match="no gradient for any weight"):
        optimizer.apply([None, None], variables)
    optimizer.apply([], [])
    assert int(optimizer.iterations) == 1


def test_wrong_gradients_and_weights():
    optimizer = optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="does not know its weights yet"):
        optimizer.apply([1.0])
    with pytest.raises(ValueError, match="1 gradients for 2 weights"):
        optimizer.apply([1.0], weights())
    optimizer, variables = optimizers.SGD(0.5), weights()
    with pytest.raises(ValueError, match=r"'kernel' has shape \(3,\), but the weight has shape"):
        optimizer.apply([np.ones(3), 1.0], variables)
    with pytest.raises(ValueError, match="does not know 'other'"):
        optimizer.apply([1.0], [Variable(1.0, name="other")])


def test_apply_gradients_gives_the_step():
    optimizer, weight = optimizers.SGD(0.5), Variable(1.0)
    assert int(optimizer.apply_gradients([(1.0, weight)])) == 1
    assert int(optimizer.apply_gradients(zip([1.0], [weight], strict=True))) == 2


def test_loss_scale_factor():
    assert optimizers.SGD(0.1, loss_scale_factor=8.0).scale_loss(2.0) == 16.0
    assert optimizers.SGD(0.1).scale_loss(2.0) == 2.0


def test_state_travels():
    optimizer, variables = optimizers.Adam(0.1), weights()
    for g in grads(2):
        optimizer.apply(g, variables)
    store = {}
    optimizer.save_own_variables(store)
    assert list(store) == [str(i) for i in range(6)]
    other = optimizers.Adam(0.5)
    with pytest.raises(ValueError, match="build"):
        other.set_weights(store.values())
    with pytest.warns(UserWarning, match="has 2 variables, the stored one has 6"):
        other.load_own_variables(store)
    other.build(variables)
    other.load_own_variables(store)
    assert_close(optimizer.variables, other.variables)
    other = optimizers.Adam(0.5)
    other.build(variables)
    other.set_weights([v.numpy() for v in optimizer.variables])
    assert_close(optimizer.variables, other.variables)
    with pytest.raises(ValueError, match="6 variables, set_weights"):
        other.set_weights([])


def test_exclude_from_weight_decay_comes_first():
    optimizer = optimizers.AdamW()
    optimizer.build(weights())
    with pytest.raises(ValueError, match="before"):
        optimizer.exclude_from_weight_decay(var_names=["bias"])


def test_constraint_in_a_compiled_step():
    optimizer, variables = optimizers.SGD(10.0), weights()
    variables[0].constraint = lambda w: jnp.clip(w, -1, 1)
    optimizer.build(variables)
    values = compiled_steps(optimizer, variables, grads(2))
    assert np.abs(values[0]).max() == 1
    assert abs(float(values[1])) > 1
