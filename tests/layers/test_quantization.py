"""Quantized layers and low-rank parts: what is refused, and what the rest of the library sees."""

import copy

import jax
import numpy as np
import pytest
import scipy.sparse

import kerata
from kerata import layers, quantizers
from kerata.base.signature import Signature
from kerata.kernels import int8

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 5)).astype("float32")


def network(*more):
    return kerata.Sequential([kerata.Input((5,)), layers.Dense(3, name="first"), *more])


def built(layer, shape=(None, 5)):
    layer.build(shape)
    return layer


class OfAUser(layers.Dense):
    """A subclass whose ``call`` may be another."""


REFUSED = {
    "not built": (
        lambda: layers.Dense(2, name="d").quantize("int8"),
        ValueError,
        r"Layer 'd' \(Dense\) is not built yet",
    ),
    "twice": (
        lambda: [d := built(layers.Dense(2)), d.quantize("int8"), d.quantize("int8")],
        ValueError,
        "is quantized already: its policy is 'int8_from_float32'",
    ),
    "unknown mode": (
        lambda: network().quantize("int9"),
        ValueError,
        "unknown mode 'int9'. Did you mean 'int8'",
    ),
    "no mode": (lambda: network().quantize(), ValueError, "needs a mode, such as 'int8'"),
    "two modes": (
        lambda: network().quantize("int8", quantizers.Int4QuantizationConfig()),
        ValueError,
        "mode='int8', but the config is for 'int4'",
    ),
    "no config": (lambda: network().quantize("gptq"), ValueError, "needs a config"),
    "gptq": (
        lambda: network().quantize(config=quantizers.GPTQConfig(None, None)),
        NotImplementedError,
        "Kerata does not run GPTQ",
    ),
    "filters": (lambda: network().quantize("int8", filters=3), ValueError, "filters must be"),
    "argument": (lambda: network().quantize("int8", mood=1), TypeError, "unknown arguments: mood"),
    "float16": (
        lambda: built(layers.Dense(2, dtype="float16")).quantize("int8"),
        ValueError,
        "a wider range than float16",
    ),
    "a layer without a form": (
        lambda: built(layers.BatchNormalization()).quantize("int8"),
        NotImplementedError,
        "can't be quantized as int8: it can compute in floats alone",
    ),
    "an embedding in 8-bit floats": (
        lambda: built(layers.Embedding(3, 2)).quantize("float8"),
        NotImplementedError,
        "can compute as int8 or int4",
    ),
    "a policy for a layer without a form": (
        lambda: layers.Activation("relu", dtype="int8_from_float32")(X),
        NotImplementedError,
        "can't be quantized as int8",
    ),
    "a class of the user's": (
        lambda: built(OfAUser(2)).quantize("int8"),
        NotImplementedError,
        "is of a class of yours",
    ),
    "a low-rank part before building": (
        lambda: layers.Dense(2).enable_lora(1),
        ValueError,
        "is not built yet, so enable_lora",
    ),
    "two low-rank parts": (
        lambda: [d := built(layers.Dense(2, lora_rank=1)), d.enable_lora(1)],
        ValueError,
        "has a low-rank part already",
    ),
    "a constraint": (
        lambda: built(layers.Dense(2, kernel_constraint="non_neg")).enable_lora(1),
        ValueError,
        "leave kernel_constraint out",
    ),
    "rank": (lambda: layers.Conv1D(2, 1, lora_rank=0), ValueError, "lora_rank must be a positive"),
    "8-bit floats and a low-rank part": (
        lambda: built(layers.Dense(2, lora_rank=1)).quantize("float8"),
        NotImplementedError,
        "has a low-rank part",
    ),
    "the same the other way round": (
        lambda: [d := built(layers.Dense(2)), d.quantize("float8"), d.enable_lora(1)],
        NotImplementedError,
        "is kept as float8",
    ),
    "a weight that is not there": (lambda: layers.Dense(2).kernel, AttributeError, "no kernel yet"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case):
    call, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words):
        call()


def test_a_model_is_quantized_as_a_whole_or_not_at_all():
    model = network(layers.Dense(2, name="second"))
    model.layers[1].quantize("int8")
    with pytest.raises(ValueError, match=r"'second' .* is quantized already"):
        model.quantize("int8")
    assert model.layers[0].quantization_mode is None
    model.quantize("int4", filters=["^fir"])
    assert [layer.quantization_mode for layer in model.layers] == ["int4", "int8"]


def test_what_stays_as_it_is_is_named():
    model = network(layers.BatchNormalization(name="norm"), layers.Dropout(0.1), OfAUser(2))
    with pytest.warns(UserWarning, match=r"stay as they are: 'norm' \(Batch.*'of_a_user") as seen:
        model.quantize("int8")
    assert len(seen) == 1
    assert "dropout" not in str(seen[0].message)
    model.quantize("int8", filters=lambda layer: type(layer) is OfAUser, type_check=False)
    assert model.layers[-1].quantization_mode == "int8"


def test_programs_are_not_those_of_before():
    model = network()
    found = [Signature(model).tokens]
    before = model.predict(X, verbose=0)
    model.layers[0].enable_lora(2)
    found.append(Signature(model).tokens)
    model.layers[0].lora_kernel_b.assign(np.ones((2, 3)))
    after = model.predict(X, verbose=0)
    np.testing.assert_allclose(after, model(X), rtol=1e-5)
    assert np.abs(after - before).max() > 0.1
    model.quantize("int8")
    found.append(Signature(model).tokens)
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X), rtol=1e-5)
    assert len(set(found)) == 3


def test_what_the_constructor_makes_is_what_the_method_makes():
    asked = kerata.Sequential([kerata.Input((5,)), layers.Dense(3, name="first", lora_rank=2)])
    later = network()
    later.layers[0].enable_lora(2)
    assert Signature(asked).tokens == Signature(later).tokens
    assert built(layers.Embedding(3, 2, lora_rank=2, lora_alpha=8)).lora_alpha == 8


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_ids_that_are_too_large_have_no_vector(mode):
    table = built(layers.Embedding(4, 3, lora_rank=1))
    table.quantize(mode)
    found = np.asarray(table(np.array([[1, 4]])))
    assert np.isfinite(found[0, 0]).all()
    assert np.isnan(found[0, 1]).all()


@pytest.mark.slow
def test_sparse_rows_and_derivatives():
    layer = built(layers.Dense(3))
    layer.quantize("int8")
    model = kerata.Sequential([kerata.Input((5,)), layer])
    sparse = np.where(X > 0.8, X, 0)
    want = model.predict(sparse, verbose=0)
    got = model.predict(scipy.sparse.csr_matrix(sparse), verbose=0)
    np.testing.assert_allclose(got, want, rtol=1e-6)
    forward = jax.jacfwd(layer)(X[:1])
    np.testing.assert_allclose(forward, jax.jacrev(layer)(X[:1]), rtol=1e-6)
    # The slope is that of the floats that the integers stand for.
    kernel = layer.kernel.value / layer.kernel_scale.value
    np.testing.assert_allclose(forward[0, :, 0], kernel.T, rtol=1e-6)
    each = jax.vmap(lambda row: layer(row[None])[0])(X)
    np.testing.assert_allclose(each, layer(X), rtol=1e-6)


def test_files_hold_the_sum_and_what_does_not_fit_changes_nothing(tmp_path):
    model, path = network(), tmp_path / "sum.weights.h5"
    model.layers[0].enable_lora(2)
    model.layers[0].lora_kernel_b.assign(np.ones((2, 3)))
    model.save_weights(path)
    plain = network()
    plain.load_weights(path)
    np.testing.assert_allclose(plain(X), model(X), rtol=1e-5)
    other = kerata.Sequential([kerata.Input((5,)), layers.Dense(4, lora_rank=1)])
    other.layers[0].lora_kernel_b.assign(np.ones((1, 4)))
    before = copy.deepcopy(other.get_weights())
    with pytest.raises(ValueError, match="does not fit"):
        other.load_weights(path)
    for a, b in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.load_weights(path)
    assert not model.layers[0].lora_kernel_a.numpy().any()
    np.testing.assert_allclose(plain(X), model(X), rtol=1e-5)


def test_quantizers_inside_attention_are_not_forgotten_in_silence():
    inputs = kerata.Input((4, 6))
    attention = layers.MultiHeadAttention(2, 3, name="attention")
    model = kerata.Model(inputs, attention(inputs, inputs))
    model.quantize(config=quantizers.Int8QuantizationConfig(activation_quantizer=None))
    with pytest.raises(ValueError, match=r"inside 'attention' .* save the weights alone"):
        model.get_config()


def test_the_default_policy_may_be_a_quantized_one():
    kerata.config.set_dtype_policy("int8_from_float32")
    try:
        assert built(layers.Dense(2)).kernel.dtype == "int8"
    finally:
        kerata.config.set_dtype_policy(None)


@pytest.mark.parametrize("shape", [(1, 1100), (3, 70), (2, 2, 128)])
def test_products_in_blocks_are_the_same_numbers(shape):
    x = RNG.integers(-128, 128, shape).astype("int8")
    matrix = RNG.integers(-128, 128, (shape[-1], 3)).astype("int8")
    matrix[:, 0], x[..., :] = -128, np.where(x == 0, -128, x)
    want = x.astype("int64") @ matrix.astype("int64")
    for product in (int8.int8_matmul, int8._in_blocks):
        found = product(jax.numpy.asarray(x), jax.numpy.asarray(matrix))
        assert found.dtype == "int32"
        np.testing.assert_array_equal(found, want)


@pytest.mark.slow
def test_large_products_go_in_blocks():
    x = jax.numpy.asarray(RNG.integers(-128, 128, (1, 1050)).astype("int8"))
    matrix = jax.numpy.asarray(RNG.integers(-128, 128, (1050, 1024)).astype("int8"))
    assert "scan" in str(jax.make_jaxpr(int8.int8_matmul)(x, matrix))
    assert "scan" not in str(jax.make_jaxpr(int8.int8_matmul)(x.repeat(2, 0), matrix))
    np.testing.assert_array_equal(
        int8.int8_matmul(x, matrix), np.asarray(x, "int64") @ np.asarray(matrix, "int64")
    )


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_onnx(mode, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    model = network(layers.Dense(2))
    model.quantize(mode)
    model.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    session = runtime.InferenceSession(str(tmp_path / "model.onnx"))
    (got,) = session.run(None, {session.get_inputs()[0].name: X})
    np.testing.assert_allclose(got, model(X), rtol=1e-5, atol=1e-6)
