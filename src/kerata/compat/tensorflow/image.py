"""``tf.image``: pictures; files are read with Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata import ops
from kerata.base.randomness import global_generator
from kerata.base.scope import current_scope
from kerata.compat.tensorflow.exporting import exported, integers, value
from kerata.compat.tensorflow.lacking import lacking
from kerata.compat.tensorflow.tensor import NotKnown, Tensor, as_value
from kerata.data.spec import numpy_type

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def _extra(function: Callable[..., Any]) -> Callable[..., Any]:
    made = exported(function)
    FUNCTIONS[function.__name__] = made
    return made


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    FUNCTIONS[function.__name__] = function
    return function


class ResizeMethod:
    """Names of the ways to resize."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    AREA = "area"


def _decoded(contents: Any, channels: int) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    data = np.asarray(as_value(contents)).item()
    if isinstance(data, str):
        data = data.encode()
    try:
        picture = Image.open(io.BytesIO(data))
        mode = {0: None, 1: "L", 3: "RGB", 4: "RGBA"}[int(channels or 0)]
        if mode is None:
            mode = "L" if picture.mode in ("1", "L") else "RGBA" if "A" in picture.mode else "RGB"
        array = np.asarray(picture.convert(mode))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"tf.image can't read this as a picture: {error}.") from None
    return array[..., None] if array.ndim == 2 else array


@_known
def decode_image(
    contents: Any,
    channels: Any = None,
    dtype: Any = "uint8",
    name: Any = None,
    expand_animations: bool = True,
) -> Tensor:
    """``tf.image.decode_image``: the picture in a file's bytes, ``(height, width, channels)``."""
    array = _decoded(contents, channels or 0)
    if numpy_type(dtype) != np.uint8:
        return Tensor((array / 255).astype(numpy_type(dtype)))
    return Tensor(array)


@_known
def decode_jpeg(contents: Any, channels: int = 0, name: Any = None, **_: Any) -> Tensor:
    """``tf.image.decode_jpeg``: the picture in a file's bytes."""
    return Tensor(_decoded(contents, channels))


@_known
def decode_png(contents: Any, channels: int = 0, dtype: Any = "uint8", name: Any = None) -> Tensor:
    """``tf.image.decode_png``: the picture in a file's bytes."""
    return Tensor(_decoded(contents, channels))


@_known
def decode_bmp(contents: Any, channels: int = 0, name: Any = None) -> Tensor:
    """``tf.image.decode_bmp``: the picture in a file's bytes."""
    return Tensor(_decoded(contents, channels))


@_known
def encode_png(image: Any, compression: int = -1, name: Any = None) -> Tensor:
    """``tf.io.encode_png``: the bytes of a file of a picture."""
    return _encoded(image, "PNG")


@_known
def encode_jpeg(image: Any, format: str = "", quality: int = 95, name: Any = None) -> Tensor:
    """``tf.io.encode_jpeg``: the bytes of a file of a picture."""
    return _encoded(image, "JPEG", quality=quality)


def _encoded(image: Any, kind: str, **options: Any) -> Tensor:
    from PIL import Image

    array, out = np.asarray(as_value(image)), io.BytesIO()
    Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(out, kind, **options)
    single = np.empty((), object)
    single[()] = out.getvalue()
    return Tensor(single)


@_extra
def resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
) -> Any:
    """``tf.image.resize``: pictures of another size, float32 unless ``'nearest'``."""
    x, (height, width) = value(images), integers(size)
    if preserve_aspect_ratio:
        old_height, old_width = x.shape[-3], x.shape[-2]
        factor = min(height / old_height, width / old_width)
        height, width = round(old_height * factor), round(old_width * factor)
    if method == "area":
        raise NotImplementedError("tf.image.resize has no method 'area' in Kerata; use 'bilinear'.")
    if method != "nearest":
        x = ops.cast(x, "float32")
    return ops.image.resize(x, (height, width), interpolation=method, antialias=antialias)


@_extra
def resize_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: str = "bilinear",
    antialias: bool = False,
) -> Any:
    """``tf.image.resize_with_pad``: another size, with black where the form is another."""
    x = ops.cast(value(image), "float32")
    size = (integers(target_height), integers(target_width))
    return ops.image.resize(
        x, size, interpolation=method, antialias=antialias, pad_to_aspect_ratio=True
    )


@_extra
def rgb_to_grayscale(images: Any) -> Any:
    """``tf.image.rgb_to_grayscale``: one channel of grey."""
    return ops.image.rgb_to_grayscale(value(images))


@_extra
def grayscale_to_rgb(images: Any) -> Any:
    """``tf.image.grayscale_to_rgb``: three equal channels."""
    return ops.repeat(value(images), 3, axis=-1)


@_extra
def rgb_to_hsv(images: Any) -> Any:
    """``tf.image.rgb_to_hsv``: hue, saturation and value."""
    return ops.image.rgb_to_hsv(value(images))


@_extra
def hsv_to_rgb(images: Any) -> Any:
    """``tf.image.hsv_to_rgb``: red, green and blue."""
    return ops.image.hsv_to_rgb(value(images))


@_extra
def flip_left_right(image: Any) -> Any:
    """``tf.image.flip_left_right``: mirrored."""
    return ops.flip(value(image), axis=-2)


@_extra
def flip_up_down(image: Any) -> Any:
    """``tf.image.flip_up_down``: upside down."""
    return ops.flip(value(image), axis=-3)


@_extra
def transpose(image: Any) -> Any:
    """``tf.image.transpose``: height and width exchanged."""
    return ops.swapaxes(value(image), -3, -2)


@_extra
def rot90(image: Any, k: Any = 1) -> Any:
    """``tf.image.rot90``: turned by 90 degrees, against the clock."""
    return jnp.rot90(value(image), k=integers(k), axes=(-3, -2))


@_extra
def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False) -> Any:
    """``tf.image.convert_image_dtype``: another type: bytes to 255, floats to 1."""
    x, wanted = value(image), numpy_type(dtype)
    from_float, to_float = jnp.issubdtype(x.dtype, jnp.floating), wanted.kind == "f"
    if from_float == to_float:
        return x.astype(wanted)
    if to_float:
        return (x.astype(jnp.float32) / np.iinfo(str(x.dtype)).max).astype(wanted)
    scale = np.iinfo(wanted).max + 0.5
    made = x * scale
    return (jnp.clip(made, 0, np.iinfo(wanted).max) if saturate else made).astype(wanted)


def _as_floats(image: Any, change: Callable[[Any], Any]) -> Any:
    """Change a picture of any type as floats from 0 to 1."""
    x = value(image)
    if jnp.issubdtype(x.dtype, jnp.floating):
        return change(x)
    most = np.iinfo(str(x.dtype)).max
    made = change(x.astype(jnp.float32) / most)
    return jnp.clip(made * (most + 0.5), 0, most).astype(x.dtype)


@_extra
def adjust_brightness(image: Any, delta: Any) -> Any:
    """``tf.image.adjust_brightness``: something added."""
    return _as_floats(image, lambda x: x + value(delta))


@_extra
def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """``tf.image.adjust_contrast``: distances from the mean of each channel made larger."""

    def change(x: Any) -> Any:
        mean = jnp.mean(x, axis=(-3, -2), keepdims=True)
        return (x - mean) * contrast_factor + mean

    return _as_floats(images, change)


@_extra
def adjust_saturation(image: Any, saturation_factor: Any) -> Any:
    """``tf.image.adjust_saturation``: colours made stronger."""

    def change(x: Any) -> Any:
        hsv = ops.image.rgb_to_hsv(x)
        strong = jnp.clip(hsv[..., 1:2] * saturation_factor, 0, 1)
        return ops.image.hsv_to_rgb(jnp.concatenate([hsv[..., :1], strong, hsv[..., 2:]], -1))

    return _as_floats(image, change)


@_extra
def per_image_standardization(image: Any) -> Any:
    """``tf.image.per_image_standardization``: each picture with mean 0 and deviation 1."""
    x = ops.cast(value(image), "float32")
    axes = (-3, -2, -1)
    count = np.prod([x.shape[a] for a in axes])
    deviation = jnp.maximum(jnp.std(x, axis=axes, keepdims=True), 1 / np.sqrt(count))
    return (x - jnp.mean(x, axis=axes, keepdims=True)) / deviation


@_extra
def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """``tf.image.crop_to_bounding_box``: a part of a picture."""
    top, left, height, width = map(
        integers, (offset_height, offset_width, target_height, target_width)
    )
    return value(image)[..., top : top + height, left : left + width, :]


@_extra
def central_crop(image: Any, central_fraction: float) -> Any:
    """``tf.image.central_crop``: the middle of a picture."""
    x = value(image)
    top, left = (int((n - n * central_fraction) / 2) for n in x.shape[-3:-1])
    return x[..., top : x.shape[-3] - top, left : x.shape[-2] - left, :]


@_extra
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """``tf.image.resize_with_crop_or_pad``: the middle cut out, or black around."""
    x = value(image)
    for axis, size in ((-3, integers(target_height)), (-2, integers(target_width))):
        old = x.shape[axis]
        if old > size:
            start = (old - size) // 2
            x = jnp.take(x, jnp.arange(start, start + size), axis=axis)
        elif old < size:
            before = (size - old) // 2
            widths = [(0, 0)] * x.ndim
            widths[axis] = (before, size - old - before)
            x = jnp.pad(x, widths)
    return x


def _rng(seed: Any) -> np.random.Generator:
    if current_scope() is not None:
        raise NotKnown(
            "The random functions of tf.image draw in Python, so not inside of compiled functions; "
            "use them in Dataset.map, or a layer such as RandomFlip."
        )
    return np.random.default_rng(global_generator().next_seed() if seed is None else seed)


@_extra
def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """``tf.image.random_flip_left_right``: mirrored, or not."""
    return _randomly_flipped(image, -2, seed)


@_extra
def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """``tf.image.random_flip_up_down``: upside down, or not."""
    return _randomly_flipped(image, -3, seed)


def _randomly_flipped(image: Any, axis: int, seed: Any) -> Any:
    x = value(image)
    if x.ndim == 3:
        return ops.flip(x, axis=axis) if _rng(seed).random() < 0.5 else x
    chosen = _rng(seed).random(x.shape[0]) < 0.5
    return jnp.where(chosen[:, None, None, None], jnp.flip(x, axis), x)


@_extra
def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Any:
    """``tf.image.random_brightness``: brighter or darker by up to ``max_delta``."""
    delta = _rng(seed).uniform(-max_delta, max_delta)
    return _as_floats(image, lambda x: x + delta)


@_extra
def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """``tf.image.random_contrast``: contrast times a number between two."""
    return adjust_contrast(image, _rng(seed).uniform(lower, upper))


@_extra
def random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """``tf.image.random_saturation``: saturation times a number between two."""
    return adjust_saturation(image, _rng(seed).uniform(lower, upper))


@_extra
def random_crop(value: Any, size: Any, seed: Any = None) -> Any:
    """``tf.image.random_crop``: a part of a picture, anywhere."""
    x, sizes, rng = as_value(value), integers(size), _rng(seed)
    index = []
    for full, part in zip(x.shape, sizes, strict=True):
        start = int(rng.integers(full - part + 1))
        index.append(slice(start, start + part))
    return x[tuple(index)]


@_extra
def psnr(a: Any, b: Any, max_val: Any) -> Any:
    """``tf.image.psnr``: how alike pictures are, in decibel."""
    error = jnp.mean(jnp.square(value(a) - value(b)), axis=(-3, -2, -1))
    return 10 * jnp.log10(max_val**2 / error)


@_extra
def total_variation(images: Any) -> Any:
    """``tf.image.total_variation``: sum of differences of neighbouring points."""
    x = value(images)
    down, across = x[..., 1:, :, :] - x[..., :-1, :, :], x[..., :, 1:, :] - x[..., :, :-1, :]
    axes = (-3, -2, -1)
    return jnp.sum(jnp.abs(down), axes) + jnp.sum(jnp.abs(across), axes)


@_extra
def extract_patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    """``tf.image.extract_patches``: windows of pictures, each flat."""
    height, width = integers(sizes)[1:3]
    return ops.image.extract_patches(
        value(images),
        (height, width),
        strides=integers(strides)[1:3],
        dilation_rate=integers(rates)[1],
        padding=padding.lower(),
    )


globals().update(FUNCTIONS)
__getattr__ = lacking(__name__)
