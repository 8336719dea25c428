"""One way to check any layer; a new layer costs one line in ``cases.py``."""

import json
import zlib
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import layers
from kerata.base.symbolic import KerasTensor
from kerata.layers.functional_call import functional_call

# Compiling is most of the tests' time, and how fast the programs run doesn't matter here.
FAST_COMPILE = {"xla_backend_optimization_level": 0}


@dataclass(frozen=True)
class Case:
    """A layer, how it is made and what goes in.

    Attributes:
        name: class name, the same here and in Keras.
        init: constructor arguments.
        shapes: shape of the input with the batch axis, or a list of several inputs' shapes.
        ids: inputs are integers from 0 to this, instead of normal numbers.
        random: outputs in training depend on random numbers.
        half: whether the output's type follows the layer's (not true for integer outputs).
        batched: whether rows are independent and any number of them will do.
    """

    name: str
    init: dict = field(default_factory=dict)
    shapes: tuple | list = (2, 3)
    ids: int = 0
    random: bool = False
    half: bool = True
    batched: bool = True

    def __str__(self):
        init = ",".join(f"{k}={v}" for k, v in self.init.items() if k != "data_format")
        first = "-first" if self.init.get("data_format") == "channels_first" else ""
        return f"{self.name}({init}){first}"

    def make(self, **more):
        return getattr(layers, self.name)(**self.init, **more)

    def inputs(self, batch=None):
        """Give fixed pseudo-random inputs; a smaller batch is the beginning of a larger one."""
        rng = np.random.default_rng(zlib.crc32(str(self).encode()))

        def one(shape):
            x = rng.normal(size=shape).astype("float32")
            if self.ids:
                x = rng.integers(0, self.ids, size=shape).astype("int32")
            return x if batch is None else np.resize(x, (batch, *shape[1:]))

        several = isinstance(self.shapes, list)
        return [one(s) for s in self.shapes] if several else one(self.shapes)

    def symbols(self, batch=None):
        """Give symbolic inputs of an unknown number of rows."""
        dtype = "int32" if self.ids else "float32"
        if isinstance(self.shapes, list):
            return [KerasTensor((batch, *s[1:]), dtype) for s in self.shapes]
        return KerasTensor((batch, *self.shapes[1:]), dtype)


def same(a, b, atol=1e-5):
    """Compare nested arrays."""
    jax.tree.map(
        lambda p, q: np.testing.assert_allclose(
            np.asarray(p, "float64"), np.asarray(q, "float64"), rtol=1e-5, atol=atol
        ),
        a,
        b,
    )


def scramble(layer, seed=0):
    """Give a built layer weights that aren't zeros and ones; variances stay positive."""
    rng = np.random.default_rng(seed)
    layer.set_weights(
        [
            np.abs(w) if "variance" in v.path or "count" in v.path else w
            for v, w in (
                (v, (rng.normal(size=v.shape) * 0.5).astype(str(v.dtype))) for v in layer.weights
            )
        ]
    )


def projection(x):
    """Reduce an output to one number that depends on every element differently."""
    x = x.astype("float32")
    return jnp.sum(x * jnp.cos(jnp.arange(x.size, dtype="float32")).reshape(x.shape))


def check_layer(case):
    """Check everything about a layer that needs no other library."""
    layer, x = case.make(), case.inputs()
    symbol = case.make()(case.symbols())
    out = layer(x)
    assert layer.built
    _check_symbol(symbol, out)
    scramble(layer)
    out = layer(x)
    _check_config(case, layer, x, out)
    _check_weights(layer)
    _check_pure(case, layer, x, out)
    _check_types(case, x)
    if case.batched:
        same(layer(case.inputs(1)), out[:1])
        assert layer(case.inputs(0)).shape == (0, *out.shape[1:])


def _check_symbol(symbol, out):
    assert symbol.dtype == out.dtype.name
    assert len(symbol.shape) == out.ndim
    assert all(a is None or a == b for a, b in zip(symbol.shape, out.shape, strict=True))
    assert None not in symbol.shape[1:]


def _check_config(case, layer, x, out):
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer).from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    again(x)
    again.set_weights(layer.get_weights())
    same(again(x), out)
    third = layers.deserialize(json.loads(json.dumps(layers.serialize(layer))))
    assert type(third) is type(layer)
    third.build_from_config(json.loads(json.dumps(layer.get_build_config())) or {})
    assert [w.shape for w in third.weights] == [w.shape for w in layer.weights]


def _check_weights(layer):
    before = layer.get_weights()
    layer.set_weights(before)
    same(layer.get_weights(), before)
    with pytest.raises(ValueError, match="weights"):
        layer.set_weights([*before, np.zeros(1)])
    assert len(layer.trainable_weights) + len(layer.non_trainable_weights) == len(layer.weights)
    layer.trainable = False
    assert layer.trainable_weights == []
    layer.trainable = True


def _check_pure(case, layer, x, out):
    """Compiled and mapped calls give the same; gradients are finite; boxes stay untouched."""
    values = [v.value for v in layer.weights]
    key = jax.random.key(1)

    def both(values, x):
        plain, _, _ = functional_call(layer, values, x)
        trained, after, losses = functional_call(layer, values, x, training=True, key=key)
        return plain, trained, after, losses

    def number(values, x):
        trained, _, losses = functional_call(layer, values, x, training=True, key=key)
        return projection(trained) + sum(losses, jnp.zeros(()))

    differentiable = not case.ids
    trainable = [i for i, v in enumerate(layer.weights) if v.trainable]

    def program(values, x):
        def of_trainable(some, x):
            filled = list(values)
            for i, v in zip(trainable, some, strict=True):
                filled[i] = v
            return number(filled, x)

        some = [values[i] for i in trainable]
        argnums = (0, 1) if differentiable else (0,)
        return both(values, x), jax.grad(of_trainable, argnums)(some, x)

    inputs = jax.tree.map(jnp.asarray, x)
    (plain, trained, after, _), gradients = (
        jax.jit(program).lower(values, inputs).compile(FAST_COMPILE)(values, inputs)
    )
    same(plain, out)
    assert trained.shape == out.shape
    assert trained.dtype == out.dtype
    assert [a.shape for a in after] == [v.shape for v in values]
    assert all(np.isfinite(g).all() for g in jax.tree.leaves(gradients))
    assert [w is v.value for w, v in zip(values, layer.weights, strict=True)] == [True] * len(values)
    two = jax.tree.map(lambda a: jnp.stack([a, a[::-1]]), inputs)
    mapped = jax.vmap(lambda x: functional_call(layer, values, x)[0])(two)
    same(mapped[0], out)
    if case.batched:
        same(mapped[1], out[::-1])


def _check_types(case, x):
    if not case.half:
        return
    for policy, weights in (("bfloat16", "bfloat16"), ("mixed_float16", "float32")):
        layer = case.make(dtype=policy)
        out = layer(x)
        assert out.dtype == policy.removeprefix("mixed_")
        assert layer(case.symbols()).dtype == out.dtype
        assert np.isfinite(np.asarray(out, "float32")).all()
        assert {v.dtype for v in layer.weights if "float" in v.dtype} <= {weights}
