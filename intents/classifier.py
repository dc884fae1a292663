"""From a text to a probability for every need and act, with numpy alone.

A kernel ridge classifier that looks at a message in up to two ways: its words and pieces of words (TF-IDF),
and its meaning as the encoder sees it (a Gaussian kernel to every phrase of the catalogue). Training is in
training.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Encoder, Vectors
from intents.features import features
from intents.normalise import fold_accents

Matrix = NDArray[np.float32]

CLOSENESS = 1.0
"""Width of the Gaussian kernel, for vectors of length 1."""


@dataclass(frozen=True, slots=True)
class WordView:
    """Words and pieces of words. rarity: inverse document frequency of each feature, then that of an unseen
    one.

    weights: shape (features, labels).
    """

    index: Mapping[str, int]
    rarity: Matrix
    weights: Matrix

    def scores(self, text: str) -> Matrix:
        """Scores of one text, shape (labels,)."""
        rows, values = weigh(text, self.index, self.rarity)
        return np.asarray(values @ self.weights[rows], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class MeaningView:
    """Closeness in meaning. examples: shape (phrases, width); weights: shape (phrases, labels)."""

    examples: Matrix
    weights: Matrix

    def scores(self, vectors: Vectors) -> Matrix:
        """Scores of texts given as vectors, shape (texts, labels)."""
        return np.asarray(closeness(vectors, self.examples) @ self.weights, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Classifier:
    """labels: need codes and act codes. bias: shape (labels,). sharpness: what makes scores into
    probabilities.
    """

    labels: tuple[str, ...]
    words: WordView
    meaning: MeaningView | None
    bias: Matrix
    sharpness: float

    def scores(self, texts: Sequence[str], encoder: Encoder | None) -> Matrix:
        """Scores of normalised texts, shape (texts, labels). Empty texts get the bias alone."""
        total = np.tile(self.bias, (len(texts), 1))
        filled = [row for row, text in enumerate(texts) if text]
        for row in filled:
            total[row] += self.words.scores(fold_accents(texts[row]))
        if self.meaning is not None and encoder is not None and filled:
            # The encoder gives empty text a meaning of its own; it must never see any.
            total[filled] += self.meaning.scores(encoder.encode([texts[row] for row in filled]))
        return total

    def probabilities(self, scores: Matrix) -> Matrix:
        """Calibrated probabilities over all labels, of the same shape as the scores."""
        return softmax(self.sharpness * scores)


def weigh(text: str, index: Mapping[str, int], rarity: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """TF-IDF of a text in the form of `plain`: rows of the known features and their weights.

    Features never seen in training count in the length, so that a text of strange words stays weak.
    """
    rows: list[int] = []
    values: list[float] = []
    square = 0.0
    unseen = float(rarity[-1])
    for feature, count in features(text).items():
        row = index.get(feature)
        weight = (1 + math.log(count)) * (unseen if row is None else float(rarity[row]))
        square += weight * weight
        if row is not None:
            rows.append(row)
            values.append(weight)
    length = math.sqrt(square) or 1.0
    return np.array(rows, dtype=np.intp), np.array(values, dtype=np.float32) / np.float32(length)


def closeness(left: Vectors, right: Vectors) -> Matrix:
    """Gaussian kernel between vectors of length 1, shape (left, right)."""
    return np.asarray(np.exp(-CLOSENESS * (2 - 2 * (left @ right.T))), dtype=np.float32)


def softmax(scores: Matrix) -> Matrix:
    """Probabilities along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)
