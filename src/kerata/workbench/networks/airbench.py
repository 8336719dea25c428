"""The network for many small pictures: airbench, after the CIFAR-10 speed records."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

import kerata
from kerata import initializers, layers, losses, optimizers
from kerata.layers.layer import Layer
from kerata.losses.loss import LossFunctionWrapper
from kerata.optimizers.schedules import LearningRateSchedule
from kerata.saving import register_keras_serializable
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.blocks import (
    finished,
    first_layer,
    image_input,
    normalized,
    width_of,
)
from kerata.workbench.networks.mirrored import (
    AlternatingFlip,
    MirroredMean,
    ReflectedShift,
    WithMirrored,
)

# Of the step sizes: where they begin, and when they are largest; they end at 0.
FIRST, PEAK = 0.2, 0.23
MOMENTUM = 0.85
# Added to the variances of directions in which patches hardly differ, as a share of the mean one.
LEAST_VARIANCE = 5e-4
# Larger pictures are seen by patches that lie further apart.
SIDE = 32


def airbench(
    inputs: Inputs,
    task: Any,
    widths: tuple[int, ...] = (48, 128, 192),
    learning_rate: float = 0.75,
    weight_decay: float = 0.01,
    smoothing: float = 0.2,
    flip: bool = True,
    shift: int = 2,
    cutout: int = 0,
    steps: int | None = None,
) -> kerata.Model:
    """Build a convolutional network that learns thousands of small pictures in few epochs.

    A first layer that makes patches of 2 by 2 pixels uncorrelated and is not trained, then groups
    of two convolutions that begin as copies of their inputs, each with batch normalization and
    GELU. Each picture is shown mirrored in every other epoch; answers are averages over both.

    Arguments:
        inputs: what a prepared row consists of: images with the covariance of their patches.
        task: what is predicted.
        widths: filters in the groups of convolutions; each group halves the size.
        learning_rate: largest step size of Nesterov's momentum; it rises to this in the first
            quarter, and falls in a straight line.
        weight_decay: share by which a step of size 1 shrinks all weights.
        smoothing: share of each answer that is spread over all classes.
        flip: whether mirror images are of the same class.
        shift: largest way that pictures are moved in training, in pixels.
        cutout: side of a square that is hidden in training, in pixels.
        steps: training steps over which the step size falls; None keeps it.

    Source: Jordan, 94% on CIFAR-10 in 3.29 seconds on a single GPU (2024), arXiv:2404.00498;
    here with narrower groups, and without Lookahead, and with mirror images alone at test time.
    """
    if inputs.image is None or not inputs.patches:
        raise ValueError("This network takes images.")
    given = image_input(inputs)
    features = layers.Rescaling(1.0)(given)
    if flip:
        features = AlternatingFlip(inputs.rows)(features)
    if shift or cutout:
        features = ReflectedShift(shift, cutout, float(np.mean(inputs.mean)))(features)
    if flip:
        features = WithMirrored()(features)
    features = normalized(features, inputs)
    side = min(inputs.image[:2])
    stride = max(1, side // SIDE)
    whitening = layers.Conv2D(
        2 * len(inputs.patches),
        2,
        strides=stride,
        use_bias=False,
        trainable=False,
        name="whitening",
    )
    features = layers.Activation("gelu")(whitening(features))
    size = (side - 2) // stride + 1
    for width in widths:
        features = _convolution(features, width, halved=size >= 4)
        features = _convolution(features, width)
        size = size // 2 if size >= 4 else size
    # Numbers of the size with which the answers begin undecided.
    features = layers.Rescaling(1 / 9)(layers.GlobalMaxPooling2D()(features))
    output = first_layer([features], width_of(task), name="scores")
    if flip:
        output = MirroredMean()(output)
    rate = learning_rate if steps is None else Triangle(learning_rate, steps)
    optimizer = optimizers.SGD(rate, MOMENTUM, nesterov=True, weight_decay=weight_decay)
    loss: Any = None
    if task.kind == "classes":
        loss = SmoothedCrossentropy(smoothing)
    elif task.kind in ("binary", "labels"):
        loss = losses.BinaryCrossentropy(label_smoothing=smoothing)
    model = finished({"image": given}, output, inputs, task, optimizer, "airbench", loss)
    whitening.set_weights([whitening_kernel(np.array(inputs.patches))])
    return model


def whitening_kernel(covariance: np.ndarray) -> np.ndarray:
    """Give a kernel that makes patches uncorrelated, each direction with both signs.

    Arguments:
        covariance: of patches of 2 by 2 pixels, ``(4 * channels, 4 * channels)``, with pixels
            row by row, channels last.

    Returns:
        float32 ``(2, 2, channels, 8 * channels)``; outputs have variance 1, or less where
        patches hardly differ.

    >>> whitening_kernel(np.diag([4.0, 1, 1, 1]))[0, 0, 0].round(1).tolist()[3]
    0.5
    """
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 0)
    # Pictures of one colour have no directions at all.
    scaled = vectors / np.sqrt(values + max(LEAST_VARIANCE * values.mean(), 1e-6))
    scaled = scaled * np.where(scaled.sum(axis=0) < 0, -1.0, 1.0)
    both = np.concatenate([scaled, -scaled], axis=1)
    return both.reshape(2, 2, len(covariance) // 4, -1).astype("float32")


def _convolution(features: Any, width: int, halved: bool = False) -> Any:
    features = layers.Conv2D(
        width, 3, padding="same", use_bias=False, kernel_initializer=PartlyIdentity()
    )(features)
    if halved:
        features = layers.MaxPooling2D()(features)
    features = layers.BatchNormalization(momentum=0.7, epsilon=1e-6, center=False, scale=False)(
        features
    )
    return layers.Activation("gelu")(Offset()(features))


@register_keras_serializable("kerata")
class Offset(Layer):
    """Adds a number to each channel: ``x + 8 * b``, so that ``b`` learns 64 times as fast.

    Input and output ``(batch, ..., channels)``.

    >>> import numpy as np
    >>> Offset()(np.ones((1, 2), "float32")).tolist()
    [[1.0, 1.0]]

    Source: Jordan (2024), arXiv:2404.00498, 3.4.
    """

    keeps_rows_apart = True
    gain = 8.0

    def build(self, input_shape: Any) -> None:
        """Make the numbers, 0 at first."""
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Add them."""
        return inputs + self.gain * self.bias.value

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the output."""
        return input_shape


@register_keras_serializable("kerata")
class PartlyIdentity(initializers.Initializer):
    """Kernels of which the first filters hand a channel on each, and the others are random.

    >>> kernel = PartlyIdentity()((3, 3, 2, 4))
    >>> kernel[1, 1, :, :2].tolist(), float(abs(kernel[0, :, :, :2]).max())
    ([[1.0, 0.0], [0.0, 1.0]], 0.0)

    Source: Zagoruyko and Komodakis, DiracNets (2017), arXiv:1706.00388.
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Give the kernel ``(height, width, channels, filters)``."""
        random = initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
        kernel = np.array(random(shape, dtype))
        same = min(shape[2:])
        kernel[..., :same] = 0
        kernel[shape[0] // 2, shape[1] // 2, range(same), range(same)] = 1
        return jnp.asarray(kernel)


@register_keras_serializable("kerata")
class Triangle(LearningRateSchedule):
    """Rises in a straight line to a largest step size, then falls in one.

    Arguments:
        largest: step size at its peak, after 23 % of the steps.
        steps: of the training.

    >>> [round(float(Triangle(1.0, 100)(step)), 2) for step in (0, 23, 100)]
    [0.2, 1.0, 0.0]
    """

    def __init__(self, largest: float, steps: int) -> None:
        self.largest, self.steps = largest, steps

    def __call__(self, step: Any) -> Any:
        """Give the step size at a step."""
        done = jnp.asarray(step, "float32") / self.steps
        places, heights = jnp.array([0, PEAK, 1]), jnp.array([FIRST, 1, 0])
        return self.largest * jnp.interp(done, places, heights)


@register_keras_serializable("kerata")
def smoothed_crossentropy(y_true: Any, y_pred: Any, smoothing: float) -> Any:
    """Cross-entropy with answers of which a share is spread over all classes.

    Arguments:
        y_true: numbers of classes, ``(batch,)`` or ``(batch, 1)``.
        y_pred: probabilities ``(batch, classes)``.
        smoothing: the share.

    Returns:
        Array of shape ``(batch,)``.

    >>> float(smoothed_crossentropy(jnp.array([0]), jnp.array([[0.5, 0.5]]), 0.2)[0]) < 0.694
    True
    """
    classes = y_pred.shape[-1]
    numbers = jnp.asarray(y_true, "int32").reshape(y_pred.shape[:-1])
    truth = jnp.eye(classes, dtype=y_pred.dtype)[numbers]
    return losses.categorical_crossentropy(truth, y_pred, label_smoothing=smoothing)


@register_keras_serializable("kerata")
class SmoothedCrossentropy(LossFunctionWrapper):
    """Cross-entropy of numbered classes with label smoothing.

    Arguments:
        smoothing: share of each answer that is spread over all classes.
        reduction, name, dtype: as in ``Loss``.

    >>> round(float(SmoothedCrossentropy(0.2)([0], [[0.5, 0.5]])), 3)
    0.693
    """

    smoothing: float

    def __init__(
        self,
        smoothing: float = 0.2,
        reduction: str = "sum_over_batch_size",
        name: str = "smoothed_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(smoothed_crossentropy, reduction, name, dtype, smoothing=smoothing)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments of the constructor."""
        return {**super().get_config(), "smoothing": self.smoothing}
