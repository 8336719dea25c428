"""Networks for images: cnn, cnn-bn."""

from __future__ import annotations

from typing import Any

import kerata
from kerata import layers, optimizers
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.affine import RandomAffine
from kerata.workbench.networks.blocks import finished, image_input, normalized, scores

# Images are halved until they are at most so high and wide.
SMALLEST = 7
# Moving averages must follow within the few steps of an epoch of a small data set.
MOMENTUM = 0.9


def cnn(
    inputs: Inputs,
    task: Any,
    filters: int = 32,
    units: int = 64,
    dropout: float = 0.3,
    learning_rate: float = 0.002,
    steps: int | None = None,
) -> kerata.Model:
    """Build a convolutional network: filters and halvings in turn, then dense layers.

    Arguments:
        inputs: what a prepared row consists of: images.
        task: what is predicted.
        filters: of the first convolution; the others have twice as many.
        units: width of the dense layer.
        dropout: share of what the dense layers get that a training step hides.
        learning_rate: Adam's first step size.
        steps: training steps over which it falls to 0; None keeps it.
    """
    given = image_input(inputs)
    features = normalized(given, inputs)
    size, width = _size(inputs), filters
    while size > SMALLEST:
        features = layers.Conv2D(width, 3, padding="same", activation="relu")(features)
        features = layers.MaxPooling2D()(features)
        size, width = size // 2, 2 * filters
    features = layers.Conv2D(width, 3, padding="same", activation="relu")(features)
    features = layers.Dropout(dropout)(layers.Flatten()(features))
    features = layers.Dense(units, activation="relu")(features)
    optimizer = optimizers.Adam(_rate(learning_rate, steps))
    return finished({"image": given}, scores(features, task), inputs, task, optimizer, "cnn")


def cnn_bn(
    inputs: Inputs,
    task: Any,
    filters: int = 16,
    units: int = 128,
    dropout: float = 0.4,
    augment: float = 1.0,
    learning_rate: float = 0.002,
    steps: int | None = None,
) -> kerata.Model:
    """Build a convolutional network with batch normalization and images moved at random.

    Two convolutions between halvings; each training step sees every image turned, scaled,
    sheared and shifted a little.

    Arguments:
        inputs: what a prepared row consists of: images.
        task: what is predicted.
        filters: of the first convolutions; twice as many after each halving.
        units: width of the dense layer.
        dropout: share of what the dense layers get that a training step hides.
        augment: strength of the moves: 1 is up to 10 degrees, a tenth of the size, and
            shifts by 8 % of it; 0 leaves images as they are.
        learning_rate: Adam's first step size.
        steps: training steps over which it falls to 0; None keeps it.

    Source: Ioffe and Szegedy, Batch Normalization (2015).
    """
    given = image_input(inputs)
    features = given
    if augment:
        # Bytes become floats first, since places between pixels are interpolated.
        features = layers.Rescaling(1.0)(features)
        features = RandomAffine(10 * augment, 0.08 * augment, 0.1 * augment, 5 * augment)(features)
    features = normalized(features, inputs)
    size, width = _size(inputs), filters
    while size > SMALLEST:
        features = _normalized_convolution(features, width)
        features = _normalized_convolution(features, width)
        features = layers.MaxPooling2D()(features)
        size, width = size // 2, 2 * width
    features = _normalized_convolution(features, width)
    features = layers.Dropout(dropout)(layers.Flatten()(features))
    features = layers.Dense(units, use_bias=False)(features)
    features = layers.Activation("relu")(layers.BatchNormalization(momentum=MOMENTUM)(features))
    features = layers.Dropout(dropout)(features)
    optimizer = optimizers.Adam(_rate(learning_rate, steps))
    return finished({"image": given}, scores(features, task), inputs, task, optimizer, "cnn_bn")


def _normalized_convolution(features: Any, width: int) -> Any:
    features = layers.Conv2D(width, 3, padding="same", use_bias=False)(features)
    return layers.Activation("relu")(layers.BatchNormalization(momentum=MOMENTUM)(features))


def _size(inputs: Inputs) -> int:
    if inputs.image is None:
        raise ValueError("This network takes images.")
    return min(inputs.image[:2])


def _rate(first: float, steps: int | None) -> Any:
    return first if steps is None else optimizers.schedules.CosineDecay(first, steps)
