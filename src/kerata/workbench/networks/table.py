"""The network ``table``: vectors for numbers and categories, then several networks in one."""

from __future__ import annotations

from typing import Any

import kerata
from kerata import initializers, layers, optimizers
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.blocks import Given, finished, joined, normalized, width_of
from kerata.workbench.networks.members import MembersDense, MembersMean, MembersScores
from kerata.workbench.networks.periodic import PeriodicEmbedding

# Fine waves need many rows: the first frequencies' deviation is 1 at so many, and grows with the
# root of their number. Root mean squared error on 580 rows of Concrete: 4.74 with 0.2, 4.24 with 1.
ROWS = 580
COARSE, FINE = 0.3, 8.0
# Training rows from which hidden layers are so wide.
WIDTHS = ((0, 64), (300, 128), (10_000, 192))
# From so many rows on, half as many networks share matrices.
MANY = 10_000
# How much of a bag of words' width is left before the members.
WORDS = 32
MEAN = {"binary": "sigmoid", "labels": "sigmoid", "classes": "softmax", "regression": "squared"}


def table(
    inputs: Inputs,
    task: Any,
    units: tuple[int, ...] | None = None,
    ensemble: int | None = None,
    vectors: int = 4,
    frequencies: int = 16,
    sigma: float | None = None,
    dropout: float = 0.1,
    learning_rate: float = 0.002,
    weight_decay: float = 3e-4,
    loss: str | None = None,
) -> kerata.Model:
    """Build a network for tables: several in one, which share their weight matrices.

    Each number is seen as it is and through waves of several lengths, each category through a
    vector of its own.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        units: width of each hidden layer; two that go by the number of rows by default.
        ensemble: networks that share weight matrices and are averaged, see ``MembersDense``; 16
            by default, 8 from 10,000 rows on.
        vectors: length of the vector of each number, itself included, from 2 on; that of each
            category is twice as long.
        frequencies: waves for each number.
        sigma: how fine the waves are at first; goes by the number of rows by default.
        dropout: share of each hidden layer that a training step hides.
        learning_rate, weight_decay: of AdamW.
        loss: another than the task's usual one, such as ``'mae'``; the networks' disagreement is
            still that of the usual one.

    Raises:
        ValueError: inputs without columns; ``vectors`` below 2.

    Source: Gorishniy and others, TabM (ICLR 2025); the vectors of numbers are those of Holzmueller
    and others, Better by Default (NeurIPS 2024).
    """
    if vectors < 2:
        raise ValueError(f"vectors must be at least 2, a number and a wave, got {vectors}.")
    given: Given = {}
    parts: list[Any] = []
    if inputs.numbers:
        given["numbers"] = kerata.Input((inputs.numbers,), name="numbers")
        numbers = normalized(given["numbers"], inputs)
        if sigma is None:
            sigma = min(max((inputs.rows / ROWS) ** 0.5, COARSE), FINE)
        waves = PeriodicEmbedding(
            vectors - 1, frequencies, sigma, shifted=True, activation="linear", name="waves"
        )
        parts += [numbers, layers.Flatten()(waves(numbers))]
    if inputs.categories:
        given["categories"] = kerata.Input(
            (len(inputs.categories),), dtype="int32", name="categories"
        )
        found = layers.Embedding(
            sum(inputs.categories),
            2 * vectors,
            # As large as numbers are, so that categories are heard as early.
            embeddings_initializer=initializers.RandomNormal(0.0, 0.5),
            name="category_vectors",
        )
        parts.append(layers.Flatten()(found(given["categories"])))
    if inputs.words:
        given["words"] = kerata.Input((inputs.words,), name="words")
        parts.append(layers.Dense(WORDS, use_bias=False, name="word_vectors")(given["words"]))
    if not parts:
        raise ValueError("This network takes tables.")
    features = joined(parts)
    widths = (width_for(inputs.rows),) * 2 if units is None else tuple(units)
    members = ensemble or (16 if inputs.rows < MANY else 8)
    for number, width in enumerate(widths):
        features = MembersDense(width, members, "relu", apart=number == 0)(features)
        features = layers.Dropout(dropout)(features)
    each = MembersScores(width_of(task), name="scores")(features)
    output = MembersMean(MEAN[task.kind], name="mean")(each)
    optimizer = optimizers.AdamW(learning_rate, weight_decay=weight_decay)
    if task.kind == "regression":
        loss = loss or "mse"
    return finished(given, output, inputs, task, optimizer, "table", loss)


def width_for(rows: int) -> int:
    """Give the width of hidden layers that so many training rows can fill.

    >>> width_for(150), width_for(1000), width_for(50_000)
    (64, 128, 192)
    """
    return max(width for least, width in WIDTHS if rows >= least)
