"""From a text to a probability for every need and act, with numpy alone.

A kernel machine that looks at a message in up to two ways: its words and pieces of words (TF-IDF), and its meaning as
the encoder sees it (a Gaussian kernel to a sample of the catalogue's phrases). Training is in training.py.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Encoder, Vectors
from intents.features import OPENING, features
from intents.normalise import fold_accents
from intents.thresholds import SHARPNESS

Matrix = NDArray[np.float32]

CLOSENESS = 2.0
"""How fast the Gaussian kernel falls with the squared distance of vectors of length 1."""


@dataclass(frozen=True, slots=True)
class WordView:
    """Words and pieces of words. index: the known features, by `numbers`, in order. rarity: inverse document frequency
    of each, then that of an unseen one.

    weights: shape (features, labels), in half precision, for they are many. syllables: see `features`.
    """

    index: NDArray[np.uint32]
    rarity: Matrix
    weights: NDArray[np.float16]
    syllables: Mapping[str, str]

    def scores(self, text: str) -> Matrix:
        """Scores of one text in the form of `plain`, shape (labels,)."""
        rows, values = weigh(features(text, self.syllables), self.index, self.rarity)
        return np.asarray(values @ self.weights[rows].astype(np.float32), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class MeaningView:
    """Closeness in meaning to some of the phrases. examples: their vectors, shape (phrases, encoder's width); lengths:
    their squared lengths, shape (phrases,); weights: shape (phrases, labels).
    """

    examples: Matrix
    lengths: Matrix
    weights: Matrix

    def scores(self, vectors: Vectors) -> Matrix:
        """Scores of texts given as the encoder's vectors, shape (texts, labels)."""
        return np.asarray(closeness(vectors, self.examples, self.lengths) @ self.weights, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Classifier:
    """labels: codes of needs and acts. kinds: codes of emergencies. bias: shape (labels + kinds,); the columns of all
    weights are labels first, then kinds.
    """

    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    words: WordView
    meaning: MeaningView | None
    bias: Matrix

    def scores(self, texts: Sequence[str], encoder: Encoder | None) -> Matrix:
        """Scores of normalised texts, shape (texts, labels + kinds); 1 is what training aimed at for what a text
        means, 0 for what it doesn't. Empty texts get the bias alone.
        """
        total = np.tile(self.bias, (len(texts), 1))
        filled = [row for row, text in enumerate(texts) if text]
        for row in filled:
            total[row] += self.words.scores(fold_accents(texts[row]))
        if self.meaning is not None and encoder is not None and filled:
            # The encoder gives empty text a meaning of its own; it must never see any.
            total[filled] += self.meaning.scores(encoder.encode([texts[row][:OPENING] for row in filled]))
        return total

    def chances(self, scores: Matrix) -> list[dict[str, float]]:
        """The probability of every label, for each row of scores."""
        rows = softmax(SHARPNESS * scores[:, : len(self.labels)])
        return [dict(zip(self.labels, row.tolist(), strict=True)) for row in rows]

    def dangers(self, scores: Matrix) -> list[dict[str, float]]:
        """The score of every kind of emergency, for each row of scores."""
        return [dict(zip(self.kinds, row.tolist(), strict=True)) for row in scores[:, len(self.labels) :]]


def numbers(counts: Mapping[str, int]) -> tuple[NDArray[np.uint32], Matrix]:
    """Features as numbers, and what their counts weigh before their rarity is known.

    The number is a checksum: 150,000 features have less than three that share theirs, and no name is kept in memory.
    """
    found = np.fromiter((zlib.crc32(feature.encode()) for feature in counts), dtype=np.uint32, count=len(counts))
    often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
    return found, np.log(often) + np.float32(1)


def weigh(counts: Mapping[str, int], index: NDArray[np.uint32], rarity: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """TF-IDF of a text given as its features: rows of the known ones and their weights.

    Features never seen in training count in the length, so that a text of strange words stays weak.
    """
    found, often = numbers(counts)
    if not len(index):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
    rows = np.minimum(np.searchsorted(index, found), len(index) - 1)
    known = index[rows] == found
    weights = often * np.where(known, rarity[rows], rarity[-1])
    return rows[known], weights[known] / np.float32(np.linalg.norm(weights) or 1.0)


def closeness(left: Matrix, right: Matrix, right_lengths: Matrix) -> Matrix:
    """Gaussian kernel between vectors, shape (left, right). right_lengths: see `squared_lengths`."""
    alike = left @ right.T  # in place from here on: in training it is by far the largest thing there is
    alike *= 2 * CLOSENESS
    alike -= CLOSENESS * squared_lengths(left)[:, None]
    alike -= CLOSENESS * right_lengths
    np.exp(alike, out=alike)
    return alike


def squared_lengths(vectors: Matrix) -> Matrix:
    """The squared length of each vector."""
    return np.asarray(np.einsum("ij,ij->i", vectors, vectors), dtype=np.float32)


def softmax(scores: Matrix) -> Matrix:
    """Probabilities along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)
