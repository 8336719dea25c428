"""Windows, sequences without alignment, spectrograms and images in ops, against Keras's."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerata

rng = np.random.default_rng(3)


def floats(*shape):
    return rng.uniform(0.05, 0.95, shape).astype("float32")


LINE, IMAGE, VOLUME = floats(2, 9, 4), floats(2, 8, 7, 4), floats(1, 5, 4, 6, 2)
FIRST = np.moveaxis(IMAGE, -1, 1).copy()
RGB, RGB_FIRST = floats(2, 6, 5, 3), floats(2, 3, 6, 5)
BYTES = rng.integers(0, 256, (2, 6, 5, 3)).astype("uint8")
TURN = np.array([0.9, 0.2, 0.5, -0.1, 1.1, -0.3, 0, 0], "float32")
V = floats(2) * 2
TURNS = np.stack([TURN, TURN / 2])
CORNERS = np.array([[0, 0], [4, 0], [0, 5], [4, 5]], "float32")
MOVED = CORNERS + floats(4, 2)
SOUND = floats(2, 40)
SCORES = rng.normal(size=(3, 9, 5)).astype("float32") * 2
LABELS = rng.integers(1, 5, (3, 4)).astype("int32")
SIZES, HEARD = np.array([4, 2, 3], "int32"), np.array([9, 6, 8], "int32")
SPECTRUM = floats(2, 6, 9), floats(2, 6, 9)


def case(name, *args, **kwargs):
    text = ",".join(f"{k}={v}" for k, v in kwargs.items() if not isinstance(v, np.ndarray))
    return pytest.param(name, args, kwargs, id=f"{name}({text})")


CASES = [
    case("conv", LINE, floats(3, 4, 2), strides=2, padding="same"),
    case("conv", IMAGE, floats(3, 2, 4, 6)),
    case("conv", IMAGE, floats(3, 3, 2, 6), padding="same", dilation_rate=2),
    case("conv", FIRST, floats(2, 2, 4, 3), strides=(2, 1), data_format="channels_first"),
    case("conv", VOLUME, floats(2, 2, 2, 2, 3)),
    case("depthwise_conv", IMAGE, floats(3, 3, 4, 2), padding="same"),
    case("depthwise_conv", LINE, floats(3, 4, 1), strides=2),
    case("separable_conv", IMAGE, floats(3, 3, 4, 2), floats(1, 1, 8, 3)),
    case("conv_transpose", IMAGE, floats(3, 3, 2, 4), strides=2, padding="same"),
    case("conv_transpose", LINE, floats(3, 2, 4), strides=2, output_padding=1),
    case("max_pool", IMAGE, 2, 2),
    case("max_pool", IMAGE, (3, 2), strides=1, padding="same"),
    case("max_pool", FIRST, 2, 2, data_format="channels_first"),
    case("average_pool", LINE, 3, strides=2, padding="same"),
    case("average_pool", VOLUME, 2, 2),
    case("adaptive_average_pool", LINE, 4),
    case("adaptive_average_pool", IMAGE, (3, 5)),
    case("adaptive_average_pool", FIRST, 3, data_format="channels_first"),
    case("adaptive_average_pool", VOLUME, (2, 3, 4)),
    case("adaptive_max_pool", LINE, 4),
    case("adaptive_max_pool", IMAGE, (3, 5)),
    case("adaptive_max_pool", VOLUME, (2, 3, 4)),
    case("unfold", FIRST, 2),
    case("unfold", FIRST, (3, 2), dilation=2, padding=1, stride=(2, 1)),
    case("fold", floats(2, 8, 42), (8, 7), 2),
    case("fold", floats(2, 12, 12), (8, 7), (3, 2), dilation=2, padding=1, stride=(2, 2)),
    case("ctc_loss", LABELS, SCORES, SIZES, HEARD),
    case("ctc_loss", LABELS % 4, SCORES, SIZES, HEARD, mask_index=4),
    case("ctc_decode", SCORES, HEARD),
    case("ctc_decode", SCORES, HEARD, merge_repeated=False, mask_index=4),
    case("ctc_decode", SCORES, HEARD, strategy="beam_search", beam_width=20, top_paths=3),
    case("ctc_decode", SCORES, HEARD, strategy="beam_search", beam_width=3, mask_index=2),
    case("stft", SOUND, 12, 5, 16),
    case("stft", SOUND, 16, 4, 16, window="hamming", center=False),
    case("stft", SOUND, 10, 5, 16, window=None),
    case("istft", SPECTRUM, 12, 5, 16),
    case("istft", SPECTRUM, 16, 4, 16, length=25, center=False, window="hamming"),
    case("istft", SPECTRUM, 16, 4, 16, window=None),
    case("rearrange", IMAGE, "b h w c -> b c h w"),
    case("rearrange", IMAGE, "b (h1 h) w c -> (b h1) h (w c)", h1=2),
    case("rearrange", IMAGE, "b (h h1) w (c g) -> b h w (g c h1)", h1=4, g=2),
    case("image.rgb_to_grayscale", RGB),
    case("image.rgb_to_grayscale", BYTES),
    case("image.rgb_to_grayscale", RGB_FIRST, data_format="channels_first"),
    case("image.rgb_to_hsv", RGB),
    case("image.hsv_to_rgb", RGB[0]),
    case("image.hsv_to_rgb", RGB_FIRST, data_format="channels_first"),
    *(
        case("image.resize", RGB, (4, 9), interpolation=method, antialias=antialias)
        for method in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
        for antialias in (False, True)
    ),
    case("image.resize", BYTES, (9, 4)),
    case("image.resize", RGB[0], (3, 8), crop_to_aspect_ratio=True),
    case("image.resize", RGB_FIRST, (9, 2), pad_to_aspect_ratio=True, data_format="channels_first"),
    case("image.resize", RGB, (3, 9), pad_to_aspect_ratio=True, fill_value=0.5),
    *(
        case("image.affine_transform", RGB[0], TURN, interpolation=how, fill_mode=mode)
        for how in ("nearest", "bilinear")
        for mode in ("constant", "nearest", "wrap", "mirror", "reflect")
    ),
    case("image.affine_transform", RGB, TURNS, fill_value=0.3),
    case("image.affine_transform", RGB_FIRST, TURNS, data_format="channels_first"),
    case("image.perspective_transform", RGB[0], CORNERS, MOVED),
    case("image.perspective_transform", RGB, CORNERS[None].repeat(2, 0), MOVED[None].repeat(2, 0)),
    case("image.map_coordinates", RGB[0, ..., 0], floats(2, 4) * 7, order=1),
    case("image.map_coordinates", BYTES[0, ..., 0], floats(2, 4) * 7, order=0, fill_mode="wrap"),
    case("image.gaussian_blur", RGB, (5, 3), (1.5, 0.7), data_format="channels_last"),
    case("image.gaussian_blur", RGB_FIRST, (4, 3), data_format="channels_first"),
    case("image.sobel_edges", RGB),
    case("image.sobel_edges", RGB_FIRST, data_format="channels_first"),
    case("image.ssim", floats(2, 14, 13, 3), floats(2, 14, 13, 3)),
    case("image.ssim", floats(12, 12, 1), floats(12, 12, 1), max_val=2.0, filter_size=5),
    case("image.pad_images", RGB, 1, 2, 0, 3),
    case("image.pad_images", BYTES[0], None, 2, 1, None, 9, 8),
    case("image.crop_images", RGB, 1, 2, target_height=3, target_width=2),
    case("image.crop_images", RGB_FIRST, 1, 2, 0, 1, data_format="channels_first"),
    case("image.extract_patches", RGB, 2),
    case("image.extract_patches", RGB[0], (3, 2), strides=1, padding="same"),
    case("image.extract_patches", RGB_FIRST, 2, 1, 2, data_format="channels_first"),
    case("image.extract_patches", VOLUME, (2, 2, 3)),
    case("image.extract_patches_3d", VOLUME[0], 2, strides=1),
    case("image.scale_and_translate", RGB, (2, 4, 9, 3), V, V, (1, 2), "linear"),
    case("image.scale_and_translate", RGB[0], (3, 5, 3), floats(2), floats(2), (0, 1), "lanczos3"),
]  # fmt: skip


def function_of(library, name):
    found = library.ops
    for part in name.split("."):
        found = getattr(found, part)
    return found


def gradient(function, args, kwargs):
    flat, tree = jax.tree.flatten(args)
    places = [i for i, x in enumerate(flat) if getattr(x, "dtype", None) == np.float32]

    def total(inputs):
        filled = list(flat)
        for i, x in zip(places, inputs, strict=True):
            filled[i] = x
        outputs = jax.tree.leaves(function(*jax.tree.unflatten(tree, filled), **kwargs))
        sums = 0.0
        for out in outputs:
            if jnp.issubdtype(out.dtype, jnp.floating):
                weights = jnp.linspace(0.5, 1.5, out.size).reshape(out.shape)
                sums += jnp.sum(out * weights)
        return sums, outputs

    (_, outputs), found = jax.jit(jax.value_and_grad(total, has_aux=True))(
        [flat[i] for i in places]
    )
    return outputs, found


# Keras can't compile these, or takes no gradient of them.
VALUES_ONLY = {"ctc_decode", "image.affine_transform", "rearrange"}


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
@pytest.mark.one_in(4)
def test_values_types_and_gradients(name, args, kwargs):
    ours, theirs = function_of(kerata, name), function_of(keras, name)
    if name in VALUES_ONLY or not any(
        getattr(x, "dtype", None) == np.float32 for x in jax.tree.leaves(args)
    ):
        found, expected = ([jax.tree.leaves(f(*args, **kwargs)), []] for f in (ours, theirs))
    else:
        found, expected = gradient(ours, args, kwargs), gradient(theirs, args, kwargs)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), 2e-5, 2e-5)


def spec(library, name, args, kwargs):
    def tensor(x):
        if not isinstance(x, np.ndarray):
            return x
        return library.KerasTensor(x.shape, x.dtype.name)

    found = function_of(library, name)(*jax.tree.map(tensor, args), **kwargs)
    found = jax.tree.leaves(found, is_leaf=lambda x: isinstance(x, library.KerasTensor))
    return [(tuple(x.shape), x.dtype) for x in found]


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
@pytest.mark.one_in(4)
def test_symbolic_shapes_and_types(name, args, kwargs):
    outputs = jax.tree.leaves(function_of(kerata, name)(*args, **kwargs))
    assert spec(kerata, name, args, kwargs) == [(x.shape, x.dtype.name) for x in outputs]


@pytest.mark.parametrize(
    "call",
    [
        "ops.conv(t((None, 8, 8, 3)), np.ones((3, 3, 3, 4), 'float32'), strides=2)",
        "ops.conv(t((None, None, None, 3)), np.ones((3, 3, 3, 4), 'float32'), padding='same')",
        "ops.max_pool(t((None, 8, 8, 3)), 2)",
        "ops.average_pool(t((None, None, 3)), 2)",
        "ops.unfold(t((None, 3, 6, 6)), 2)",
        "ops.fold(t((None, 8, 25)), (6, 6), 2)",
        "ops.image.resize(t((None, None, None, 3)), (4, 5))",
        "ops.image.resize(t((None, 7, 6, 3), 'uint8'), (4, 5))",
        "ops.image.rgb_to_hsv(t((None, None, None, 3)))",
        "ops.image.rgb_to_grayscale(t((None, None, None, 3)))",
        "ops.image.pad_images(t((None, 7, 6, 3)), 1, 1, 1, 1)",
        "ops.image.crop_images(t((None, 7, 6, 3)), 1, 1, target_height=2, target_width=3)",
        "ops.image.extract_patches(t((None, 8, 8, 3)), 2)",
        "ops.image.gaussian_blur(t((None, None, None, 3)))",
        "ops.image.sobel_edges(t((None, None, 6, 3)))",
        "ops.image.affine_transform(t((None, 7, 6, 3)), t((None, 8)))",
        "ops.stft(t((None, 40)), 12, 5, 16)",
        "ops.istft((t((None, 6, 9)), t((None, 6, 9))), 12, 5, 16)",
        "ops.ctc_loss(t((None, 4), 'int32'), t((None, 9, 5)), t((None,), 'int32'), "
        "t((None,), 'int32'))",
        "ops.ctc_decode(t((None, 9, 5)), t((None,), 'int32'))",
    ],
)
def test_unknown_sizes(call):
    def told(k):
        found = eval(call, {"ops": k.ops, "t": k.KerasTensor, "np": np})
        found = found if isinstance(found, (list, tuple)) else [found]
        return [(tuple(x.shape), x.dtype) for x in found]

    assert told(kerata) == told(keras)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("conv(np.ones((1, 4, 3)), np.ones((2, 2, 1)))", "takes 2 channels"),
        ("conv(np.ones((1, 2, 3)), np.ones((4, 3, 1)))", "fits nowhere"),
        ("max_pool(np.ones((1, 4, 3)), 2, data_format='last')", "data_format"),
        ("fold(np.ones((1, 4, 3)), (4, 4), 2)", "fold takes shape"),
        ("stft(np.ones(8, 'float32'), 9, 2, 4)", "shorter"),
        ("rearrange(np.ones((2, 3)), 'a b -> (a c)')", "same names"),
        ("rearrange(np.ones((2, 3)), 'a (b c) -> a b c', b=2)", "do not make up"),
        ("ctc_decode(np.ones((1, 2, 3)), [2], strategy='beam')", "beam_search"),
        ("image.resize(np.ones((4, 4)), (2, 2))", "3 axes or a batch with 4"),
        ("image.resize(np.ones((4, 4, 3)), (2, 2), interpolation='linear')", "bilinear"),
        ("image.rgb_to_hsv(np.ones((4, 4, 3), 'uint8'))", "divide them by 255"),
        ("image.crop_images(np.ones((4, 4, 3)), 1, 1)", "two of three"),
        ("image.affine_transform(np.ones((4, 4, 3)), np.ones(8))", "perspective_transform"),
        ("image.ssim(np.ones((4, 4, 3)), np.ones((4, 4, 3)))", "smaller filter_size"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        eval(f"ops.{call}", {"ops": kerata.ops, "np": np})


def test_parts_of_unknown_axes_have_the_batch_of_the_inputs():
    # Keras 3.15 says (None, None, 2, 3, 3) and computes (batch, 2, 3, 3).
    found = kerata.ops.adaptive_max_pool(kerata.KerasTensor((None, None, None, 3)), (2, 3))
    assert found.shape == (None, 2, 3, 3)


@pytest.mark.slow
def test_elastic_moves_are_random_and_smooth():
    images = RGB.repeat(4, 1).repeat(4, 2)
    distorted = [
        kerata.ops.image.elastic_transform(images, alpha=alpha, sigma=2.0, seed=seed)
        for alpha, seed in ((0.0, 1), (5.0, 1), (5.0, 1), (5.0, 2))
    ]
    np.testing.assert_array_equal(distorted[0], images)
    np.testing.assert_array_equal(distorted[1], distorted[2])
    assert not np.allclose(distorted[1], images)
    assert not np.allclose(distorted[1], distorted[3])
    # A ramp along one axis shows how far places moved; ramps along both differ.
    ramp = np.broadcast_to(np.arange(40.0, dtype="float32")[:, None, None], (40, 40, 1))
    moved = [
        np.asarray(kerata.ops.image.elastic_transform(x, 9.0, 3.0, seed=4))[5:-5, 5:-5, 0]
        for x in (ramp, np.swapaxes(ramp, 0, 1))
    ]
    down, across = moved[0] - ramp[5:-5, 5:-5, 0], moved[1] - ramp[5:-5, 5:-5, 0].T
    assert np.abs(np.diff(down, axis=1)).max() < np.abs(down).max() / 2
    assert abs(np.corrcoef(down.ravel(), across.ravel())[0, 1]) < 0.5
