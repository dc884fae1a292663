"""The build step: learn a classifier from the catalogue's phrases. Needs scipy; never imported at run time.

Kernel ridge regression on one-hot labels has a closed form, so training is exact, repeatable and takes
seconds, and its leave-one-out scores come without training again: probabilities are calibrated on those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from intents.catalogue import Catalogue
from intents.catalogue_file import plain
from intents.classifier import Classifier, Matrix, MeaningView, WordView, closeness, softmax, weigh
from intents.encoder import Encoder
from intents.features import features
from intents.grammar import Script
from intents.language import LanguageModel, learn_languages
from intents.model import Model
from intents.normalise import fold_accents, normalise
from intents.spelling import write_out

# Chosen by scripts/calibrate_understanding.py. The phrases are written to differ, so cross-validation values words less
# than messages do, which repeat the usual key words: they keep a little more weight than it would give them.
_RIDGE_WITH_ENCODER = 0.1
_RIDGE_ON_WORDS = 0.5
_WORDS_BESIDE_ENCODER = 0.15
_SHARPNESS = np.geomspace(2, 60, 80)


@dataclass(frozen=True, slots=True)
class Example:
    """One phrase of the catalogue, its text as the classifier reads it, and the need or act that it means."""

    phrase: str
    text: str
    label: str
    language: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A trained classifier and what it scores each of its examples when that one is left out."""

    classifier: Classifier
    left_out: Matrix


def train(catalogue: Catalogue, encoder: Encoder | None) -> Model:
    """Build the model of a catalogue; the same catalogue and encoder give the same model."""
    examples = examples_of(catalogue)
    return Model.assemble(catalogue, fit(examples, encoder).classifier, languages_of(catalogue), encoder)


def examples_of(catalogue: Catalogue) -> tuple[Example, ...]:
    """Give every phrase of the catalogue, and the whole-message words of acts, once for each label and
    language.
    """
    found: dict[tuple[str, str], Example] = {}
    for tag, grammar in catalogue.grammars.items():
        pairs = [
            *((p, need.code) for need in catalogue.needs.values() for p in (*need.phrases[tag], need.names[tag])),
            *(
                (phrase, act.act.value)
                for act in catalogue.acts.values()
                for phrase in (*act.phrases[tag], *sorted(act.words[tag]))
            ),
        ]
        for phrase, label in pairs:
            text = write_out(normalise(phrase), grammar)
            if text:
                found[text, label] = Example(phrase, text, label, tag)
    return tuple(found.values())


def languages_of(catalogue: Catalogue) -> LanguageModel:
    """Learn to tell the catalogue's languages in Latin script apart."""
    return learn_languages(
        (tag, plain(phrase))
        for tag, grammar in catalogue.grammars.items()
        if grammar.script == Script.LATIN
        for phrase in catalogue.phrases(tag)
    )


def fit(examples: Sequence[Example], encoder: Encoder | None) -> Fit:
    """Train on the examples, which must be of two labels or more."""
    labels = tuple(sorted({example.label for example in examples}))
    column = {label: place for place, label in enumerate(labels)}
    truth = np.array([column[example.label] for example in examples])
    index, rarity, table = _words(examples)
    share = 1.0 if encoder is None else _WORDS_BESIDE_ENCODER
    kernel: Matrix = share * (table @ table.T).toarray()
    vectors = None if encoder is None else encoder.encode([example.text for example in examples])
    if vectors is not None:
        kernel += closeness(vectors, vectors)
    kernel[np.diag_indices_from(kernel)] += _RIDGE_ON_WORDS if encoder is None else _RIDGE_WITH_ENCODER

    wanted = np.eye(len(labels), dtype=np.float32)[truth]
    bias = wanted.mean(axis=0)
    inverse = _inverse(kernel)
    dual = inverse @ (wanted - bias)
    left_out = wanted - dual / np.diag(inverse)[:, None]
    classifier = Classifier(
        labels=labels,
        words=WordView(index, rarity, share * (table.T @ dual)),
        meaning=None if vectors is None else MeaningView(vectors, dual),
        bias=bias,
        sharpness=_sharpness(left_out, truth),
    )
    return Fit(classifier, left_out)


def _inverse(kernel: Matrix) -> Matrix:
    """Inverse of a symmetric positive definite matrix by Cholesky, in place; a quarter of a plain inverse's time."""
    lower, failed = lapack.spotrf(kernel.T, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(lower, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ArithmeticError("the kernel matrix has no inverse; the ridge is too small")
    below = np.tril(inverse)
    return np.asarray(below + np.tril(below, -1).T, dtype=np.float32)


def _words(examples: Sequence[Example]) -> tuple[dict[str, int], Matrix, sparse.csr_matrix]:
    texts = [fold_accents(example.text) for example in examples]
    seen_in = Counter(feature for text in texts for feature in features(text))
    index = {feature: row for row, feature in enumerate(sorted(seen_in))}
    counts = np.array([*(seen_in[feature] for feature in index), 0])
    rarity = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    weighed = [weigh(text, index, rarity) for text in texts]
    rows = np.concatenate([rows for rows, _ in weighed])
    values = np.concatenate([values for _, values in weighed])
    ends = np.cumsum([0, *(len(rows) for rows, _ in weighed)])
    return index, rarity, sparse.csr_matrix((values, rows, ends), shape=(len(texts), len(index)))


def _sharpness(left_out: Matrix, truth: NDArray[np.intp]) -> float:
    """The sharpness under which the left-out examples are likeliest, so that probabilities mean what they
    say.
    """
    rows = np.arange(len(truth))

    def surprise(sharpness: float) -> float:
        chance = softmax(np.asarray(sharpness * left_out, dtype=np.float32))[rows, truth]
        return -float(np.log(np.maximum(chance, 1e-9)).mean())

    return min((float(sharpness) for sharpness in _SHARPNESS), key=surprise)
