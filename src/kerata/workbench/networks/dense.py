"""Networks of dense layers: linear, pretrained, mlp, wide-deep."""

from __future__ import annotations

from typing import Any

import kerata
from kerata import layers, optimizers
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.blocks import (
    entrance,
    finished,
    first_layer,
    hidden_layers,
    scores,
    width_of,
)


def linear(inputs: Inputs, task: Any, learning_rate: float = 0.01, l2: float = 0.0) -> kerata.Model:
    """Build a linear model: each input has one weight for each class.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        learning_rate: Adam's step size.
        l2: strength of the penalty on squared weights.
    """
    # Whatever the number of categories, each has one weight for each class.
    given, parts = entrance(inputs, one_hot=sum(inputs.categories))
    output = first_layer(parts, width_of(task), l2, name="scores")
    return finished(given, output, inputs, task, optimizers.Adam(learning_rate), "linear")


def pretrained(
    inputs: Inputs, task: Any, learning_rate: float = 0.003, l2: float = 0.001
) -> kerata.Model:
    """Build a linear model of what EfficientNet-Lite0, trained on ImageNet, sees in an image.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        learning_rate: Adam's step size, where the weights are not solved.
        l2: strength of the penalty on squared weights, where they are not solved.

    Source: Donahue and others, DeCAF: A Deep Convolutional Activation Feature for Generic Visual
    Recognition (2013).
    """
    model = linear(inputs, task, learning_rate, l2)
    model.name = "pretrained"
    return model


def mlp(
    inputs: Inputs,
    task: Any,
    units: tuple[int, ...] = (64, 64),
    dropout: float = 0.1,
    learning_rate: float = 0.002,
    weight_decay: float = 1e-4,
    loss: str | None = None,
) -> kerata.Model:
    """Build a multi-layer perceptron: dense layers with ReLU.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        units: width of each hidden layer.
        dropout: share of each hidden layer that a training step hides.
        learning_rate, weight_decay: of AdamW.
        loss: another than the task's usual one, such as ``'mse'``.
    """
    given, parts = entrance(inputs)
    first, *others = units
    features = layers.Activation("relu")(first_layer(parts, first))
    if dropout:
        features = layers.Dropout(dropout)(features)
    features = hidden_layers(features, tuple(others), dropout)
    optimizer = optimizers.AdamW(learning_rate, weight_decay=weight_decay)
    return finished(given, scores(features, task), inputs, task, optimizer, "mlp", loss)


def wide_deep(
    inputs: Inputs,
    task: Any,
    units: tuple[int, ...] = (64, 32),
    vectors: int = 8,
    dropout: float = 0.1,
    learning_rate: float = 0.002,
) -> kerata.Model:
    """Build a wide and deep network: a linear model and dense layers, added up.

    The linear part remembers what single values mean, the deep part generalises.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        units: width of each hidden layer of the deep part.
        vectors: length of each category's vector.
        dropout: share of each hidden layer that a training step hides.
        learning_rate: Adam's step size.

    Source: Cheng and others, Wide & Deep Learning for Recommender Systems (2016).
    """
    given, parts = entrance(inputs, vectors)
    wide = list(parts)
    if "categories" in given:
        place = 1 if "numbers" in given else 0
        table = layers.Embedding(
            sum(inputs.categories), width_of(task), embeddings_initializer="zeros", name="wide"
        )
        # A weight for each id, averaged: a linear layer of ones and zeros.
        wide[place] = layers.GlobalAveragePooling1D()(table(given["categories"]))
    first, *others = units
    features = layers.Activation("relu")(first_layer(parts, first))
    features = hidden_layers(features, tuple(others), dropout)
    deep = scores(features, task)
    output = layers.Add()([first_layer(wide, width_of(task)), deep])
    return finished(given, output, inputs, task, optimizers.Adam(learning_rate), "wide_deep")
