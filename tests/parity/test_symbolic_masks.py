"""Masks while a functional model is put together, beside Keras's."""

import numpy as np
import pytest

import kerata
from kerata import layers, models, ops

keras = pytest.importorskip("keras")

IDS = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
pytestmark = pytest.mark.filterwarnings("ignore:Layer .* mask:UserWarning")


def own_layers(lib):
    """Give layers of a user's that refuse to work without masks."""
    o = lib.ops

    class MaskedSum(lib.layers.Layer):
        def call(self, x, mask=None):
            if mask is None:
                raise ValueError("no mask")
            return o.sum(x * o.expand_dims(o.cast(mask, x.dtype), -1), axis=1)

    class MaskedPair(lib.layers.Layer):
        def call(self, a, b, a_mask=None, b_mask=None):
            return a * o.cast(a_mask, a.dtype)[..., None] + b * o.cast(b_mask, b.dtype)[..., None]

    class EverySecond(lib.layers.Layer):
        def call(self, x):
            return x[:, ::2]

        def compute_mask(self, x, mask=None):
            return None if mask is None else mask[:, ::2]

    return MaskedSum, MaskedPair, EverySecond


def taken(lib, x, y):
    return own_layers(lib)[0]()(y)


def by_position(lib, x, y):
    return own_layers(lib)[0]()(y, y._keras_mask)


def by_name(lib, x, y):
    return lib.layers.GlobalAveragePooling1D()(y * 1.0, mask=y._keras_mask)


def of_several(lib, x, y):
    return own_layers(lib)[1]()(y, lib.layers.Embedding(5, 3, mask_zero=True)(x))


def shortened(lib, x, y):
    half = own_layers(lib)[2]()(y)
    assert half._keras_mask.shape == (None, 2)
    return own_layers(lib)[0]()(half)


def set_by_hand(lib, x, y):
    doubled = y * 2.0
    doubled._keras_mask = y._keras_mask
    dense = lib.layers.Activation("relu")(lib.layers.Dense(2)(doubled))
    return lib.layers.GlobalAveragePooling1D()(dense)


def exchanged(lib, x, y):
    dense = lib.layers.Dense(2)(y)
    dense._keras_mask = lib.ops.logical_not(y._keras_mask)
    return lib.layers.GlobalAveragePooling1D()(dense)


def counted(lib, x, y):
    return lib.ops.sum(lib.ops.cast(y._keras_mask, "float32"), axis=-1)


def side_by_side(lib, x, y):
    plain = lib.layers.Embedding(5, 3)(x)
    joined = lib.layers.Concatenate(axis=1)([y, plain])
    assert joined._keras_mask.shape == (None, 8)
    return own_layers(lib)[0]()(joined)


def added(lib, x, y):
    return own_layers(lib)[0]()(lib.layers.Add()([y, y]))


def into_a_model(lib, x, y):
    a = lib.Input((4, 3))
    pool = lib.Model(a, lib.layers.GlobalAveragePooling1D()(a))
    return pool(y * 1.0, mask=y._keras_mask)


def out_of_a_model(lib, x, y):
    a = lib.Input((4,), dtype="int32")
    table = lib.Model(a, lib.layers.Embedding(5, 3, mask_zero=True)(a))
    return lib.layers.GlobalAveragePooling1D()(table(x))


CASES = [taken, by_position, by_name, of_several, shortened, set_by_hand, exchanged, counted]
CASES += [side_by_side, added, into_a_model, out_of_a_model]


def model_of(lib, case):
    x = lib.Input((4,), dtype="int32")
    return lib.Model(x, case(lib, x, lib.layers.Embedding(5, 3, mask_zero=True)(x)))


def output(model):
    model.set_weights([np.linspace(0, 1, w.size).reshape(w.shape) for w in model.get_weights()])
    return np.asarray(model(IDS))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_masks_reach_layers_as_in_keras(case):
    np.testing.assert_allclose(
        output(model_of(kerata, case)), output(model_of(keras, case)), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("case", [by_name, set_by_hand, exchanged, counted, into_a_model])
def test_masks_as_arguments_survive_clones_and_files(case, tmp_path):
    model = model_of(kerata, case)
    want = output(model)
    np.testing.assert_array_equal(output(models.clone_model(model)), want)
    model.save(tmp_path / "it.keras")
    np.testing.assert_array_equal(kerata.saving.load_model(tmp_path / "it.keras")(IDS), want)
    theirs = keras.saving.load_model(tmp_path / "it.keras")
    np.testing.assert_allclose(np.asarray(theirs(IDS)), want, rtol=1e-5, atol=1e-6)


def test_layers_answer_for_masks_of_symbolic_tensors():
    x = kerata.Input((None,), dtype="int32")
    table = layers.Embedding(5, 3, mask_zero=True)
    y = layers.Dropout(0.5)(table(x))
    assert y._keras_mask.shape == table.compute_mask(x).shape == (None, None)
    assert y._keras_mask.dtype == "bool"
    assert layers.Masking()(kerata.Input((4, 2)))._keras_mask.shape == (None, 4)
    assert not hasattr(x, "_keras_mask")
    assert not hasattr(layers.Embedding(5, 3)(x), "_keras_mask")
    assert ops.shape(layers.Lambda(lambda t, mask: t * mask[..., None])(y)) == (None, None, 3)


def test_masks_of_models_called_on_data():
    x = np.arange(24.0, dtype="float32").reshape(2, 4, 3)
    for lib in (kerata, keras):
        a = lib.Input((4, 3))
        pool = lib.Model(a, lib.layers.GlobalAveragePooling1D()(a))
        stack = lib.Sequential([lib.layers.GlobalAveragePooling1D()])
        for model in (pool, stack):
            np.testing.assert_allclose(
                np.asarray(model(x, mask=IDS != 0)), [[1.5, 2.5, 3.5], [12, 13, 14]], rtol=1e-6
            )
            np.testing.assert_allclose(np.asarray(model(x))[0], [4.5, 5.5, 6.5], rtol=1e-6)


def test_a_mask_that_ends_is_told():
    x = kerata.Input((4,), dtype="int32")
    with pytest.warns(UserWarning, match=r"'flat' \(Flatten\).*does not hand masks on"):
        layers.Flatten(name="flat")(layers.Embedding(5, 3, mask_zero=True)(x))


def test_a_mask_that_needs_numbers_comes_at_run_time():
    class Longest(layers.Layer):
        def call(self, x):
            return x

        def compute_mask(self, x, mask=None):
            return mask.at[:, 0].set(True)

    x = kerata.Input((4,), dtype="int32")
    y = Longest()(layers.Embedding(5, 3, mask_zero=True)(x))
    model = kerata.Model(x, layers.GlobalAveragePooling1D()(y))
    means = output(model)
    table = model.get_weights()[0]
    np.testing.assert_allclose(means, [table[[1, 2]].mean(0), table[3]], rtol=1e-6)
