"""Networks that share weight matrices: what each computes, and what they learn from."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerata
from kerata import layers, losses
from kerata.workbench.networks.members import (
    MembersDense,
    MembersMean,
    MembersScores,
    disagreement,
)

ROWS, MEMBERS, FEATURES = 7, 3, 4
LOSSES = {
    "softmax": (3, lambda y, s: losses.sparse_categorical_crossentropy(y, jax.nn.softmax(s))),
    "sigmoid": (2, lambda y, s: losses.binary_crossentropy(y, jax.nn.sigmoid(s))),
    "squared": (2, losses.mean_squared_error),
}


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def targets(task, units):
    if task == "softmax":
        return np.arange(ROWS) % units
    found = random(ROWS, units, seed=1)
    return (found > 0).astype("float32") if task == "sigmoid" else found


@pytest.mark.parametrize("given", [(ROWS, FEATURES), (ROWS, MEMBERS, FEATURES)])
def test_each_member_is_a_dense_layer_between_factors_of_its_own(given):
    layer, x = MembersDense(5, MEMBERS, "tanh", apart=True), random(*given)
    layer.build(given)
    factors_in = layer.factors_in.numpy()
    assert set(np.unique(factors_in)) == {-1.0, 1.0}
    layer.factors_out.assign(random(MEMBERS, 5, seed=2))
    layer.bias.assign(random(MEMBERS, 5, seed=3))
    found = np.asarray(layer(x))
    for member in range(MEMBERS):
        dense = layers.Dense(5)
        mine = x if x.ndim == 2 else x[:, member]
        dense.build(mine.shape)
        dense.set_weights([layer.kernel.numpy(), np.zeros(5, "float32")])
        inner = np.asarray(dense(mine * factors_in[member])) * layer.factors_out.numpy()[member]
        wanted = np.tanh(inner + layer.bias.numpy()[member])
        np.testing.assert_allclose(found[:, member], wanted, atol=1e-5)


@pytest.mark.parametrize("task", LOSSES)
def test_loss_of_the_mean_and_disagreement_are_the_mean_of_the_losses(task):
    units, loss = LOSSES[task]
    scores, y = random(ROWS, MEMBERS, units), targets(task, units)
    mean = scores.mean(axis=1)
    each = np.mean([loss(y, scores[:, member]) for member in range(MEMBERS)], axis=0)
    found = np.asarray(loss(y, mean)) + np.asarray(disagreement(scores, mean, task))
    np.testing.assert_allclose(found, each, rtol=1e-4, atol=1e-5)


def test_members_learn_as_if_each_were_alone():
    x, y = random(32, FEATURES), random(32, 1, seed=1)
    given = kerata.Input((FEATURES,))
    each = MembersScores(1, name="scores")(MembersDense(6, MEMBERS, "relu", apart=True)(given))
    model = kerata.Model(given, MembersMean("squared")(each))
    model.compile("sgd", "mse")
    before = [jnp.asarray(w) for w in model.get_weights()]

    def alone(weights):
        kernel, r, s, bias, last, end = weights
        hidden = jax.nn.relu(((x[:, None] * r) @ kernel) * s + bias)
        said = jnp.einsum("bmf,mfu->bmu", hidden, last) + end
        return jnp.mean((said - y[:, None]) ** 2)

    slopes = jax.grad(alone)(before)
    reported = model.fit(x, y, batch_size=32, epochs=1, verbose=0).history["loss"][0]
    assert reported == pytest.approx(float(alone(before)), rel=1e-4)
    for start, slope, now in zip(before, slopes, model.get_weights(), strict=True):
        np.testing.assert_allclose(now, start - 0.01 * slope, atol=1e-5)


def test_validation_loss_is_that_of_the_mean():
    x, y = random(16, FEATURES), random(16, 1, seed=1)
    given = kerata.Input((FEATURES,))
    each = MembersScores(1)(MembersDense(6, MEMBERS, apart=True)(given))
    model = kerata.Model(given, MembersMean("squared")(each))
    model.compile("sgd", "mse")
    found = model.evaluate(x, y, verbose=0)
    assert found == pytest.approx(float(np.mean((model.predict(x, verbose=0) - y) ** 2)), rel=1e-5)


def test_a_saved_network_answers_the_same(tmp_path):
    given = kerata.Input((FEATURES,))
    hidden = MembersDense(6, MEMBERS, "relu", apart=True)(given)
    model = kerata.Model(given, MembersMean("softmax")(MembersScores(3)(hidden)))
    model.save(tmp_path / "members.keras")
    loaded = kerata.models.load_model(tmp_path / "members.keras")
    x = random(5, FEATURES)
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="units must be"):
        MembersDense(0, 3)
    with pytest.raises(ValueError, match=r"\(batch, 3, features\).*\(7, 2, 4\)"):
        MembersDense(5, 3)(random(7, 2, 4))
    with pytest.raises(ValueError, match="softmax, sigmoid, squared, got 'mean'"):
        MembersMean("mean")
