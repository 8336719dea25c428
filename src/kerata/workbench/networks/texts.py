"""Networks for texts: bag-of-words, tfidf, embeddings, text-cnn."""

from __future__ import annotations

from typing import Any

import kerata
from kerata import layers, optimizers
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.blocks import (
    Given,
    entrance,
    finished,
    first_layer,
    scores,
    width_of,
)
from kerata.workbench.networks.margins import margin_model


def bag_of_words(
    inputs: Inputs, task: Any, learning_rate: float = 0.02, l2: float = 1e-6
) -> kerata.Model:
    """Build a linear model of weighted words and runs of words.

    With naive-Bayes weights of runs of up to three words it is hard to beat on opinions.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        learning_rate: Adam's step size.
        l2: strength of the penalty on squared weights.

    Source: Wang and Manning, Baselines and Bigrams (ACL 2012).
    """
    given, parts = entrance(inputs)
    output = first_layer(parts, width_of(task), l2, name="scores", initializer="zeros")
    return finished(given, output, inputs, task, optimizers.Adam(learning_rate), "bag_of_words")


def tfidf(
    inputs: Inputs, task: Any, learning_rate: float = 0.01, l2: float | None = None
) -> kerata.Model:
    """Build a linear model of TF-IDF weights of single words.

    Several classes are learned for the margin; probabilities are fitted afterwards.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        learning_rate: Adam's step size.
        l2: strength of the penalty on squared weights; weak by default.
    """
    given, parts = entrance(inputs)
    if l2 is None:
        # One part in the number of rows is scikit-learn's C=0.5 for the margin.
        l2 = 1 / inputs.rows if task.kind == "classes" else 1e-6
    output = first_layer(parts, width_of(task), l2, name="scores", initializer="zeros")
    if task.kind == "classes":
        return margin_model(given, output, learning_rate, "tfidf")
    return finished(given, output, inputs, task, optimizers.Adam(learning_rate), "tfidf")


def embeddings(
    inputs: Inputs,
    task: Any,
    vectors: int = 64,
    units: int = 64,
    dropout: float = 0.5,
    learning_rate: float = 0.002,
) -> kerata.Model:
    """Build a network of the mean of word vectors, and a dense layer.

    Arguments:
        inputs: what a prepared row consists of: numbers of words.
        task: what is predicted.
        vectors: length of each word's vector.
        units: width of the hidden layer.
        dropout: share of it that a training step hides.
        learning_rate: Adam's step size.
    """
    given, words = _words(inputs, vectors, mask=True)
    features = layers.GlobalAveragePooling1D()(words)
    features = layers.Dense(units, activation="relu")(features)
    features = layers.Dropout(dropout)(features)
    optimizer = optimizers.Adam(learning_rate)
    return finished(given, scores(features, task), inputs, task, optimizer, "embeddings")


def text_cnn(
    inputs: Inputs,
    task: Any,
    vectors: int = 64,
    filters: int = 64,
    width: int = 5,
    dropout: float = 0.5,
    learning_rate: float = 0.002,
) -> kerata.Model:
    """Build a network of filters over word vectors, each reduced by global max pooling.

    Arguments:
        inputs: what a prepared row consists of: numbers of words.
        task: what is predicted.
        vectors: length of each word's vector.
        filters: how many filters.
        width: words that a filter sees.
        dropout: share of the word vectors and of the filters' answers that a step hides.
        learning_rate: Adam's step size.

    Source: Kim, Convolutional Neural Networks for Sentence Classification (EMNLP 2014).
    """
    given, words = _words(inputs, vectors, mask=False)
    words = layers.SpatialDropout1D(dropout / 2)(words)
    features = layers.Conv1D(filters, min(width, inputs.length), activation="relu")(words)
    features = layers.Dropout(dropout)(layers.GlobalMaxPooling1D()(features))
    optimizer = optimizers.Adam(learning_rate)
    return finished(given, scores(features, task), inputs, task, optimizer, "text_cnn")


def _words(inputs: Inputs, vectors: int, mask: bool) -> tuple[Given, Any]:
    if not inputs.length:
        raise ValueError("This network reads texts in order: numbers of words are needed.")
    given = kerata.Input((inputs.length,), dtype="int32", name="words")
    table = layers.Embedding(inputs.vocabulary, vectors, mask_zero=mask, name="word_vectors")
    return {"words": given}, table(given)
