"""Functions of ``ops`` as plain operations of a graph: saved, loaded, compared."""

import numpy as np
import pytest

import kerata as keras
from kerata import ops
from kerata.saving.operation_classes import operation_classes

ROW, SQUARE, IMAGE, TIMES = (4,), (3, 3), (6, 6, 3), (8, 4)
UNARY = """
    abs absolute arctan arctanh arcsin arccos arcsinh cbrt ceil copy cos cosh deg2rad elu erf erfc
    erfinv exp exp2 expm1 fabs floor gelu hard_shrink hard_sigmoid hard_silu hard_tanh i0 isfinite
    isinf isnan isneginf isposinf isreal leaky_relu log_sigmoid log_softmax logical_not negative
    ones_like zeros_like rad2deg reciprocal relu relu6 selu celu sigmoid sign signbit silu sin sinc
    sinh soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax square
    squareplus tan tanh tanh_shrink trunc nan_to_num ravel glu flip fliplr flipud sort argsort
    sum mean max min std var prod amax amin any all argmax argmin median ptp logsumexp nansum
    nanmean nanmax nanmin nanstd nanvar nanprod nanmedian nanargmax nanargmin cumsum cumprod
    nancumsum nancumprod count_nonzero diff normalize real imag conj conjugate angle round size
    stop_gradient transpose empty_like rms_normalization tril triu diagonal trace
"""
BINARY = """
    add arctan2 bitwise_and divide divide_no_nan equal floor_divide fmax fmin fmod greater
    greater_equal heaviside hypot isclose less less_equal logaddexp logaddexp2 logical_and
    logical_or logical_xor maximum minimum mod multiply nextafter not_equal outer power
    subtract true_divide append vdot binary_crossentropy categorical_crossentropy
"""
WITH_OPTIONS = {
    "sum": (ROW, lambda x: ops.sum(x, axis=1, keepdims=True)),
    "softmax": (TIMES, lambda x: ops.softmax(x, axis=1)),
    "clip": (ROW, lambda x: ops.clip(x, 0.1, 0.4)),
    "cast": (ROW, lambda x: ops.cast(x, "int32")),
    "saturate_cast": (ROW, lambda x: ops.saturate_cast(x * 300, "uint8")),
    "concatenate": (TIMES, lambda x: ops.concatenate([x, x + 1], axis=1)),
    "stack": (ROW, lambda x: ops.stack([x, x + 1], axis=1)),
    "split": (TIMES, lambda x: ops.split(x, 2, axis=1)[1]),
    "unstack": (TIMES, lambda x: ops.unstack(x, axis=1)[3]),
    "reshape": (TIMES, lambda x: ops.reshape(x, (-1, 4, 8))),
    "expand_dims": (ROW, lambda x: ops.expand_dims(x, 1)),
    "squeeze": ((1, 4), lambda x: ops.squeeze(x, 1)),
    "transpose": (TIMES, lambda x: ops.transpose(x, (0, 2, 1))),
    "moveaxis": (TIMES, lambda x: ops.moveaxis(x, 1, 2)),
    "swapaxes": (TIMES, lambda x: ops.swapaxes(x, 1, 2)),
    "flip": (TIMES, lambda x: ops.flip(x, axis=1)),
    "roll": (TIMES, lambda x: ops.roll(x, 2, axis=1)),
    "psnr": (TIMES, lambda x: ops.psnr(x, x * 0.9, 1.0)),
    "rot90": (SQUARE, lambda x: ops.rot90(x, 1, axes=(1, 2))),
    "repeat": (ROW, lambda x: ops.repeat(x, 2, axis=1)),
    "tile": (ROW, lambda x: ops.tile(x, (1, 2))),
    "pad": (ROW, lambda x: ops.pad(x, ((0, 0), (1, 2)), constant_values=5)),
    "take": (TIMES, lambda x: ops.take(x, np.array([1, 3]), axis=1)),
    "get_item": (TIMES, lambda x: x[:, 1:3]),
    "where": (ROW, lambda x: ops.where(x > 0.3, x, 0.0)),
    "top_k": (ROW, lambda x: ops.top_k(x, 2)[0]),
    "one_hot": (ROW, lambda x: ops.one_hot(ops.cast(x * 3, "int32"), 4)),
    "einsum": (TIMES, lambda x: ops.einsum("bij,bkj->bik", x, x)),
    "tensordot": (TIMES, lambda x: ops.tensordot(x, np.ones((4, 2), "float32"), axes=[[2], [0]])),
    "matmul": (TIMES, lambda x: ops.matmul(x, np.ones((4, 2), "float32"))),
    "dot": (ROW, lambda x: ops.dot(x, np.ones((4, 2), "float32"))),
    "cross": ((3,), lambda x: ops.cross(x, x[:, ::-1])),
    "norm": (ROW, lambda x: ops.norm(x, axis=1)),
    "inv": (SQUARE, lambda x: ops.inv(x + np.eye(3, dtype="float32"))),
    "det": (SQUARE, lambda x: ops.det(x)),
    "qr": (SQUARE, lambda x: ops.qr(x)[1]),
    "svd": (SQUARE, lambda x: ops.svd(x, compute_uv=False)),
    "solve": (SQUARE, lambda x: ops.solve(x + np.eye(3, dtype="float32"), x)),
    "moments": (TIMES, lambda x: ops.moments(x, axes=[1])[1]),
    "layer_normalization": (ROW, lambda x: ops.layer_normalization(x, axis=-1)),
    "batch_normalization": (
        ROW,
        lambda x: ops.batch_normalization(x, np.zeros(4, "float32"), np.ones(4, "float32"), -1),
    ),
    "quantile": (TIMES, lambda x: ops.quantile(x, 0.3, axis=1)),
    "average": (TIMES, lambda x: ops.average(x, axis=1, weights=np.arange(8.0, dtype="float32"))),
    "full_like": (ROW, lambda x: ops.full_like(x, 2.0)),
    "slice": (TIMES, lambda x: ops.slice(x, (0, 1, 1), (2, 2, 2))),
    "broadcast_to": (ROW, lambda x: ops.broadcast_to(x, (2, 4))),
    "searchsorted": (ROW, lambda x: ops.searchsorted(np.array([0.1, 0.4], "float32"), x[0])),
    "max_pool": (IMAGE, lambda x: ops.max_pool(x, 2, strides=1, padding="same")),
    "average_pool": (IMAGE, lambda x: ops.average_pool(x, (2, 3))),
    "conv": (IMAGE, lambda x: ops.conv(x, np.ones((2, 2, 3, 1), "float32"), 2, padding="same")),
    "unfold": (IMAGE, lambda x: ops.unfold(x, 3)),
    "depth_to_space": ((2, 2, 4), lambda x: ops.depth_to_space(x, 2)),
    "space_to_depth": (IMAGE, lambda x: ops.space_to_depth(x, 2)),
    "image.resize": (IMAGE, lambda x: ops.image.resize(x, (4, 9), interpolation="bicubic")),
    "image.rgb_to_grayscale": (IMAGE, ops.image.rgb_to_grayscale),
    "image.rgb_to_hsv": (IMAGE, ops.image.rgb_to_hsv),
    "image.pad_images": (
        IMAGE,
        lambda x: ops.image.pad_images(x, 1, 2, target_height=9, target_width=9),
    ),
    "image.crop_images": (
        IMAGE,
        lambda x: ops.image.crop_images(x, 1, 2, target_height=3, target_width=3),
    ),
    "image.extract_patches": (IMAGE, lambda x: ops.image.extract_patches(x, (2, 2))),
    "image.gaussian_blur": (IMAGE, ops.image.gaussian_blur),
    "image.affine_transform": (
        IMAGE,
        lambda x: ops.image.affine_transform(x, np.array([[1, 0, 1, 0, 1, 0, 0, 0]], "float32")),
    ),
    "extract_sequences": (ROW, lambda x: ops.extract_sequences(x, 2, 1)),
    "stft": ((64,), lambda x: ops.stft(x, 16, 8, 16)[0]),
    "rfft": (ROW, lambda x: ops.rfft(x, fft_length=8)[0]),
    "segment_sum": (ROW, lambda x: ops.segment_sum(x, np.array([0, 1], "int32"), 2)),
    "dot_product_attention": ((3, 2, 4), lambda x: ops.dot_product_attention(x, x, x)),
}
CASES = {
    **{name: (TIMES, getattr(ops, name)) for name in UNARY.split()},
    **{
        f"{name}(x, x + 0.1)": (TIMES, lambda x, f=name: getattr(ops, f)(x, x + 0.1))
        for name in BINARY.split()
        if name not in ("bitwise_and", "nextafter")
    },
    **{f"{name} with options": case for name, case in WITH_OPTIONS.items()},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("operations")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.one_in(3)
def test_operations_come_back_from_a_file(folder, name):
    shape, call = CASES[name]
    inputs = keras.Input(shape, batch_size=2)
    model = keras.Model(inputs, call(inputs))
    model.save(folder / "m.keras")
    again = keras.models.load_model(folder / "m.keras")
    x = np.random.default_rng(0).uniform(0.05, 0.9, (2, *shape)).astype("float32")
    theirs, ours = np.asarray(model(x)), np.asarray(again(x))
    assert ours.dtype == theirs.dtype
    if name != "empty_like":
        np.testing.assert_array_equal(ours, theirs)


def test_functions_without_a_class_of_keras_are_refused(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.activations.mish(inputs))
    with pytest.raises(ValueError, match=r"uses ops\..*mish as a plain operation .* Lambda"):
        model.save(tmp_path / "m.keras")


def test_tensors_in_the_place_of_settings_are_refused(tmp_path):
    inputs = keras.Input((4,), batch_size=2)
    model = keras.Model(inputs, ops.trapezoid(inputs, x=inputs * 2))
    with pytest.raises(ValueError, match=r"takes a tensor of the model for x, which a file can't"):
        model.save(tmp_path / "m.keras")


def test_the_table_names_classes_of_keras():
    keras_ops = pytest.importorskip("keras.src.ops")
    for name, (module, cls, arguments) in operation_classes().items():
        found = getattr(getattr(keras_ops, module), cls)
        assert set(arguments) <= set(found.__init__.__code__.co_varnames), name
