"""Operations on symbolic tensors with unknown sizes have Keras's shapes and types."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import pytest

import kerata

CALLS = [
    "k.ops.add(t((None, 3)), t((2, None)))",
    "t((None, 3)) * t((2, None))",
    "k.ops.where(t((None, 3), 'bool'), t((2, None)), 0.0)",
    "k.ops.take(t((None, 3)), t((None,), 'int32'), axis=1)",
    "k.ops.take(t((None, 3)), [0, 1], axis=0)",
    "k.ops.linspace(t((None,)), t((None,)), 5)",
    "k.ops.nancumprod(t((None, 3)), axis=1)",
    "k.ops.floor_divide(t((None, 3), 'int32'), t((2, None), 'int32'))",
    "k.ops.gcd(t((None, 3), 'int32'), t((2, None), 'int32'))",
    "k.ops.nonzero(t((None, 3)))",
    "k.ops.bincount(t((None,), 'int32'))",
    "k.ops.unique(t((None,), 'int32'))",
    "k.ops.array(t((None, 3)))",
    "k.ops.is_tensor(t((None, 3)))",
    "k.ops.matmul(t((None, 3)), t((3, None)))",
    "k.ops.reshape(t((None, 4)), (-1, 2))",
    "k.ops.concatenate([t((None, 3)), t((2, None))], axis=0)",
]


def spec(found):
    if isinstance(found, (list, tuple)):
        return [spec(part) for part in found]
    return (tuple(found.shape), str(found.dtype)) if hasattr(found, "shape") else found


@pytest.mark.parametrize("call", CALLS)
def test_shapes_and_types_of_unknown_sizes(call):
    def told(k):
        def t(shape, dtype="float32"):
            return k.KerasTensor(shape, dtype)

        return spec(eval(call, {"k": k, "t": t}))

    assert told(kerata) == told(keras)


def test_bitwise_operations_broadcast_where_keras_only_repeats_the_first_shape():
    a, b = kerata.KerasTensor((None, 3), "int32"), kerata.KerasTensor((2, None), "int32")
    assert kerata.ops.bitwise_and(a, b).shape == (2, 3)
