"""Archives of endpoints, and weights by PyTorch's names."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

import kerata as keras
from kerata import layers
from kerata.export import ExportArchive, ExportError, load_safetensors, save_safetensors

RNG = np.random.default_rng(0)


def small():
    return keras.Sequential([keras.Input((3,), name="x"), layers.Dense(2, name="d")])


def test_one_endpoint_is_a_file_and_several_are_a_folder(tmp_path):
    model = small()
    archive = ExportArchive()
    archive.track_and_add_endpoint("serve", model)
    (written,) = archive.write_out(tmp_path / "one.onnx", verbose=False)
    assert written.inputs == ("x",)
    specs = [keras.InputSpec(shape=(None, 3), name=name) for name in ("a", "b")]
    archive.add_endpoint("added", lambda a, b: model(a) + model(b), specs)
    found = archive.write_out(tmp_path / "both", format="onnx", verbose=False)
    assert sorted(p.name for p in (tmp_path / "both").iterdir()) == ["added.onnx", "serve.onnx"]
    a, b = RNG.normal(size=(2, 4, 3)).astype("float32")
    session = onnxruntime.InferenceSession(found[1].path)
    np.testing.assert_allclose(
        session.run(None, {"a": a, "b": b})[0], model(a) + model(b), atol=1e-6
    )


def test_what_archives_refuse(tmp_path):
    archive = ExportArchive()
    with pytest.raises(ValueError, match="no endpoints"):
        archive.write_out(tmp_path / "a.onnx")
    with pytest.raises(TypeError, match="layer or model"):
        archive.track(3)
    with pytest.raises(ValueError, match="not built"):
        archive.track(layers.Dense(2))
    with pytest.raises(ValueError, match="input_signature"):
        archive.add_endpoint("serve", lambda x: x)
    archive.add_endpoint("serve", small())
    for name, told in (("serve", "already"), ("a b", "is a word")):
        with pytest.raises(ValueError, match=told):
            archive.add_endpoint(name, small())
    with pytest.raises(ExportError, match="SavedModel"):
        archive.add_variable_collection("weights", [])
    with pytest.raises(ValueError, match="TensorFlow"):
        archive.write_out(tmp_path / "a", format="tf_saved_model")


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    archive = ExportArchive()
    archive.add_endpoint("good", small())
    spec = [keras.InputSpec(shape=(None, 3))]
    archive.add_endpoint("noisy", lambda x: x + keras.random.normal((3,)), spec)
    with pytest.raises(ExportError, match="random numbers"):
        archive.write_out(tmp_path / "both", format="onnx")
    assert list(tmp_path.iterdir()) == []


def pictures():
    return keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            layers.Conv2D(3, 2, name="conv"),
            layers.DepthwiseConv2D(2, depth_multiplier=2, name="depth"),
            layers.Conv2DTranspose(4, 3, strides=2, name="up"),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(),
            layers.Dense(2, name="out"),
        ]
    )


def test_weights_lie_as_those_of_pytorch(tmp_path):
    from safetensors.numpy import load_file

    model = pictures()
    model.set_weights([abs(RNG.normal(size=w.shape)) for w in model.get_weights()])
    path = tmp_path / "m.safetensors"
    model.export(path, verbose=False)
    found = load_file(path)
    assert {"conv.weight", "norm.running_var", "out.bias"} <= found.keys()
    assert found["out.weight"].shape == (2, model.get_layer("out").kernel.shape[0])
    # ONNX's operators have PyTorch's definitions and layouts.
    x = RNG.normal(size=(2, 2, 6, 5)).astype("float32")
    steps = [("Conv", "conv", {}), ("Conv", "depth", {"group": 3})]
    steps.append(("ConvTranspose", "up", {"strides": [2, 2]}))
    nodes, name = [], "x"
    for operator, layer, more in steps:
        inputs = [name, f"{layer}.weight", f"{layer}.bias"]
        nodes.append(helper.make_node(operator, inputs, [layer], **more))
        name = layer
    weights = [onnx.numpy_helper.from_array(v, k) for k, v in found.items()]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "torch", [value("x", 1, None)], [value("up", 1, None)], weights
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    got = session.run(None, {"x": x})[0]
    here = np.moveaxis(x, 1, -1)
    for layer in model.layers[:3]:
        here = layer(here)
    np.testing.assert_allclose(np.moveaxis(got, 1, -1), here, rtol=1e-5, atol=1e-5)


def test_weights_come_back_and_mistakes_change_none(tmp_path):
    from safetensors.numpy import load_file, save_file

    model, other = pictures(), pictures()
    path = tmp_path / "m.safetensors"
    save_safetensors(model, path)
    load_safetensors(other, path)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    found = load_file(path)
    found["norm.num_batches_tracked"] = np.array(3)
    save_file({k.replace("conv.", "0.", 1): v for k, v in found.items()}, path)
    load_safetensors(other, path, names={"0": "conv"})
    before = [w.copy() for w in other.get_weights()]
    for change, told in (
        (lambda f: f.pop("out.bias"), "lacks 1 of the weights: out.bias"),
        (lambda f: f.update(more=np.ones(1)), "has unknown 1 of the weights: more"),
        (lambda f: f.update({"out.bias": np.ones(9, "float32")}), r"shape \(9,\)"),
    ):
        changed = dict(found)
        change(changed)
        save_file(changed, path)
        with pytest.raises(ValueError, match=told):
            load_safetensors(other, path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="no safetensors file"):
        load_safetensors(other, path)
    for a, b in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
