"""Small functions of several namespaces, against Keras's."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import kerata

rng = np.random.default_rng(0)


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16", np.float16, None])
def test_policies(name):
    ours, theirs = kerata.dtype_policies.get(name), keras.dtype_policies.get(name)
    assert ours.name == theirs.name
    assert (ours.compute_dtype, ours.variable_dtype) == (
        *(theirs.compute_dtype, theirs.variable_dtype),
    )
    written = keras.dtype_policies.serialize(theirs)
    assert kerata.dtype_policies.serialize(ours) == written
    assert kerata.dtype_policies.get(written) == kerata.dtype_policies.deserialize(written) == ours


def test_unknown_policies_are_refused():
    for config in ("float7", 5, {"class_name": "Dense", "config": {"units": 1}}):
        with pytest.raises((ValueError, TypeError)):
            kerata.dtype_policies.get(config)


def test_source_inputs():
    for k in (kerata, keras):
        a, b, c = (k.Input((3,)) for _ in range(3))
        merged = k.layers.Add()([k.layers.Dense(3)(b), a])
        found = k.utils.get_source_inputs(merged * 2 + a + c * 0)
        assert {id(t) for t in found} == {id(a), id(b), id(c)}
        assert len(found) == 3
        assert k.utils.get_source_inputs(a)[0] is a
        assert k.utils.is_keras_tensor(merged)


@pytest.mark.parametrize("kind", ["png", "jpg"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.filterwarnings("ignore")
def test_saved_pictures_are_the_same_files(tmp_path, kind, channels):
    picture = rng.integers(0, 256, (5, 6, channels)).astype("float32")
    for k in (kerata, keras):
        k.utils.save_img(tmp_path / f"{k.__name__}.{kind}", picture)
    ours, theirs = (tmp_path / f"{k.__name__}.{kind}" for k in (kerata, keras))
    assert ours.read_bytes() == theirs.read_bytes()


def test_unknown_formats_of_pictures_are_named(tmp_path):
    with pytest.raises(ValueError, match="unknown picture format 'xyz'"):
        kerata.utils.save_img(tmp_path / "picture", np.ones((2, 2, 3)), file_format="xyz")


def test_smart_resize():
    picture = rng.uniform(0, 255, (9, 6, 3)).astype("float32")
    for size in ((4, 4), (3, 7)):
        ours, theirs = (k.preprocessing.image.smart_resize(picture, size) for k in (kerata, keras))
        assert type(ours) is type(theirs)
        np.testing.assert_allclose(ours, theirs, 1e-5)


def test_settings():
    kerata.config.set_backend("jax")
    with pytest.raises(ValueError, match="JAX only"):
        kerata.config.set_backend("torch")
    assert kerata.config.is_nnx_enabled() is keras.config.is_nnx_enabled() is False
