"""What networks share: inputs as they enter, a first layer over all of them, the last layer."""

from __future__ import annotations

from typing import Any

import numpy as np

import kerata
from kerata import layers, regularizers
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.amounts import LOSSES, exponential
from kerata.workbench.networks.several import POWERS, StandardisedError

# Up to this many ids in all categories are one-hot; beyond, they become embeddings.
ONE_HOT = 256

Given = dict[str, Any]


def entrance(
    inputs: Inputs, vectors: int | None = None, one_hot: int = ONE_HOT
) -> tuple[Given, list[Any]]:
    """Make the inputs of a network, and from them parts that dense layers can take.

    Arguments:
        inputs: what a prepared row consists of.
        vectors: length of the vector of each category; None takes ones and zeros where there
            are few categories, and vectors of 8 numbers else.
        one_hot: up to so many ids in all categories are few.

    Returns:
        The symbolic inputs by name, and the parts ``(batch, features)``.
    """
    given: Given = {}
    parts: list[Any] = []
    if inputs.numbers:
        given["numbers"] = kerata.Input((inputs.numbers,), name="numbers")
        parts.append(normalized(given["numbers"], inputs))
    if inputs.categories:
        given["categories"], part = category_part(inputs, vectors, one_hot)
        parts.append(part)
    if inputs.words:
        given["words"] = kerata.Input((inputs.words,), name="words")
        parts.append(given["words"])
    if inputs.image:
        given["image"] = image_input(inputs)
        parts.append(layers.Flatten()(normalized(given["image"], inputs)))
    if not parts:
        raise ValueError("This network takes tables, bags of words or images, not word numbers.")
    return given, parts


def normalized(tensor: Any, inputs: Inputs) -> Any:
    """Subtract the training rows' mean and divide by their standard deviation, on the device."""
    mean, variance = list(inputs.mean), list(inputs.variance)
    return layers.Normalization(mean=mean, variance=variance, name="normalize")(tensor)


def category_part(inputs: Inputs, vectors: int | None, one_hot: int = ONE_HOT) -> tuple[Any, Any]:
    """Make the input of categories and what it becomes."""
    total = sum(inputs.categories)
    given = kerata.Input((len(inputs.categories),), dtype="int32", name="categories")
    if vectors is None and total <= one_hot:
        return given, layers.CategoryEncoding(total, "multi_hot", name="one_hot")(given)
    embedding = layers.Embedding(total, vectors or 8, name="category_vectors")
    return given, layers.Flatten()(embedding(given))


def image_input(inputs: Inputs) -> Any:
    """Make the input of images, which come as bytes."""
    assert inputs.image is not None
    return kerata.Input(inputs.image, dtype="uint8", name="image")


def joined(parts: list[Any]) -> Any:
    """Concatenate parts."""
    return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)


def first_layer(
    parts: list[Any],
    units: int,
    l2: float = 0.0,
    name: str | None = None,
    initializer: str = "glorot_uniform",
) -> Any:
    """Compute a dense layer of all parts; a bag of words stays a bag.

    A layer of parts side by side is the sum of a layer of each.
    """
    sums = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        own = name if last else None
        sums.append(
            layers.Dense(
                units,
                use_bias=last,
                kernel_initializer=initializer,
                kernel_regularizer=regularizers.L2(l2) if l2 else None,
                name=own,
            )(part)
        )
    return sums[0] if len(sums) == 1 else layers.Add()(sums)


def hidden_layers(features: Any, units: tuple[int, ...], dropout: float) -> Any:
    """Stack dense layers with ReLU and dropout."""
    for width in units:
        features = layers.Dense(width, activation="relu")(features)
        if dropout:
            features = layers.Dropout(dropout)(features)
    return features


def width_of(task: Any) -> int:
    """Give how many numbers the network's last layer has."""
    if task.parts:
        return len(task.parts)
    return len(task.classes) if task.kind in ("classes", "labels") else 1


def scores(features: Any, task: Any, l2: float = 0.0) -> Any:
    """Compute the last layer, before its activation."""
    return first_layer([features], width_of(task), l2, name="scores")


def finished(
    given: Given,
    output: Any,
    inputs: Inputs,
    task: Any,
    optimizer: Any,
    name: str,
    loss: Any = None,
) -> kerata.Model:
    """Put the activation on the scores, compile, and start at what training rows show on average.

    Arguments:
        given: the symbolic inputs.
        output: scores ``(batch, width_of(task))``, of a layer named ``scores``.
        inputs: tells the targets' mean, spread and shares.
        task: what is predicted.
        optimizer: a Keras optimizer.
        name: the model's.
        loss: another than the task's usual one.
    """
    weights = None
    if task.kind == "regression" and loss in LOSSES:
        # The network works in logarithms and answers in the target's units.
        output = exponential(output, inputs.target_mean)
        weights = [1 / max(inputs.target_mean, 1e-7)] if loss == "poisson" else None
        loss, metrics = LOSSES[loss], ["mae"]
    elif task.parts:
        # Each target in its own units, and errors in each one's spread.
        scales, means = list(inputs.target_scales), list(inputs.target_means)
        output = layers.Rescaling(scales, means, name="units")(output)
        loss, metrics = StandardisedError(scales, POWERS[loss or "mae"]), []
    elif task.kind == "regression":
        # The network works in standard deviations and answers in the target's units.
        scale, mean = inputs.target_scale, inputs.target_mean
        output = layers.Rescaling(scale, mean, name="units")(output)
        # The mean absolute error is the metric of a regression, so it is the loss as well.
        loss = loss or "mae"
        weights = [1 / scale**2 if loss in ("mse", "mean_squared_error") else 1 / scale]
        metrics = ["mae"]
    elif task.kind == "classes":
        output = layers.Activation("softmax", name="probabilities")(output)
        loss, metrics = loss or "sparse_categorical_crossentropy", ["accuracy"]
    else:
        output = layers.Activation("sigmoid", name="probabilities")(output)
        loss = loss or "binary_crossentropy"
        metrics = ["accuracy" if task.kind == "binary" else "binary_accuracy"]
    model = kerata.Model(given if len(given) > 1 else next(iter(given.values())), output, name=name)
    model.compile(optimizer=optimizer, loss=loss, loss_weights=weights, metrics=metrics)
    _start_at_shares(model, inputs, task)
    return model


def _start_at_shares(model: kerata.Model, inputs: Inputs, task: Any) -> None:
    """Give the last layer the bias with which it first answers the classes' shares."""
    if not inputs.shares:
        return
    share = np.clip(np.array(inputs.shares), 1e-4, 1 - 1e-4)
    bias = np.log(share) if task.kind == "classes" else np.log(share / (1 - share))
    layer = model.get_layer("scores")
    if layer.bias is not None:
        layer.bias.assign(np.broadcast_to(bias, layer.bias.shape).astype("float32"))
