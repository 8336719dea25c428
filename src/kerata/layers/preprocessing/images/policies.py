"""Several random changes of images, chosen at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import number, positive_int
from kerata.layers.preprocessing.images.affine import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
)
from kerata.layers.preprocessing.images.base import Frame, ImageLayer, RandomImageLayer
from kerata.layers.preprocessing.images.color import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
)
from kerata.layers.preprocessing.images.contrast import AutoContrast, Equalization
from kerata.layers.preprocessing.images.factors import Range, check_value_range, factor_range
from kerata.layers.preprocessing.images.values import (
    RandomPosterization,
    RandomSharpness,
    Solarization,
)


class PolicyLayer(RandomImageLayer):
    """Base of the layers that choose among others.

    Of the changes to choose from only the chosen one is computed. A batch is changed as a whole:
    all its images by the same layer, each by random numbers of its own.

    Arguments:
        value_range: least and greatest value of pixels.
        factor: strength of the changes.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        **kwargs: seed, data_format, bounding_box_format, name and so on.
    """

    _casts = "always"

    def __init__(self, *, value_range: Any, factor: Any, interpolation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.value_range = tuple(check_value_range(owner, value_range))
        self.factor = factor_range(owner, "factor", factor, (0, 1))
        self.interpolation = interpolation
        common: dict[str, Any] = {
            "data_format": self.data_format,
            "bounding_box_format": self.bounding_box_format,
            "dtype": self.dtype_policy,
        }
        moved = {"interpolation": interpolation, **common}
        colored = {"value_range": self.value_range, **common}
        own: Range = self.factor
        self.random_shear = RandomShear(own, own, **moved)
        self.random_translation = RandomTranslation(own, own, **moved)
        self.random_rotation = RandomRotation(own, **moved)
        self.random_brightness = RandomBrightness(own, **colored)
        self.random_color_degeneration = RandomColorDegeneration(own, **colored)
        self.random_contrast = RandomContrast(own, **colored)
        self.random_sharpness = RandomSharpness(own, **colored)
        self.random_posterization = RandomPosterization(max(1, int(8 * own[1])), **colored)
        self.solarization = Solarization(own, own, **colored)
        self.auto_contrast = AutoContrast(**colored)
        self.equalization = Equalization(**colored)

    def _chosen_from(self) -> tuple[str, ...]:
        """Give the names of the layers to choose from, in Keras's order."""
        raise NotImplementedError

    def _drawn(self, key: jax.Array, frame: Frame) -> dict[str, Any]:
        """Draw what each layer would do."""
        names = self._chosen_from()
        drawn: dict[str, Any] = {}
        for k, name in zip(jax.random.split(key, len(names)), names, strict=True):
            layer = getattr(self, name)
            drawn[name] = layer._draw(k, frame) if isinstance(layer, RandomImageLayer) else None
        return drawn

    def _by(self, method: str, name: str, x: Any, transformation: Any) -> Any:
        """Change images, masks or boxes by one layer."""
        layer: ImageLayer = getattr(self, name)
        changed = getattr(layer, method)(x, transformation)
        return jax.tree.map(lambda new, old: new.astype(old.dtype), changed, x)

    def _branches(self, method: str, drawn: dict[str, Any]) -> list[Any]:
        return [
            lambda x, name=name: self._by(method, name, x, drawn[name])
            for name in self._chosen_from()
        ]


class RandAugment(PolicyLayer):
    """In training applies some random changes to images, chosen anew for each batch.

    Shear, translation, rotation, brightness, colour, contrast, sharpness, posterization,
    solarization, automatic contrast, equalization. Input ``(batch, height, width, 3)`` or one
    image of any number type; output floats of the same shape. Masks and boxes change along.

    Arguments:
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        num_ops: int, how many changes, 2 by default.
        factor: float from 0 to 1, or two: the range of their strength; one number stands for 0 up
            to it. 0.5 by default.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range, num_ops that is no positive integer;
            inputs that are no images of 3 channels.
        NotImplementedError: an unknown interpolation.

    Source: Cubuk et al. 2020, RandAugment.

    >>> import numpy as np
    >>> RandAugment()(np.ones((1, 8, 8, 3)), training=True).shape
    (1, 8, 8, 3)
    """

    _channels = (3,)

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            value_range=value_range,
            factor=factor,
            interpolation=interpolation,
            seed=seed,
            data_format=data_format,
            **kwargs,
        )
        self.num_ops = positive_int("RandAugment", "num_ops", num_ops)

    def _chosen_from(self) -> tuple[str, ...]:
        return (
            *("random_shear", "random_translation", "random_rotation", "random_brightness"),
            *("random_color_degeneration", "random_contrast", "random_sharpness"),
            *("random_posterization", "solarization", "auto_contrast", "equalization"),
        )

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_choice, of_changes = jax.random.split(key)
        n = len(self._chosen_from())
        return {
            "transforms": self._drawn(of_changes, frame),
            "layer_idxes": jax.random.randint(of_choice, (self.num_ops,), 0, n),
        }

    def _applied(self, method: str, x: Any, transformation: Any) -> Any:
        branches = self._branches(method, transformation["transforms"])

        def step(x: Any, i: jax.Array) -> tuple[Any, None]:
            return jax.lax.switch(i, branches, x), None

        return jax.lax.scan(step, x, jnp.asarray(transformation["layer_idxes"]))[0]

    def _change(self, images: Any, transformation: Any) -> Any:
        return self._applied("transform_images", images, transformation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Change masks as the images, by their nearest pixels."""
        if not training:
            return segmentation_masks
        masks = jnp.asarray(segmentation_masks)
        return self._applied("transform_segmentation_masks", masks, transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in the changed images, cut off at their borders."""
        if not training:
            return bounding_boxes
        boxes = jax.tree.map(jnp.asarray, bounding_boxes)
        return self._applied("transform_bounding_boxes", boxes, transformation)


class AugMix(PolicyLayer):
    """In training mixes images with the results of several chains of random changes.

    Each chain applies up to ``chain_depth`` changes of those that ``RandAugment`` has. Input
    ``(batch, height, width, 3)`` or one image of any number type; output floats of the same shape.
    Masks are mixed along; boxes stay as they are, as in Keras.

    Arguments:
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        num_chains, chain_depth: ints, 3 and 3 by default.
        factor: float from 0 to 1, or two: the range of the changes' strength; one number stands
            for 0 up to it. 0.3 by default.
        alpha: float above 0: weights come from the Dirichlet and the beta distribution of it; 1.0
            by default.
        all_ops: bool, whether brightness, colour, contrast and sharpness are among the changes;
            True by default.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor or alpha beyond its bounds, no value_range, chains that are no positive
            integers; inputs that are no images of 3 channels.
        NotImplementedError: an unknown interpolation.

    Source: Hendrycks et al. 2020, AugMix.

    >>> import numpy as np
    >>> AugMix(num_chains=1, chain_depth=1)(np.ones((1, 8, 8, 3)), training=True).shape
    (1, 8, 8, 3)
    """

    _channels = (3,)

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            value_range=value_range,
            factor=factor,
            interpolation=interpolation,
            seed=seed,
            data_format=data_format,
            **kwargs,
        )
        self.num_chains = positive_int("AugMix", "num_chains", num_chains)
        self.chain_depth = positive_int("AugMix", "chain_depth", chain_depth)
        if not number("AugMix", "alpha", alpha) > 0:
            raise ValueError(f"AugMix: alpha must be above 0, got alpha={alpha!r}.")
        self.alpha = alpha
        self.all_ops = all_ops

    def _chosen_from(self) -> tuple[str, ...]:
        some = (
            *("random_shear", "random_translation", "random_rotation", "random_posterization"),
            *("solarization", "auto_contrast", "equalization"),
        )
        rest = ("random_brightness", "random_color_degeneration", "random_contrast")
        return (*some, *rest, "random_sharpness") if self.all_ops else some

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_chains, of_weights, of_share = jax.random.split(key, 3)
        return {
            "chain_mixing_weights": jax.random.dirichlet(
                of_weights, jnp.full(self.num_chains, self.alpha, "float32")
            ),
            "weight_sample": jax.random.beta(of_share, self.alpha, self.alpha),
            "chain_transforms": jax.random.split(of_chains, (self.num_chains, self.chain_depth)),
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        return jnp.clip(self._mixed("transform_images", images, transformation), *self.value_range)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Mix masks as the images, as floats."""
        if not training:
            return segmentation_masks
        masks = jnp.asarray(segmentation_masks).astype(self.compute_dtype)
        return self._mixed("transform_segmentation_masks", masks, transformation)

    def _mixed(self, method: str, x: Any, transformation: Any) -> Any:
        weights = jnp.asarray(transformation["chain_mixing_weights"], x.dtype)
        share = jnp.asarray(transformation["weight_sample"], x.dtype)
        chains = transformation["chain_transforms"]
        if isinstance(chains, list):
            ends = [self._told(method, x, chain) for chain in chains]
            mean = sum(w * end for w, end in zip(weights, ends, strict=True))
        else:
            frame = self._size_of(x)

            def along(total: Any, of_chain: tuple[Any, Any]) -> tuple[Any, None]:
                keys, weight = of_chain
                end, _ = jax.lax.scan(lambda y, k: (self._one(method, y, k, frame), None), x, keys)
                return total + weight * end, None

            mean, _ = jax.lax.scan(along, jnp.zeros_like(x), (chains, weights))
        return share * x + (1 - share) * mean

    def _one(self, method: str, x: Any, key: jax.Array, frame: Frame) -> Any:
        """Change by one layer, drawn from a key, or not at all."""
        of_choice, of_change = jax.random.split(key)
        branches = self._branches(method, self._drawn(of_change, frame))
        i = jax.random.randint(of_choice, (), 0, len(branches) + 1)
        return jax.lax.switch(i, [*branches, lambda x: x], x)

    def _told(self, method: str, x: Any, chain: list[dict[str, Any]]) -> Any:
        """Change by the layers that a transformation of Keras's names."""
        for step in chain:
            x = self._by(method, step["layer_name"], x, step["transformation"])
        return x

    def _size_of(self, x: Any) -> Frame:
        axis = self._height_axis
        sizes = (x.shape[axis], x.shape[axis + 1], x.shape[self._channel_axis])
        return Frame(x.shape, x.shape[0], *sizes, single=False)
