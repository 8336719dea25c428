"""Occlusion: how an answer changes when a word or a part of the image is removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerata.workbench.features.word_bag import words_of

# So many words of a text are tried, from its beginning.
MOST_WORDS = 120
# Terms of a bag that are weighed: the most frequent ones.
MOST_TERMS = 3000


def word_attributions(
    predict: Callable[[list[str]], np.ndarray], text: str, most: int = MOST_WORDS
) -> dict[str, float]:
    """Give by how much the answer's probability falls when a word is removed.

    Arguments:
        predict: gives the probability of the answer for texts, ``(n,)``.
        text: the text.
        most: upper limit of the different words that are tried.

    Returns:
        For each word what it adds to the probability; negative if it speaks against it.
        Words are in lower case, as a preparation sees them.

    >>> def predict(texts): return np.array([0.9 if "good" in text else 0.5 for text in texts])
    >>> {word: round(share, 2) for word, share in word_attributions(predict, "A good pear").items()}
    {'a': 0.0, 'good': 0.4, 'pear': 0.0}
    """
    words = words_of(text)
    tried = list(dict.fromkeys(words))[:most]
    without = [" ".join(word for word in words if word != gone) for gone in tried]
    shares = predict([" ".join(words), *without])
    return {word: float(shares[0] - share) for word, share in zip(tried, shares[1:], strict=True)}


def term_weights(
    predict: Callable[[Any], np.ndarray], bags: Any, most: int = MOST_TERMS
) -> tuple[np.ndarray, np.ndarray]:
    """Give how far each frequent term alone in a text moves the outputs.

    Arguments:
        predict: gives outputs for bags, ``(n,)`` or ``(n, k)``.
        bags: a CSR matrix of many texts ``(texts, terms)``; the usual weight of a term is the
            mean of those that it has there.
        most: upper limit of the terms, which are the most frequent ones.

    Returns:
        Numbers of the terms, and log-odds of the outputs with each, minus those of an empty
        text: ``(terms, k)``, where k is 1 for a single output.
    """
    from scipy import sparse

    often = np.bincount(bags.indices, minlength=bags.shape[1])
    total = np.bincount(bags.indices, weights=bags.data, minlength=bags.shape[1])
    terms = np.argsort(-often, kind="stable")[:most]
    # A term of a single text is no pattern.
    terms = terms[often[terms] > 1]
    usual = (total[terms] / often[terms]).astype(np.float32)
    probes = sparse.csr_matrix(
        (usual, (np.arange(1, len(terms) + 1), terms)), shape=(len(terms) + 1, bags.shape[1])
    )
    outputs = np.clip(predict(probes).astype(float), 1e-6, 1 - 1e-6)
    odds = np.log(outputs / (1 - outputs)).reshape(len(terms) + 1, -1)
    return terms, odds[1:] - odds[0]


def occlusion_map(
    predict: Callable[[np.ndarray], np.ndarray], image: np.ndarray, patches: int = 12
) -> np.ndarray:
    """Cover an image piece by piece and give how much less probable the answer becomes.

    Arguments:
        predict: gives the probability of the answer for images, ``(n,)``.
        image: uint8 ``(height, width, channels)``.
        patches: how many pieces lie side by side along the longer side.

    Returns:
        For each pixel ``(height, width)`` what is lost if it is covered with the image's mean
        colour, the mean over the patches that cover it.

    Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks (2014).
    """
    height, width = image.shape[:2]
    step = max(1, -(-max(height, width) // patches))
    size = 2 * step
    corners = [
        (top, left) for top in range(-step, height, step) for left in range(-step, width, step)
    ]
    covered = np.repeat(image[None], len(corners) + 1, axis=0)
    mean = image.mean(axis=(0, 1)).astype(image.dtype)
    for picture, (top, left) in zip(covered[1:], corners, strict=True):
        picture[max(top, 0) : top + size, max(left, 0) : left + size] = mean
    shares = predict(covered)
    lost, times = np.zeros((height, width)), np.zeros((height, width))
    for (top, left), share in zip(corners, shares[1:], strict=True):
        place = slice(max(top, 0), top + size), slice(max(left, 0), left + size)
        lost[place] += shares[0] - share
        times[place] += 1
    return lost / np.maximum(times, 1)
