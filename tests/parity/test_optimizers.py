"""Twenty steps of every optimizer with every option land where Keras 3 lands."""

import inspect

import jax
import numpy as np
import pytest

keras = pytest.importorskip("keras")

from kerata import optimizers  # noqa: E402  # Keras must be there first
from kerata.base.variable import Variable  # noqa: E402

SHAPES = [(3, 4), (), (2, 3, 2)]
OWN = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "RMSprop": [{}, {"momentum": 0.5}, {"centered": True}, {"rho": 0.8, "epsilon": 1e-3}],
    "Adam": [{}, {"amsgrad": True}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}],
    "AdamW": [{}, {"weight_decay": 0.5, "amsgrad": True}],
    "Adamax": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-2}],
    "Nadam": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-2}],
    "Adagrad": [{}, {"initial_accumulator_value": 0.0, "epsilon": 1e-2}],
    "Adadelta": [{}, {"rho": 0.5, "epsilon": 1e-2}],
    "Ftrl": [
        {},
        {"l1_regularization_strength": 0.3, "l2_regularization_strength": 0.2},
        {"l2_shrinkage_regularization_strength": 0.1, "beta": 0.3},
        {"learning_rate_power": -0.3, "initial_accumulator_value": 0.5},
    ],
    "Lion": [{}, {"beta_1": 0.5, "beta_2": 0.6}],
    "Lamb": [{}, {"beta_1": 0.5, "epsilon": 1e-2}],
    "Adafactor": [{}, {"clip_threshold": 0.5, "beta_2_decay": -0.5}, {"relative_step": False}],
    "Muon": [
        {},
        {"nesterov": False, "rms_rate": None, "adam_lr_ratio": 0.5, "weight_decay": None},
        {"exclude_layers": ["variable"], "adam_weight_decay": 0.3},
    ],
    "ScheduleFreeAdamW": [{}, {"beta_1": 0.5, "warmup_steps": 5, "weight_decay": 0.1}],
}
COMMON = [
    {"weight_decay": 0.1},
    {"clipnorm": 0.5},
    {"clipvalue": 0.2},
    {"global_clipnorm": 0.5},
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"use_ema": True},
    {"gradient_accumulation_steps": 3, "weight_decay": 0.1, "clipnorm": 0.5},
    {
        "gradient_accumulation_steps": 2,
        "use_ema": True,
        "ema_momentum": 0.7,
        "ema_overwrite_frequency": 2,
    },
    {"loss_scale_factor": 8.0},
]
CASES = [
    *((name, options) for name, several in OWN.items() for options in several),
    *((name, options) for name in ("SGD", "Adam") for options in COMMON),
    ("Ftrl", COMMON[0]),
    ("Nadam", COMMON[6]),
    ("Adafactor", COMMON[6]),
]


def make(name, options, rate=0.1, shapes=SHAPES):
    """Make Keras's optimizer and ours, each with weights of the same values."""
    rng = np.random.default_rng(0)
    starts = [rng.normal(size=shape).astype("float32") for shape in shapes]
    return (
        (getattr(keras.optimizers, name)(rate, **options), [keras.Variable(x) for x in starts]),
        (getattr(optimizers, name)(rate, **options), [Variable(x) for x in starts]),
    )


def gradients(steps=20, shapes=SHAPES):
    rng = np.random.default_rng(1)
    return [[rng.normal(size=s).astype("float32") for s in shapes] for _ in range(steps)]


def assert_same(theirs, ours):
    for a, b in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(np.asarray(b), np.asarray(a), rtol=1e-5, atol=1e-5)


def run(optimizer, weights, steps, compiled=False):
    """Take steps; compiled where choices between branches would be compiled anew each time."""
    if not compiled:
        for grads in steps:
            optimizer.apply(grads, weights)
        return
    optimizer.build(weights)
    step = jax.jit(lambda w, state, grads: optimizer.stateless_apply(state, grads, w))
    values, state = [v.value for v in weights], [v.value for v in optimizer.variables]
    for grads in steps:
        values, state = step(values, state, grads)
    for v, x in zip([*weights, *optimizer.variables], [*values, *state], strict=True):
        v.assign(x)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@pytest.mark.one_in(2)
def test_trajectory(name, options):
    (theirs, their_weights), (ours, our_weights) = make(name, options)
    compiled = "gradient_accumulation_steps" in options
    run(theirs, their_weights, gradients(), compiled)
    run(ours, our_weights, gradients(), compiled)
    assert_same(their_weights, our_weights)
    assert_same(theirs.variables, ours.variables)
    assert [str(v.dtype) for v in theirs.variables] == [v.dtype for v in ours.variables]
    theirs.finalize_variable_values(their_weights)
    ours.finalize_variable_values(our_weights)
    assert_same(their_weights, our_weights)


@pytest.mark.parametrize("name", OWN)
def test_small_gradients_show_where_epsilon_stands(name):
    (theirs, their_weights), (ours, our_weights) = make(name, {})
    for grads in gradients(5):
        small = [1e-4 * g for g in grads]
        theirs.apply(small, their_weights)
        ours.apply(small, our_weights)
    assert_same(their_weights, our_weights)


@pytest.mark.parametrize("accumulate", [None, 2])
def test_schedule_looks_at_the_real_step(accumulate):
    options = {"gradient_accumulation_steps": accumulate, "weight_decay": 0.1}
    (theirs, their_weights), (ours, our_weights) = make("SGD", options)
    theirs.learning_rate = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    ours.learning_rate = optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    run(theirs, their_weights, gradients(9), compiled=True)
    run(ours, our_weights, gradients(9))
    assert_same(their_weights, our_weights)
    assert_same(theirs.variables, ours.variables)
    assert float(ours.learning_rate) == pytest.approx(float(theirs.learning_rate))


def test_learning_rate_set_between_steps():
    (theirs, their_weights), (ours, our_weights) = make("SGD", {"momentum": 0.9})
    for rate, grads in zip([0.5, np.float32(0.05), 0.01], gradients(3), strict=True):
        theirs.learning_rate = rate
        ours.learning_rate = rate
        theirs.apply(grads, their_weights)
        ours.apply(grads, our_weights)
    assert_same(their_weights, our_weights)


def test_constraints_come_after_the_step_and_the_average():
    options = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}
    (theirs, their_weights), (ours, our_weights) = make("SGD", options)
    their_weights[0].constraint = keras.constraints.NonNeg()
    our_weights[0].constraint = lambda w: w * (w >= 0)
    run(theirs, their_weights, gradients(5))
    run(ours, our_weights, gradients(5))
    assert_same(their_weights, our_weights)
    assert our_weights[0].numpy().min() == 0


def test_exclude_from_weight_decay():
    (theirs, their_weights), (ours, our_weights) = make("AdamW", {"weight_decay": 0.5})
    theirs.exclude_from_weight_decay(var_list=their_weights[:1], var_names=["bias", "gamma"])
    ours.exclude_from_weight_decay(var_list=our_weights[:1], var_names=["bias", "gamma"])
    their_weights[1] = keras.Variable(1.0, name="my_bias")
    our_weights[1] = Variable(1.0, name="my_bias")
    run(theirs, their_weights, gradients(3))
    run(ours, our_weights, gradients(3))
    assert_same(their_weights, our_weights)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_global_clipnorm_passes_failure_on(bad):
    (theirs, their_weights), (ours, our_weights) = make("SGD", {"global_clipnorm": 1.0})
    grads = gradients(1)[0]
    grads[1] = np.float32(bad)
    theirs.apply(grads, their_weights)
    ours.apply(grads, our_weights)
    assert_same(their_weights, our_weights)


def test_gradients_of_zero():
    for name in OWN:
        (theirs, their_weights), (ours, our_weights) = make(name, {"clipnorm": 1.0})
        grads = [np.zeros(s, "float32") for s in SHAPES]
        theirs.apply(grads, their_weights)
        ours.apply(grads, our_weights)
        assert_same(their_weights, our_weights)


def test_loss_scale_optimizer():
    start = np.arange(3, dtype="float32")
    options = {"initial_scale": 4.0, "dynamic_growth_steps": 2, "name": "scaled"}
    theirs = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1, name="a"), **options)
    ours = optimizers.LossScaleOptimizer(optimizers.Adam(0.1, name="a"), **options)
    their_weight, our_weight = keras.Variable(start), Variable(start)
    grads = gradients(9, [(3,)])
    for step in (1, 6):
        grads[step][0][0] = np.inf
    run(theirs, [their_weight], grads, compiled=True)
    run(ours, [our_weight], grads)
    assert float(ours.scale_loss(1.0)) == float(theirs.scale_loss(1.0))
    assert_same([their_weight], [our_weight])
    assert_same(theirs.variables, ours.variables)
    assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize("name", [*OWN, "LossScaleOptimizer"])
def test_signature(name):
    theirs = inspect.signature(getattr(keras.optimizers, name)).parameters
    ours = inspect.signature(getattr(optimizers, name)).parameters
    assert {n: p.default for n, p in ours.items()} == {n: p.default for n, p in theirs.items()}
    assert list(ours) == list(theirs)


@pytest.mark.parametrize(
    ("name", "options"),
    [(name, options) for name, several in OWN.items() for options in several]
    + [("Adam", options) for options in COMMON],
    ids=str,
)
def test_config(name, options):
    theirs = getattr(keras.optimizers, name)(0.3, name="same", **options)
    ours = getattr(optimizers, name)(0.3, name="same", **options)
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    back = optimizers.deserialize(keras.optimizers.serialize(theirs))
    assert type(back) is type(ours)
    assert back.get_config() == ours.get_config()
    # Keras's own optimizers.deserialize forgets Lamb.
    again = keras.saving.deserialize_keras_object(optimizers.serialize(ours))
    assert again.get_config() == ours.get_config()


def test_config_with_schedule():
    theirs = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10), name="same")
    ours = optimizers.SGD(optimizers.schedules.CosineDecay(0.1, 10), name="same")
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    back = optimizers.deserialize(optimizers.serialize(ours))
    assert float(back.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize("name", OWN)
def test_names_in_files(name):
    if name == "Adafactor":
        pytest.skip("Keras names its row and column means like the weight itself")
    (theirs, _), (ours, _) = make(name, {"use_ema": True, "name": "same"})
    theirs.build([keras.Variable(np.zeros((2, 2)), name="kernel"), keras.Variable(0.0, name="b")])
    ours.build([Variable(np.zeros((2, 2)), name="kernel"), Variable(0.0, name="b")])
    # Keras leaves Nadam's product without a name.
    expected = [v.path if v.path != v.name else "same/u_product" for v in theirs.variables]
    assert [v.path for v in ours.variables] == expected
