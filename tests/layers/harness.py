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
        batched: whether each row's output depends on that row alone.
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

    def inputs(self):
        """Give fixed pseudo-random inputs."""
        rng = np.random.default_rng(zlib.crc32(str(self).encode()))

        def one(shape):
            x = rng.normal(size=shape).astype("float32")
            if self.ids:
                x = rng.integers(0, self.ids, size=shape).astype("int32")
            return x

        several = isinstance(self.shapes, list)
        return [one(s) for s in self.shapes] if several else one(self.shapes)

    def symbols(self):
        """Give symbolic inputs of an unknown number of rows."""
        dtype = "int32" if self.ids else "float32"
        if isinstance(self.shapes, list):
            return [KerasTensor((None, *s[1:]), dtype) for s in self.shapes]
        return KerasTensor((None, *self.shapes[1:]), dtype)


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


def built(layer, inputs):
    """Build a layer for inputs without running anything."""
    jax.eval_shape(layer, inputs)
    assert layer.built
    return layer


def check_layer(case):
    """Check everything about a layer that needs no other library."""
    layer, x = case.make(), case.inputs()
    assert case.make()(case.symbols()).shape[1:] == layer(x).shape[1:]
    scramble(layer)
    out = layer(x)
    _check_config(case, layer, x, out)
    _check_weights(layer)
    _check_pure(case, layer, jax.tree.map(jnp.asarray, x), out)
    if case.half:
        _check_symbolic_types(case, x)


def _check_config(case, layer, x, out):
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer).from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    built(again, x).set_weights(layer.get_weights())
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
    """Compiled, mapped and trained calls, other batches and types, all in one program."""
    values = [v.value for v in layer.weights]
    trainable = [i for i, v in enumerate(layer.weights) if v.trainable]
    key = jax.random.key(1)
    halves = [
        built(case.make(dtype=policy), x) for policy in ("bfloat16", "mixed_float16") if case.half
    ]

    def evaluate(values, x):
        return functional_call(layer, values, x)[0]

    def train(some, values, x):
        filled = list(values)
        for i, v in zip(trainable, some, strict=True):
            filled[i] = v
        outputs, after, losses = functional_call(layer, filled, x, training=True, key=key)
        return projection(outputs) + sum(losses, jnp.zeros(())), (outputs, after)

    def program(values, half_values, x):
        argnums = (0,) if case.ids else (0, 2)
        some = [values[i] for i in trainable]
        gradients, (trained, after) = jax.grad(train, argnums, has_aux=True)(some, values, x)
        two = jax.tree.map(lambda a: jnp.stack([a, a[::-1]]), x)
        return {
            "plain": evaluate(values, x),
            "trained": trained,
            "after": after,
            "gradients": gradients,
            "mapped": jax.vmap(lambda x: evaluate(values, x))(two),
            "one": evaluate(values, jax.tree.map(lambda a: a[:1], x)),
            "none": evaluate(values, jax.tree.map(lambda a: a[:0], x)),
            "half": [
                functional_call(h, v, x, training=True, key=key)[0]
                for h, v in zip(halves, half_values, strict=True)
            ],
        }

    half_values = [[v.value for v in h.weights] for h in halves]
    compiled = jax.jit(program).lower(values, half_values, x).compile(FAST_COMPILE)
    got = compiled(values, half_values, x)
    same(got["plain"], out)
    assert (got["trained"].shape, got["trained"].dtype) == (out.shape, out.dtype)
    assert [(a.shape, a.dtype) for a in got["after"]] == [(v.shape, v.dtype) for v in values]
    assert all(np.isfinite(g).all() for g in jax.tree.leaves(got["gradients"]))
    assert all(w is v.value for w, v in zip(values, layer.weights, strict=True))
    same(got["mapped"][0], out)
    assert got["none"].shape == (0, *out.shape[1:])
    if case.batched:
        same(got["mapped"][1], out[::-1])
        same(got["one"], out[:1])
    if case.half:
        assert [str(h.dtype) for h in got["half"]] == ["bfloat16", "float16"]
        assert all(np.isfinite(np.asarray(h, "float32")).all() for h in got["half"])
        kept = [{v.dtype for v in h.weights if "float" in v.dtype} for h in halves]
        assert kept[0] <= {"bfloat16"}
        assert kept[1] <= {"float32"}


def _check_symbolic_types(case, x):
    for policy in ("float32", "bfloat16"):
        layer = case.make(dtype=policy)
        assert layer(case.symbols()).dtype == jax.eval_shape(layer, x).dtype.name
