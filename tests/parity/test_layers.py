"""Layers beside Keras's: same weights in; outputs, gradients, statistics, configs out."""

import json
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata.base.scope import get_mask, set_mask
from kerata.layers.functional_call import functional_call

from ..layers.cases import LAYERS, VARIANTS
from ..layers.harness import FAST_COMPILE, projection, same, scramble

keras = pytest.importorskip("keras")


def pair(case):
    """Make the layer here and in Keras, under one name, built for the case's inputs."""
    ours, theirs = case.make(name="it"), getattr(keras.layers, case.name)(**case.init, name="it")
    several = isinstance(case.shapes, list)
    x = case.inputs()
    ours(x)
    theirs([jnp.asarray(a) for a in x] if several else jnp.asarray(x))
    scramble(ours, zlib.crc32(str(case).encode()))
    theirs.set_weights(ours.get_weights())
    if hasattr(theirs, "finalize_state"):
        theirs.finalize_state()
    return ours, theirs, x


def outcome(forward, case, trainable, fixed, x):
    """Give outputs, training outputs, new state, added losses and gradients, compiled once."""

    def number(trainable, x):
        out, after, losses = forward(trainable, fixed, x, not case.random)
        return projection(out) + sum(losses, jnp.zeros(())), (out, after, losses)

    def program(trainable, x):
        argnums = (0,) if case.ids else (0, 1)
        gradients, (out, after, losses) = jax.grad(number, argnums, has_aux=True)(trainable, x)
        plain = forward(trainable, fixed, x, False)[0]
        return {
            "plain": plain,
            "out": out,
            "after": after,
            "losses": sum(losses, jnp.zeros(())),
            "gradients": gradients,
        }

    return jax.jit(program).lower(trainable, x).compile(FAST_COMPILE)(trainable, x)


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
def test_same_as_keras(case):
    ours, theirs, x = pair(case)
    assert [(v.name, v.shape, v.trainable, v.dtype) for v in ours.weights] == [
        (v.name, tuple(v.shape), v.trainable, v.dtype) for v in theirs.weights
    ]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert [v.name for v in ours.trainable_weights] == [v.name for v in theirs.trainable_weights]
    assert ours.supports_masking == theirs.supports_masking
    x = jax.tree.map(jnp.asarray, x)
    order = [id(v) for v in ours.weights]
    tv, ntv = ours.trainable_weights, ours.non_trainable_weights

    def our_forward(trainable, fixed, x, training):
        given = {id(v): a for v, a in zip(tv + ntv, [*trainable, *fixed], strict=True)}
        out, after, losses = functional_call(ours, [given[i] for i in order], x, training)
        found = dict(zip(order, after, strict=True))
        return out, [found[id(v)] for v in ntv], losses

    def their_forward(trainable, fixed, x, training):
        kwargs = {"training": training} if theirs._call_has_training_arg else {}
        out, after, losses = theirs.stateless_call(
            trainable, fixed, x, return_losses=True, **kwargs
        )
        return out, after, losses

    got = outcome(our_forward, case, [v.value for v in tv], [v.value for v in ntv], x)
    expected = outcome(
        their_forward,
        case,
        [v.value for v in theirs.trainable_variables],
        [v.value for v in theirs.non_trainable_variables],
        x,
    )
    if case.random:
        got.pop("after"), expected.pop("after")
    assert got["out"].dtype == expected["out"].dtype
    assert got["out"].shape == expected["out"].shape
    same(got, expected)


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
def test_same_config(case):
    ours = case.make(name="it").get_config()
    theirs = getattr(keras.layers, case.name)(**case.init, name="it").get_config()
    assert json.loads(json.dumps(ours)) == json.loads(json.dumps(theirs))


@pytest.mark.parametrize("case", LAYERS + VARIANTS, ids=str)
def test_same_symbolic_shape(case):
    """Unknown sizes come out where Keras has them, or are better known."""
    several = isinstance(case.shapes, list)
    shapes = case.shapes if several else [case.shapes]
    theirs = getattr(keras.layers, case.name)(**case.init)
    shape = [(None, *s[1:]) for s in shapes]
    expected = theirs.compute_output_shape(shape if several else shape[0])
    got = case.make().compute_output_shape(shape if several else shape[0])
    assert tuple(got) == tuple(expected)
