"""Models as ONNX files: what they answer, what is refused, what is left on the disk."""

import jax
import numpy as np
import onnx
import onnxruntime
import pytest

import kerata as keras
from kerata import layers, ops
from kerata.export import ExportError, register_onnx
from kerata.export.onnx import file as onnx_file

RNG = np.random.default_rng(0)


def answers(path, **inputs):
    session = onnxruntime.InferenceSession(path)
    return session.run(None, {k: np.asarray(v, "float32") for k, v in inputs.items()})


def sequences():
    """Give a model of padded sequences of any length, whose last steps don't count."""
    return keras.Sequential(
        [
            keras.Input((None,), name="words"),
            layers.Embedding(9, 3, mask_zero=True),
            layers.Bidirectional(layers.GRU(2, return_sequences=True)),
            layers.LSTM(2),
            layers.Dense(2, activation="softmax", name="answer"),
        ]
    )


def test_masks_and_steps_of_any_number(tmp_path, capsys):
    model = sequences()
    written = model.export(tmp_path / "m.onnx")
    assert written.difference < 1e-6
    assert "its answers differ from Kerata's by at most" in capsys.readouterr().out
    ids = np.array([[3, 4, 5, 0, 0], [1, 2, 3, 4, 5]])
    (full,) = answers(written.path, words=ids)
    (short,) = answers(written.path, words=ids[:1, :3])
    np.testing.assert_allclose(full, model(ids), atol=1e-6)
    # Padding changes nothing.
    np.testing.assert_allclose(short, full[:1], atol=1e-6)
    assert onnx.load(written.path).opset_import[0].version == 20


def test_images_operations_and_several_outputs(tmp_path):
    image, more = keras.Input((6, 6, 2), name="image"), keras.Input((3,), name="more")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = layers.MaxPooling2D()(layers.BatchNormalization()(x))
    x = ops.concatenate([layers.GlobalAveragePooling2D()(x), more * 2], axis=-1)
    x = layers.LayerNormalization()(layers.Dropout(0.5)(x))
    model = keras.Model(
        {"image": image, "more": more},
        [layers.Dense(2, name="a")(x), ops.sum(x[:, 1:3], axis=-1)],
    )
    for weight in model.weights:
        weight.assign(abs(RNG.normal(size=weight.shape)))
    written = model.export(tmp_path / "m.onnx", verbose=False)
    inputs = {"image": RNG.normal(size=(5, 6, 6, 2)), "more": RNG.normal(size=(5, 3))}
    got = answers(written.path, **inputs)
    for a, b in zip(got, model(inputs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


class Twice(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x, training=False):
        return jax.nn.silu(self.dense(x)) * 2


def test_models_with_a_call_of_their_own(tmp_path):
    model, x = Twice(), RNG.normal(size=(3, 4)).astype("float32")
    with pytest.raises(ExportError, match="does not say what goes in"):
        model.export(tmp_path / "m.onnx")
    expected = model(x)
    written = model.export(tmp_path / "m.onnx", verbose=False)
    np.testing.assert_allclose(answers(written.path, inputs=x)[0], expected, atol=1e-6)
    signature = [keras.InputSpec("float32", (None, 4), name="x")]
    written = model.export(tmp_path / "m.onnx", verbose=False, input_signature=signature)
    assert written.inputs == ("x",)


class Called(layers.Layer):
    def call(self, x):
        like = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return jax.pure_callback(lambda v: np.asarray(v) * 3, like, x)


def test_what_calls_python_is_named_and_can_be_registered(tmp_path):
    model = keras.Sequential([keras.Input((2,), name="x"), Called(name="mine")])
    with pytest.raises(ExportError, match=r"Layer 'mine' \(Called\).* calls back into Python"):
        model.export(tmp_path / "m.onnx")

    @register_onnx(Called)
    def write(graph, layer, x):
        return graph.node("Mul", x, np.array(3, "float32"))

    written = model.export(tmp_path / "m.onnx", verbose=False)
    assert answers(written.path, x=[[1, 2]])[0].tolist() == [[3, 6]]

    @register_onnx(Called)
    def wrong(graph, layer, x):
        return graph.node("Mul", x, np.array(2, "float32"))

    before = written.path.read_bytes()
    with pytest.raises(ExportError, match=r"differ from the model's by .* no file was written"):
        model.export(tmp_path / "m.onnx")
    assert [p.name for p in tmp_path.iterdir()] == ["m.onnx"]
    assert written.path.read_bytes() == before


def test_wrong_requests(tmp_path, monkeypatch):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    for name, told in (("torch", "PyTorch"), ("tf_saved_model", "TensorFlow"), ("onx", "onnx")):
        with pytest.raises(ValueError, match=told):
            model.export(tmp_path / "m", format=name)
    with pytest.raises(ValueError, match="what shall"):
        model.export(tmp_path / "m")
    with pytest.raises(ValueError, match="version 20, not 7"):
        model.export(tmp_path / "m.onnx", opset_version=7)
    with pytest.raises(TypeError, match="verbos_"):
        model.export(tmp_path / "m.onnx", verbos_=1)
    with pytest.raises(ValueError, match="1 inputs"):
        model.export(tmp_path / "m.onnx", samples=[np.ones((1, 2)), np.ones((1, 2))])
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ImportError, match=r"kerata\[onnx\]"):
        onnx_file.export_onnx(model, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []
