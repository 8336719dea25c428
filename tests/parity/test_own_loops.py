"""Training loops from scratch, written with pure functions, here and in real Keras."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import jax  # noqa: E402  (after the check that Keras is there)

import kerata  # noqa: E402

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3)).astype("float32")
Y = np.eye(2, dtype="float32")[(X.sum(axis=1) > 0).astype(int)]
WEIGHTS = [
    rng.normal(size=(3, 4)),
    *(np.full(4, v) for v in (1, 0, 0, 1)),
    rng.normal(size=(4, 2)),
    np.zeros(2),
]


def values_of(variables):
    return [v.value for v in variables]


def loop(k, given=values_of):
    """Train with a penalty that a layer adds and moving statistics; count a metric."""

    class Penalty(k.layers.Layer):
        def call(self, inputs):
            self.add_loss(1e-2 * k.ops.sum(inputs**2))
            return inputs

    inputs = k.Input((3,))
    hidden = k.layers.BatchNormalization()(k.layers.Dense(4, use_bias=False)(inputs))
    outputs = k.layers.Dense(2)(hidden)
    model = k.Model(inputs, Penalty()(outputs))
    model.set_weights(WEIGHTS)
    optimizer = k.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    loss_of = k.losses.CategoricalCrossentropy(from_logits=True)
    accuracy = k.metrics.CategoricalAccuracy()

    def forward(trainable, fixed, of_metric, x, y):
        y_pred, fixed, losses = model.stateless_call(
            trainable, fixed, x, training=True, return_losses=True
        )
        of_metric = accuracy.stateless_update_state(of_metric, y, y_pred)
        return loss_of(y, y_pred) + sum(losses), (fixed, of_metric)

    @jax.jit
    def train_step(state, x, y):
        trainable, fixed, of_optimizer, of_metric = state
        (loss, (fixed, of_metric)), gradients = jax.value_and_grad(forward, has_aux=True)(
            trainable, fixed, of_metric, x, y
        )
        trainable, of_optimizer = optimizer.stateless_apply(of_optimizer, gradients, trainable)
        return loss, (trainable, fixed, of_optimizer, of_metric)

    boxes = (
        model.trainable_variables,
        model.non_trainable_variables,
        optimizer.variables,
        accuracy.variables,
    )
    state, losses = tuple(map(given, boxes)), []
    for i in (0, 8, 16, 0, 8, 16):
        loss, state = train_step(state, X[i : i + 8], Y[i : i + 8])
        losses.append(float(loss))
    before = values_of(model.trainable_variables)
    for group, values in zip(boxes, state, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)
    reset = accuracy.stateless_reset_state()
    return [losses, before, values_of(boxes[0] + boxes[1]), float(accuracy.result()), reset]


def test_a_loop_of_pure_functions():
    theirs, ours, with_variables = loop(keras), loop(kerata), loop(kerata, given=list)
    for found in (ours, with_variables):
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-5), theirs, found
        )


def test_state_trees_and_configs_of_compile():
    found = []
    for k in (keras, kerata):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2, name="only")], name="whole")
        model.compile(
            k.optimizers.Adam(0.5, name="own"), "mse", metrics=["mae"], steps_per_execution=2
        )
        model.fit(X, Y, verbose=0)
        tree = model.get_state_tree("numpy_array")
        zeros = jax.tree.map(np.zeros_like, tree["trainable_variables"])
        model.set_state_tree({"trainable_variables": zeros})
        config = model.get_compile_config()
        other = k.Sequential([k.Input((3,)), k.layers.Dense(2)])
        other.compile_from_config(config)
        found.append(
            [
                sorted(tree),
                sorted(tree["metrics_variables"]),
                sorted(tree["optimizer_variables"]["own"])[:2],
                sum(np.abs(w).sum() for w in model.get_weights()),
                config["optimizer"]["config"]["learning_rate"],
                [config[n] for n in ("loss", "metrics", "run_eagerly", "steps_per_execution")],
                [
                    other.steps_per_execution,
                    other.jit_compile,
                    float(other.optimizer.learning_rate),
                ],
                k.InputSpec(shape=(None, 2), axes={-1: 2}).get_config(),
                np.asarray(k.random.SeedGenerator(5).state.value),
                np.asarray(k.layers.Dropout(0.5, seed=3).seed_generator.state.value),
                k.layers.Dense(2).metrics,
            ]
        )
    assert str(found[0]) == str(found[1])
