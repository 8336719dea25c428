"""The network ``table``: vectors for numbers and categories, then dense layers."""

from __future__ import annotations

from typing import Any

import kerata
from kerata import layers, optimizers
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.blocks import (
    Given,
    category_part,
    finished,
    first_layer,
    hidden_layers,
    normalized,
    scores,
)
from kerata.workbench.networks.periodic import PeriodicEmbedding

# Fine waves need many rows. Validation rows of Adult (27,676 rows to train on): 0.869 with sigma
# 0.03, 0.872 with 0.1, 0.877 with 0.5 to 2, 0.882 with 8; Boston's 343 rows want coarse ones.
COARSE, FINE = 0.2, 8.0
ROWS = 4000


def table(
    inputs: Inputs,
    task: Any,
    units: tuple[int, ...] = (256, 256),
    vectors: int = 16,
    frequencies: int = 32,
    sigma: float | None = None,
    dropout: float = 0.2,
    learning_rate: float = 0.001,
    weight_decay: float = 1e-4,
    loss: str | None = None,
) -> kerata.Model:
    """Build a network for tables that sees each number through waves of several lengths.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        units: width of each hidden layer.
        vectors: length of the vector of each number and category.
        frequencies: waves for each number.
        sigma: how fine the waves are at first; goes by the number of rows by default.
        dropout: share of each hidden layer that a training step hides.
        learning_rate, weight_decay: of AdamW.
        loss: another than the task's usual one, such as ``'mse'``.

    Source: Gorishniy and others, On Embeddings for Numerical Features in Tabular Deep Learning
    (NeurIPS 2022).
    """
    given: Given = {}
    parts: list[Any] = []
    if sigma is None:
        sigma = min(max(inputs.rows / ROWS, COARSE), FINE)
    if inputs.numbers:
        given["numbers"] = kerata.Input((inputs.numbers,), name="numbers")
        waves = PeriodicEmbedding(vectors, frequencies, sigma, name="waves")
        parts.append(layers.Flatten()(waves(normalized(given["numbers"], inputs))))
    if inputs.categories:
        given["categories"], part = category_part(inputs, vectors)
        parts.append(part)
    if inputs.words:
        given["words"] = kerata.Input((inputs.words,), name="words")
        parts.append(given["words"])
    if not parts:
        raise ValueError("This network takes tables.")
    first, *others = units
    features = layers.Activation("relu")(first_layer(parts, first))
    features = layers.Dropout(dropout)(features)
    features = hidden_layers(features, tuple(others), dropout)
    optimizer = optimizers.AdamW(learning_rate, weight_decay=weight_decay)
    return finished(given, scores(features, task), inputs, task, optimizer, "table", loss)
