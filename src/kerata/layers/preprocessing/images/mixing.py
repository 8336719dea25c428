"""Images of a batch mixed with each other, and their labels with them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import number
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, by_image, uniform
from kerata.layers.preprocessing.images.factors import factor_range
from kerata.layers.preprocessing.images.rectangles import inside, spans


class MixingLayer(RandomImageLayer):
    """Base of the layers that mix each image of a batch, and its label, with another one's."""

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the mean of both labels, weighted as the images; whole numbers become floats."""
        if not training or transformation is None:
            return labels
        given = jnp.asarray(labels)
        if given.ndim < 2:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) mixes labels of shape (batch, "
                f"classes), got shape {given.shape}: turn class numbers into vectors with "
                "utils.to_categorical or ops.one_hot."
            )
        weight = jnp.asarray(transformation["mix_weight"])
        weight = weight.reshape(-1, *(1,) * (given.ndim - 1))
        other = given[transformation["permutation_order"]]
        return weight * given + (1 - weight) * other


class MixUp(MixingLayer):
    """In training mixes each image of a batch with another one: a weighted mean of both.

    Input ``(batch, height, width, channels)`` of any number type, or a dictionary with
    ``"images"`` and ``"labels"`` of shape ``(batch, classes)``; output floats in training. Masks
    are mixed like images; boxes of both images are kept.

    Arguments:
        alpha: float above 0: weights come from the beta distribution of alpha and alpha; 0.2 by
            default, where most are near 0 or 1.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: an alpha that is not above 0; inputs that are no images; labels that are class
            numbers.

    Source: Zhang et al. 2018, mixup: beyond empirical risk minimization.

    >>> import numpy as np
    >>> MixUp()(np.ones((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not number("MixUp", "alpha", alpha) > 0:
            raise ValueError(f"MixUp: alpha must be above 0, got alpha={alpha!r}.")
        self.alpha = alpha

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_weight, of_order = jax.random.split(key)
        return {
            "mix_weight": jax.random.beta(of_weight, self.alpha, self.alpha, (frame.batch,)),
            "permutation_order": jax.random.permutation(of_order, frame.batch),
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        weight = by_image(transformation["mix_weight"], images.dtype)
        return weight * images + (1 - weight) * images[transformation["permutation_order"]]

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the weighted mean of both masks."""
        if not training:
            return segmentation_masks
        masks = jnp.asarray(segmentation_masks)
        return self._change(masks.astype(self.compute_dtype), transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes of both images."""
        if not training:
            return bounding_boxes
        order = transformation["permutation_order"]
        parts = {k: jnp.asarray(bounding_boxes[k]) for k in ("boxes", "labels")}
        return {k: jnp.concatenate([x, x[order]], axis=1) for k, x in parts.items()}


class CutMix(MixingLayer):
    """In training puts a rectangle of another image of the batch into each one.

    Labels are mixed by area. Input ``(batch, height, width, channels)`` of any number type, or a
    dictionary with ``"images"`` and ``"labels"`` of shape ``(batch, classes)``; output floats.
    Masks change along; boxes are refused, as in Keras. One image alone stays as it is.

    Arguments:
        factor: float from 0 to 1, or two: the range of the beta distribution's parameter, from
            which the rectangles' areas come; one number stands for 0 up to it. 1.0 by default.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds; inputs that are no images; labels that are class
            numbers.
        NotImplementedError: bounding boxes.

    Source: Yun et al. 2019, CutMix.

    >>> import numpy as np
    >>> CutMix()(np.ones((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    _casts = "always"

    def __init__(
        self,
        factor: Any = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("CutMix", "factor", factor, (0, 1))

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        if frame.single:
            return None
        of_alpha, of_weight, of_x, of_y, of_order = jax.random.split(key, 5)
        alpha = uniform(of_alpha, (), *self.factor) + 1e-6
        side = jnp.sqrt(1 - jax.random.beta(of_weight, alpha, alpha, (frame.batch,)))
        x, y = spans(of_x, side, frame.width), spans(of_y, side, frame.height)
        area = (x[1] - x[0]) * (y[1] - y[0])
        return {
            "permutation_order": jax.random.permutation(of_order, frame.batch),
            "batch_masks": inside(frame, x, y, self._channel_axis),
            "mix_weight": by_image(1 - area / (frame.width * frame.height)),
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        if transformation is None:
            return images
        masks = transformation["batch_masks"]
        if images.shape[self._channel_axis] != masks.shape[self._channel_axis]:
            masks = jax.lax.slice_in_dim(masks, 0, 1, axis=self._channel_axis % 4)
        return jnp.where(masks, images[transformation["permutation_order"]], images)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Put the same rectangles into masks."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Refuse boxes.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            f"Layer {self.name!r} (CutMix) takes no bounding boxes: a rectangle of another image "
            "may hold parts of its things."
        )
