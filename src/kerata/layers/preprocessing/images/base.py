"""The bases of layers that change images, and with them labels, boxes and masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.base.randomness import FollowingGenerator, SeedGenerator, draw_key
from kerata.base.symbolic import KerasTensor
from kerata.layers.inputs import to_array
from kerata.layers.layer import Layer
from kerata.layers.preprocessing.images.boxes import dense_boxes
from kerata.layers.rows import ranks
from kerata.utils.bounding_boxes.formats import check_format, convert_format


@dataclass(frozen=True)
class Frame:
    """Sizes of a batch of images.

    Attributes:
        shape: of the images, as the caller passed them.
        batch, height, width, channels: sizes; one image is a batch of 1.
        single: whether it is one image without a batch.
    """

    shape: tuple[int, ...]
    batch: int
    height: int
    width: int
    channels: int
    single: bool


class ImageLayer(Layer):
    """Base of the layers that change images.

    They take one image ``(height, width, channels)``, a batch ``(batch, height, width,
    channels)``, or a dictionary with the key ``"images"`` and any of ``"labels"``,
    ``"bounding_boxes"`` (``{"boxes": ..., "labels": ...}``) and ``"segmentation_masks"``, which
    change along; other keys are handed on. What a layer does to a batch is a formula for all its
    images at once, and runs inside the compiled epoch.

    A subclass says with ``_change`` what happens to a batch of images in ``transform_images``;
    what a transformation is, ``get_random_transformation`` says. Labels, boxes and masks stay as
    they are unless the subclass says otherwise.

    Arguments:
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        bounding_box_format: of the boxes, such as ``'xyxy'``; see
            ``utils.bounding_boxes.convert_format``. None by default: no boxes are taken.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an unknown format.
    """

    # Whether images become floats of the layer's type: always, in training alone, or never.
    _casts: ClassVar[str] = "training"
    # Whether images are changed outside training too.
    _always = False
    # Numbers of channels that the formula can deal with; None for any.
    _channels: ClassVar[tuple[int, ...] | None] = None

    def __init__(
        self,
        *,
        data_format: str | None = None,
        bounding_box_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        if bounding_box_format is not None:
            bounding_box_format = check_format(owner, bounding_box_format)
        self.bounding_box_format = bounding_box_format
        self.data_format = standardize_data_format(data_format)

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether, outside training, no row's output depends on other rows."""
        found = ranks(self)
        return bool(found) and all(4 in of_call for of_call in found)

    # Calls -----------------------------------------------------------------------------

    def call(self, data: Any, training: bool = True) -> Any:
        """Change images, and what goes with them."""
        if not isinstance(data, dict):
            self._frame(data)
            transformation = self.get_random_transformation(data, training=training)
            return self.transform_images(data, transformation, training=training)
        parts = self._as_arrays(data)
        single = self._frame(parts).single
        transformation = self.get_random_transformation(parts, training=training)
        for key, transform in (
            ("images", self.transform_images),
            ("bounding_boxes", self.transform_bounding_boxes),
            ("labels", self.transform_labels),
            ("segmentation_masks", self.transform_segmentation_masks),
        ):
            if key in parts:
                part = _batch_of_one(parts[key]) if single else parts[key]
                part = transform(part, transformation, training=training)
                parts[key] = jax.tree.map(lambda x: x[0], part) if single else part
        return parts

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Give what is done to a batch, for the ``transform_...`` methods; None for nothing.

        Arguments:
            data: images, or a dictionary that holds them.
            training: whether it is for training.
            seed: integer or ``SeedGenerator``; by default the layer's own.
        """
        return None

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Change one image or a batch as a transformation says."""
        images = jnp.asarray(images)
        single = self._frame(images).single
        acts = training or self._always
        if self._casts == "always" or (acts and self._casts == "training"):
            images = images.astype(self.compute_dtype)
        if not acts:
            return images
        changed = self._change(images[None] if single else images, transformation)
        return changed[0] if single else changed

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the labels of changed images; they stay."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in changed images; they stay."""
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the classes of pixels in changed images; they stay."""
        return segmentation_masks

    def transform_single_image(self, image: Any, transformation: Any, training: bool = True) -> Any:
        """Change one image."""
        return self.transform_images(jnp.asarray(image)[None], transformation, training)[0]

    def transform_single_label(self, label: Any, transformation: Any, training: bool = True) -> Any:
        """Give the label of one changed image."""
        return self.transform_labels(jnp.asarray(label)[None], transformation, training)[0]

    def transform_single_bounding_box(
        self, bounding_box: Any, transformation: Any, training: bool = True
    ) -> Any:
        """Give the boxes in one changed image."""
        moved = self.transform_bounding_boxes(_batch_of_one(bounding_box), transformation, training)
        return jax.tree.map(lambda x: x[0], moved)

    def transform_single_segmentation_mask(
        self, segmentation_mask: Any, transformation: Any, training: bool = True
    ) -> Any:
        """Give the classes of pixels in one changed image."""
        mask = jnp.asarray(segmentation_mask)[None]
        return self.transform_segmentation_masks(mask, transformation, training)[0]

    def _change(self, images: Any, transformation: Any) -> Any:
        """Change a batch of images."""
        raise NotImplementedError

    # Shapes ----------------------------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the changed images."""
        if isinstance(input_shape, dict):
            return super().compute_output_shape(input_shape)
        self._sizes(input_shape)
        return self._output_shape(tuple(input_shape))

    def _output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        return input_shape

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        data: Any = args[0] if args else kwargs.get("data")
        if isinstance(data, dict):
            return self._traced_spec(*args, **kwargs)
        if self._casts == "never" and hasattr(data, "shape"):
            return KerasTensor(self.compute_output_shape(tuple(data.shape)), data.dtype)
        return super().compute_output_spec(*args, **kwargs)

    @property
    def _height_axis(self) -> int:
        return -3 if self.data_format == "channels_last" else -2

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else -3

    def _sizes(self, shape: Any) -> tuple[Any, Any, Any]:
        """Give height, width and channels of a shape of images.

        Raises:
            ValueError: neither one image nor a batch; channels that the layer can't deal with.
        """
        who = f"Layer {self.name!r} ({type(self).__name__})"
        if len(shape) not in (3, 4):
            raise ValueError(
                f"{who} takes one image with 3 axes or a batch of images with 4, got shape "
                f"{shape_text(shape)}."
            )
        channels = shape[self._channel_axis]
        if self._channels is not None and channels is not None and channels not in self._channels:
            known = " or ".join(map(str, self._channels))
            raise ValueError(
                f"{who} takes images with {known} channels on axis {self._channel_axis} "
                f"({self.data_format}), got shape {shape_text(shape)}."
            )
        return shape[self._height_axis], shape[self._height_axis + 1], channels

    def _frame(self, data: Any) -> Frame:
        """Give the sizes of images, or of those that a dictionary holds.

        Raises:
            ValueError: no images.
        """
        images: Any = data.get("images") if isinstance(data, dict) else data
        if not hasattr(images, "shape"):
            got = f"the keys {sorted(data)}" if isinstance(data, dict) else type(data).__name__
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) takes images as one array, or a "
                f"dictionary with the key 'images', got {got}."
            )
        shape = tuple(images.shape)
        height, width, channels = self._sizes(shape)
        single = len(shape) == 3
        return Frame(shape, 1 if single else shape[0], height, width, channels, single)

    def _as_arrays(self, data: dict[str, Any]) -> dict[str, Any]:
        """Copy a dictionary of data, with lists as arrays and boxes of equal number."""
        parts = dict(data)
        for key in ("images", "labels", "segmentation_masks"):
            if key in parts and not hasattr(parts[key], "shape"):
                parts[key] = to_array(parts[key], self.name)
        if "bounding_boxes" in parts:
            if self.bounding_box_format is None:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) got 'bounding_boxes' but does "
                    "not know their format: give it bounding_box_format='xyxy' or another."
                )
            parts["bounding_boxes"] = dense_boxes(
                parts["bounding_boxes"], f"Layer {self.name!r} ({type(self).__name__})"
            )
        return parts

    # Pixels and boxes ------------------------------------------------------------------

    def _channels_last(self, images: Any) -> Any:
        return jnp.moveaxis(images, self._channel_axis, -1)

    def _channels_back(self, images: Any) -> Any:
        return jnp.moveaxis(images, -1, self._channel_axis)

    def _in_pixels(self, bounding_boxes: Any, height: Any, width: Any) -> Any:
        """Write boxes as left, top, right and bottom in pixels of an image of this size."""
        source = self._box_format()
        return convert_format(bounding_boxes, source, "xyxy", height, width)

    def _as_given(self, bounding_boxes: Any, height: Any, width: Any) -> Any:
        """Write boxes in pixels in the layer's format."""
        return convert_format(bounding_boxes, "xyxy", self._box_format(), height, width)

    def _box_format(self) -> str:
        if self.bounding_box_format is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) does not know the format of "
                "bounding boxes: give it bounding_box_format='xyxy' or another."
            )
        return self.bounding_box_format

    # Configs ---------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config() | {"data_format": self.data_format}
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return config


class RandomImageLayer(ImageLayer):
    """Base of the layers that change images at random in training.

    A subclass draws the numbers of a batch in ``_draw``.

    Arguments:
        seed: int, or None (the default) for the global generator.
        **kwargs: data_format, bounding_box_format, name and so on.
    """

    _not_in_program: ClassVar[tuple[str, ...]] = ("seed",)

    def __init__(self, *, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = FollowingGenerator() if seed is None else SeedGenerator(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Draw what is done to a batch, for the ``transform_...`` methods.

        Arguments:
            data: images, or a dictionary that holds them.
            training: whether it is for training; else nothing is done, and None is given.
            seed: integer or ``SeedGenerator``; by default the layer's own.

        Raises:
            ValueError: no images.
        """
        frame = self._frame(data)
        if not training:
            return None
        return self._draw(draw_key(self.generator if seed is None else seed), frame)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        raise NotImplementedError

    def _happens(self, key: jax.Array, frame: Frame, chance: tuple[float, float]) -> jax.Array:
        """Draw which images are changed, each with a chance drawn from a range."""
        of_chance, of_image = jax.random.split(key)
        return uniform(of_image, (frame.batch,)) < uniform(of_chance, (frame.batch,), *chance)


def uniform(
    key: jax.Array, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0
) -> jax.Array:
    """Draw float32 numbers from a range."""
    return jax.random.uniform(key, shape, "float32", low, high)


def _batch_of_one(part: Any) -> Any:
    return jax.tree.map(lambda x: jnp.asarray(x)[None], part)


def by_image(numbers: Any, dtype: Any = None) -> jax.Array:
    """Give one number for each image a shape that goes with a batch of images."""
    return jnp.asarray(numbers, dtype).reshape(-1, 1, 1, 1)
