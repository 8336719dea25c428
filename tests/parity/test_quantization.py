"""Quantized layers, low-rank parts, quantizers and their policies, as in real Keras."""

from __future__ import annotations

import json
import warnings
import zipfile

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import kerata  # noqa: E402  (after the check that Keras is there)

BOTH = (keras, kerata)
RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 5)).astype("float32")
MODES = ("int8", "int4")


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def plain(value):
    """Give a config as JSON has it, without the numbers of shared objects."""
    return without_numbers(json.loads(json.dumps(value)))


def without_numbers(value):
    if isinstance(value, list):
        return [without_numbers(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {k: without_numbers(v) for k, v in value.items() if k != "shared_object_id"}


def said(config):
    """Give what a layer's config says about forms of weights."""
    wanted = ("dtype", "quantization_config", "lora_rank", "lora_alpha")
    return plain({name: config[name] for name in wanted if name in config})


def pair(make, shape):
    """Build a layer in both libraries, with the same weights."""
    theirs, ours = (make(k) for k in BOTH)
    for layer in (theirs, ours):
        layer.build(shape)
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    return theirs, ours


def alike(theirs, ours, atol=1e-5):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-5, atol=atol)


def same_weights(theirs, ours):
    assert [(w.name, tuple(w.shape), str(w.dtype), w.trainable) for w in ours.weights] == [
        (w.name, tuple(w.shape), str(w.dtype), w.trainable) for w in theirs.weights
    ]
    for a, b in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        alike(np.asarray(a), b)


EQUATIONS = {
    "dense": ("ab,bc->ac", 3, "c", (6, 5)),
    "heads": ("abc,cde->abde", (None, 2, 3), "de", (2, 4, 5)),
    "joined": ("abcd,cde->abe", (None, 3), "e", (2, 4, 2, 3)),
    "turned": ("abc,dc->abd", (None, 3), "d", (2, 4, 5)),
    "by group": ("abc,bcd->abd", (4, 3), None, (2, 4, 5)),
}


@pytest.mark.only_cases("heads-int8")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", EQUATIONS)
def test_einsum_dense(case, mode):
    equation, sizes, bias, shape = EQUATIONS[case]
    x = RNG.standard_normal(shape).astype("float32")
    theirs, ours = pair(lambda k: k.layers.EinsumDense(equation, sizes, bias_axes=bias), shape)
    for layer in (theirs, ours):
        layer.quantize(mode)
    same_weights(theirs, ours)
    alike(theirs(x), ours(x))
    assert said(ours.get_config()) == said(theirs.get_config())


@pytest.mark.only_cases("float32-int8")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_dense(mode, dtype):
    theirs, ours = pair(lambda k: k.layers.Dense(4, "tanh", dtype=dtype, name="d"), (None, 5))
    for layer in (theirs, ours):
        layer.quantize(mode)
    same_weights(theirs, ours)
    alike(np.asarray(theirs(X), "float32"), np.asarray(ours(X), "float32"), 1e-5)
    assert ours.dtype_policy.name == theirs.dtype_policy.name
    assert said(ours.get_config()) == said(theirs.get_config())


@pytest.mark.slow
def test_inputs_may_stay_floats_and_quantizers_may_be_given():
    def config(k, inputs):
        q = k.quantizers
        return q.Int8QuantizationConfig(q.AbsMaxQuantizer(axis=0, value_range=(-100, 100)), inputs)

    for inputs in (None, "default"):
        theirs, ours = pair(lambda k: k.layers.Dense(4), (None, 5))
        for k, layer in zip(BOTH, (theirs, ours), strict=True):
            layer.quantize(config=config(k, inputs))
        same_weights(theirs, ours)
        alike(theirs(X), ours(X))


@pytest.mark.slow
@pytest.mark.parametrize("size", [None, 2, 3])
def test_groups_of_weights(size):
    def config(k):
        return k.quantizers.Int4QuantizationConfig(block_size=size)

    cases = [
        (lambda k: k.layers.Dense(3), (6, 5), X),
        (lambda k: k.layers.EinsumDense("abc,cde->abde", (None, 2, 3)), (1, 6, 5), X[None]),
        (lambda k: k.layers.Embedding(7, 5), (2, 3), np.array([[0, 3, 6], [6, 1, 2]])),
    ]
    for make, shape, x in cases:
        theirs, ours = pair(make, shape)
        for k, layer in zip(BOTH, (theirs, ours), strict=True):
            layer.quantize(config=config(k))
        same_weights(theirs, ours)
        assert said(ours.get_config()) == said(theirs.get_config())
        alike(theirs(x), ours(x))
        built = type(ours).from_config(ours.get_config())
        built.build(shape)
        store = {}
        theirs.save_own_variables(store)
        built.load_own_variables({name: np.asarray(v) for name, v in store.items()})
        alike(theirs(x), built(x))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_products_of_8_bit_floats(dtype):
    theirs, ours = pair(lambda k: k.layers.Dense(4, "relu", dtype=dtype), (None, 5))
    for layer in (theirs, ours):
        layer.quantize("float8")
    same_weights(theirs, ours)
    scales = RNG.uniform(0.01, 0.1, 3)
    for layer in (theirs, ours):
        for name, scale in zip(("inputs", "kernel", "outputs_grad"), scales, strict=True):
            getattr(layer, f"{name}_scale").assign(scale)
    alike(np.asarray(theirs(X), "float32"), np.asarray(ours(X), "float32"))
    stores = [{}, {}]
    for layer, store in zip((theirs, ours), stores, strict=True):
        layer.save_own_variables(store)
    assert [np.shape(v) for v in stores[0].values()] == [np.shape(v) for v in stores[1].values()]
    built = kerata.layers.Dense(3, dtype=f"float8_from_{dtype}")
    built.build((None, 5))
    of_keras = keras.layers.Dense(3, dtype=f"float8_from_{dtype}")
    of_keras.build((None, 5))
    assert [w.name for w in built.weights] == [w.name for w in of_keras.weights]


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tied", [True, False])
def test_embeddings(mode, tied):
    ids = np.array([[0, 3, 6], [6, 1, 2]])
    theirs, ours = pair(
        lambda k: k.layers.ReversibleEmbedding(7, 5, tie_weights=tied, logit_soft_cap=2.0), None
    )
    for layer in (theirs, ours):
        layer.quantize(mode)
    if (tied, mode) != (False, "int4"):  # Keras keeps zero points of the way back as floats
        same_weights(theirs, ours)
    vectors = theirs(ids)
    alike(vectors, ours(ids))
    alike(theirs(vectors, reverse=True), ours(np.asarray(vectors), reverse=True))
    stores = [{}, {}]
    for layer, store in zip((theirs, ours), stores, strict=True):
        layer.save_own_variables(store)
    assert list(stores[0]) == list(stores[1])
    for name in stores[0]:
        alike(np.asarray(stores[0][name]), stores[1][name])


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_gradients_pass_the_rounding(mode):
    import jax

    theirs, ours = pair(lambda k: k.layers.Dense(4), (None, 5))
    for layer in (theirs, ours):
        layer.quantize(mode)
    by_theirs, by_ours = (jax.grad(lambda x, f=f: (f(x) ** 2).sum()) for f in (theirs, ours))
    alike(by_theirs(X), by_ours(X))


LORA = {
    "dense": (lambda k: k.layers.Dense(4, "relu"), (6, 5)),
    "einsum": (lambda k: k.layers.EinsumDense("abc,cde->abde", (None, 2, 3)), (2, 4, 5)),
    "conv": (lambda k: k.layers.Conv2D(4, 2, groups=2), (2, 4, 4, 2)),
    "conv1d": (lambda k: k.layers.Conv1D(3, 2, padding="causal"), (2, 4, 2)),
    "embedding": (lambda k: k.layers.Embedding(7, 5), (2, 4)),
}


@pytest.mark.only_cases("dense-None")
@pytest.mark.parametrize("mode", [None, *MODES])
@pytest.mark.parametrize("case", LORA)
def test_low_rank_parts(case, mode):
    make, shape = LORA[case]
    if mode and case.startswith("conv"):
        pytest.skip("convolutions have no quantized form")
    theirs, ours = pair(make, shape)
    x = RNG.integers(0, 7, shape) if case == "embedding" else RNG.standard_normal(shape)
    x = x if case == "embedding" else x.astype("float32")
    for layer in (theirs, ours):
        layer.enable_lora(2, lora_alpha=3)
        if mode:
            layer.quantize(mode)
    theirs.set_weights(
        [
            np.asarray(w)
            if str(w.dtype) == "int8" or "scale" in v.name or v.name == "g_idx"
            else RNG.standard_normal(w.shape).astype("float32")
            for v, w in zip(theirs.weights, theirs.get_weights(), strict=True)
        ]
    )
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    same_weights(theirs, ours)
    alike(theirs(x), ours(x), 1e-4)
    stores = [{}, {}]
    for layer, store in zip((theirs, ours), stores, strict=True):
        layer.save_own_variables(store)
        layer.load_own_variables(store)
    assert list(stores[0]) == list(stores[1])
    for name in stores[0]:
        alike(np.asarray(stores[0][name]), stores[1][name], 1e-5)
    same_weights(theirs, ours)
    alike(theirs(x), ours(x), 1e-4)
    config = plain(ours.get_config())
    assert {k: config[k] for k in config if "lora" in k} == {"lora_rank": 2, "lora_alpha": 3}


def network(k):
    return k.Sequential(
        [
            k.Input((5,)),
            k.layers.Dense(8, "tanh", name="first"),
            k.layers.BatchNormalization(name="norm"),
            k.layers.Dense(2, name="second"),
        ]
    )


def networks(prepare):
    """Give the network of both libraries with equal weights, prepared."""
    theirs, ours = map(network, BOTH)
    ours.set_weights(theirs.get_weights())
    for model in (theirs, ours):
        prepare(model)
    ours.set_weights(theirs.get_weights())
    return theirs, ours


def low_rank(model):
    model.get_layer("first").enable_lora(2, lora_alpha=4)


PREPARED = {
    "lora": low_rank,
    "int8": lambda model: model.quantize("int8"),
    "int8 and lora": lambda model: (model.quantize("int8"), low_rank(model)),
    "int4": lambda model: model.quantize("int4"),
    "int4 and lora": lambda model: (model.quantize("int4"), low_rank(model)),
    "float8": lambda model: model.quantize("float8"),
}


@pytest.mark.only_cases("int8 and lora")
@pytest.mark.parametrize("case", PREPARED)
def test_twenty_steps(case):
    y = RNG.standard_normal((6, 2)).astype("float32")
    found = []
    theirs, ours = networks(PREPARED[case])
    for k, model in zip(BOTH, (theirs, ours), strict=True):
        model.compile(k.optimizers.Adam(0.01), "mse")
        history = model.fit(X, y, batch_size=6, epochs=20, shuffle=False, verbose=0).history
        found.append(history["loss"])
    alike(*found)
    for a, b in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        alike(a, b)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["keras", "weights.h5"])
@pytest.mark.parametrize("case", PREPARED)
def test_files_both_ways(case, ending, tmp_path):
    theirs, ours = networks(PREPARED[case])
    if "lora" in case:
        values = [
            RNG.standard_normal(w.shape).astype("float32")
            for w in (
                theirs.get_layer("first").lora_kernel_a,
                theirs.get_layer("first").lora_kernel_b,
            )
        ]
        for model in (theirs, ours):
            model.get_layer("first").lora_kernel_a.assign(values[0])
            model.get_layer("first").lora_kernel_b.assign(values[1])
    want = np.asarray(theirs(X))
    alike(want, ours(X))
    for writer, other in ((theirs, kerata), (ours, keras)):
        path = str(tmp_path / f"{other.__name__}.{ending}")
        if ending == "keras":
            writer.save(path)
            read = other.saving.load_model(path)
        else:
            writer.save_weights(path)
            read = network(other)
            PREPARED[case](read)
            read.load_weights(path)
        # The sum of a quantized weight and a low-rank part is rounded anew.
        alike(want, read(X), 1.0 if case.endswith("and lora") else 1e-5)
    if ending == "keras":
        configs = []
        for name in ("kerata", "keras"):
            with zipfile.ZipFile(tmp_path / f"{name}.keras") as archive:
                layers = json.loads(archive.read("config.json"))["config"]["layers"]
                configs.append([said(layer["config"]) for layer in layers])
        assert configs[0] == configs[1]


@pytest.mark.slow
def test_sublayers_of_attention_are_quantized(tmp_path):
    models = []
    for k in BOTH:
        inputs = k.Input((4, 6))
        outputs = k.layers.MultiHeadAttention(2, 3, name="attention")(inputs, inputs)
        models.append(k.Model(inputs, outputs))
    theirs, ours = models
    ours.set_weights(theirs.get_weights())
    for model in models:
        model.quantize("int8")
    same_weights(theirs, ours)
    x = RNG.standard_normal((3, 4, 6)).astype("float32")
    alike(theirs(x), ours(x))
    ours.save(str(tmp_path / "attention.keras"))
    for k in BOTH:  # Keras reads what it does not write itself
        alike(ours(x), k.saving.load_model(str(tmp_path / "attention.keras"))(x))


@pytest.mark.slow
def test_counts_in_summaries():
    theirs, ours = networks(PREPARED["int8 and lora"])
    for a, b in zip(theirs.layers, ours.layers, strict=True):
        assert a.count_params() == b.count_params()
    lines = []
    for model in (theirs, ours):
        printed = []
        model.summary(print_fn=lambda line, *_, to=printed: to.append(line))
        lines.append([x.strip() for x in "\n".join(printed).splitlines() if "params" in x])
    assert lines[0] == lines[1]


POLICIES = (
    *("int8_from_float32", "int4/64_from_float32", "int4/-1_from_mixed_bfloat16"),
    *("float8_from_bfloat16", "gptq/4/128_from_float32", "awq/4/-1_from_float32"),
    "int4_from_float32",
)


@pytest.mark.parametrize("name", POLICIES)
def test_policies(name):
    theirs, ours = (k.dtype_policies.get(name) for k in BOTH)
    for attribute in ("name", "compute_dtype", "variable_dtype", "quantization_mode"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert repr(ours) == repr(theirs)
    written = kerata.dtype_policies.serialize(ours)
    assert written == keras.dtype_policies.serialize(theirs)
    assert kerata.dtype_policies.deserialize(written) == ours


@pytest.mark.parametrize(
    "name",
    [
        "int9_from_float32",
        "int8_from_float16",
        "gptq/5/8_from_float32",
        "awq/8/8_from_float32",
        "int4/0_from_float32",
        "int4/x_from_float32",
        "gptq_from_float32",
    ],
)
def test_policies_that_are_none(name):
    for k in BOTH:
        with pytest.raises(ValueError, match=r"(?i)policy|mode|dtype"):
            k.dtype_policies.get(name)


def test_maps_of_policies():
    found = []
    for k in BOTH:
        policies = k.dtype_policies
        of = policies.DTypePolicyMap(policies.DTypePolicy("float32"))
        of["encoder/.*"] = "bfloat16"
        of["decoder"] = policies.get("int8_from_float32")
        with pytest.raises(ValueError, match="already"):
            of["decoder"] = "float16"
        names = [of[path].name for path in ("encoder/a", "decoder", "decoder/b")]
        again = policies.deserialize(policies.serialize(of))
        found.append((names, len(of), sorted(of), of.name, again["encoder/x"].name))
        of["encoder/a.*"] = "float16"
        with pytest.raises(ValueError, match="matches"):
            of["encoder/ab"]
    assert found[0] == found[1]


QUANTIZERS = {
    "abs_max": lambda q: q.abs_max_quantize(X, 0),
    "abs_max on the host": lambda q: q.abs_max_quantize(X, -1, (-8, 7), "int8", 1e-3, True),
    "groups": lambda q: q.abs_max_quantize_grouped_with_zero_point(X, 4),
    "groups on the host": lambda q: q.abs_max_quantize_grouped_with_zero_point(X, 4, to_numpy=True),
    "quantizer": lambda q: q.AbsMaxQuantizer(axis=(0, 1))(X),
    "pack": lambda q: q.pack_int4(np.arange(-8, 7, dtype="int8").reshape(5, 3), 1)[0],
    "pack and unpack": lambda q: q.unpack_int4(
        q.pack_int4(np.arange(15, dtype="uint8").reshape(5, 3), 0, "uint8")[0], 5, 0, "uint8"
    ),
    "unpack": lambda q: q.unpack_int4(np.arange(-90, 90, 9, dtype="int8").reshape(5, 4), 7, -1),
    "scale": lambda q: [
        q.compute_float8_scale(np.float32(a), np.float32(2), np.float32(448), 1)
        for a in (0.0, 3.0, np.inf)
    ],
    "history": lambda q: q.compute_float8_amax_history(X, np.arange(4, dtype="float32")),
    "round": lambda q: q.quantize_and_dequantize(
        200 * X, np.float32(0.7), "float8_e4m3fn", "float32"
    ),
    "fake": lambda q: q.fake_quant_with_min_max_vars(X, -1.0, 0.7, 4),
    "fake, narrow": lambda q: q.fake_quant_with_min_max_vars(
        X, np.linspace(-1, -0.2, 5).astype("float32"), np.ones(5, "float32"), 3, True, 1
    ),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", QUANTIZERS)
def test_quantizers(case):
    theirs, ours = (QUANTIZERS[case](k.quantizers) for k in BOTH)
    if not isinstance(theirs, (tuple, list)):
        theirs, ours = [theirs], [ours]
    for a, b in zip(theirs, ours, strict=True):
        assert str(a.dtype) == str(b.dtype)
        alike(a, b, 1e-6)


@pytest.mark.slow
def test_gradients_of_fake_quantization():
    import jax

    def loss(k):
        def of(x, low, high):
            return (k.quantizers.fake_quant_with_min_max_vars(x, low, high, 4, axis=1) ** 2).sum()

        return jax.grad(of, (0, 1, 2))

    ends = np.full(5, -0.8, "float32"), np.full(5, 0.6, "float32")
    for a, b in zip(loss(keras)(X, *ends), loss(kerata)(X, *ends), strict=True):
        alike(a, b)


CONFIGS = {
    "int8": lambda q: q.Int8QuantizationConfig(q.AbsMaxQuantizer(axis=0), None),
    "int4": lambda q: q.Int4QuantizationConfig(block_size=32),
    "float8": lambda q: q.Float8QuantizationConfig(),
    "gptq": lambda q: q.GPTQConfig(["a text"], len, weight_bits=8, group_size=-1),
    "awq": lambda q: q.AWQConfig(["a text"], len, num_grid_points=5),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_configs(case):
    theirs, ours = (CONFIGS[case](k.quantizers) for k in BOTH)
    assert theirs.mode == ours.mode
    written = kerata.quantizers.serialize(ours)
    assert plain(written) == plain(keras.quantizers.serialize(theirs))
    assert plain(kerata.quantizers.deserialize(written).get_config()) == plain(ours.get_config())
