"""The build step: learn a classifier from the catalogue's phrases. Needs scipy; never imported at run time.

Kernel ridge regression on one-hot labels, solved by conjugate gradients that are preconditioned on a sample of the
examples (as in FALKON, Rudi, Carratino and Rosasco 2017): exact and repeatable, in seconds instead of a minute.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from threadpoolctl import threadpool_limits

from intents.catalogue import Catalogue
from intents.catalogue_file import plain
from intents.classifier import Classifier, Matrix, MeaningView, WordView, closeness, squared_lengths, weigh
from intents.emergencies import PRECEDENCE
from intents.encoder import Encoder, Vectors
from intents.features import features
from intents.grammar import Script
from intents.language import LanguageModel, learn_languages
from intents.lexicon import Lexicon, collect_foreign, collect_words
from intents.model import Model
from intents.normalise import fold_accents, normalise
from intents.spelling import write_out
from intents.understanding import Act
from intents.wordlists import collect_lexicon

# Chosen by scripts/calibrate_understanding.py.
_RIDGE_WITH_ENCODER = 0.15
_RIDGE_ON_WORDS = 0.5
_WORDS_BESIDE_ENCODER = 0.15

_SEEN = 2  # examples a feature must be in: one that is in a single example says nothing about any other

_KEPT = 384  # directions of meaning that are kept of the encoder's 512: the others say next to nothing
_LANDMARKS = 1_000  # examples that the preconditioner stands on
_STEPS = 8  # of conjugate gradients; the last one changes no probability by more than 0.001

CALM = ""
"""The label of an example that is no danger, and of whose need nothing is said."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message, its text as the classifier reads it, and what it means: a need, an act, a kind of emergency, or
    `CALM`.
    """

    phrase: str
    text: str
    label: str
    language: str


def train(catalogue: Catalogue, encoder: Encoder | None) -> Model:
    """Build the model of a catalogue; the same catalogue and encoder give the same model."""
    lexicon = collect_lexicon(catalogue.languages)
    return assemble(catalogue, fit(examples_of(catalogue), lexicon, encoder), lexicon, encoder)


def assemble(catalogue: Catalogue, classifier: Classifier, lexicon: Lexicon, encoder: Encoder | None) -> Model:
    """Put a model together around a classifier."""
    words, foreign = collect_words(catalogue, lexicon), collect_foreign(catalogue, lexicon)
    return Model.assemble(catalogue, classifier, languages_of(catalogue), words, foreign, encoder)


def examples_of(catalogue: Catalogue) -> tuple[Example, ...]:
    """Give every phrase of the catalogue, and the whole-message words of acts, once for each label and language;
    then the emergencies and what only sounds like them.
    """
    found: dict[tuple[str, str], Example] = {}
    for tag in catalogue.grammars:
        for need in catalogue.needs.values():
            for phrase in (*need.phrases[tag], need.names[tag]):
                _add(found, catalogue, tag, need.code, phrase)
        for act in catalogue.acts.values():
            if act.act != Act.EMERGENCY:  # its words are found whole, and danger is told by kind
                for phrase in (*act.phrases[tag], *sorted(act.words[tag])):
                    _add(found, catalogue, tag, act.act, phrase)
    for tag, kind, message in catalogue.shown.red_flags:
        _add(found, catalogue, tag, kind, message)
    for tag, message in catalogue.shown.calm:
        _add(found, catalogue, tag, CALM, message)
    return tuple(found.values())


def _add(found: dict[tuple[str, str], Example], catalogue: Catalogue, tag: str, label: str, phrase: str) -> None:
    text = write_out(normalise(phrase), catalogue.grammars[tag])
    if text:
        found[text, label] = Example(phrase, text, str(label), tag)


def languages_of(catalogue: Catalogue) -> LanguageModel:
    """Learn to tell the catalogue's languages in Latin script apart."""
    return learn_languages(
        (tag, plain(phrase))
        for tag, grammar in catalogue.grammars.items()
        if grammar.script == Script.LATIN
        for phrase in catalogue.phrases(tag)
    )


def fit(examples: Sequence[Example], lexicon: Lexicon, encoder: Encoder | None) -> Classifier:
    """Train on the examples."""
    kinds = tuple(kind.value for kind in PRECEDENCE)
    labels = tuple(sorted({example.label for example in examples} - {*kinds, CALM}))
    column = {label: place for place, label in enumerate((*labels, *kinds))}
    wanted = np.zeros((len(examples), len(column)), dtype=np.float32)
    for row, example in enumerate(examples):
        if example.label != CALM:
            wanted[row, column[example.label]] = 1.0
    bias = wanted.mean(axis=0)
    index, rarity, table = _words(examples, lexicon)
    share = 1.0 if encoder is None else _WORDS_BESIDE_ENCODER
    vectors = None if encoder is None else _encode([example.text for example in examples], encoder)
    basis = None if vectors is None else _main_directions(vectors)
    if vectors is not None and basis is not None:
        vectors = vectors @ basis
    with threadpool_limits(limits=os.cpu_count(), user_api="blas"):  # the encoder keeps it to one
        kernel = _Kernel(table, share, vectors)
        dual = _solve(kernel, wanted - bias, _RIDGE_ON_WORDS if encoder is None else _RIDGE_WITH_ENCODER)
    return Classifier(
        labels=labels,
        kinds=kinds,
        words=WordView(index, rarity, (share * (table.T @ dual)).astype(np.float16), lexicon.syllables),
        meaning=None
        if vectors is None or basis is None
        else MeaningView(basis, vectors, squared_lengths(vectors), dual),
        bias=bias,
    )


def _encode(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """The meanings of all texts, on every core."""
    workers = os.cpu_count() or 1
    shares = [texts[start::workers] for start in range(workers)]
    vectors: Vectors = np.empty((len(texts), 0), dtype=np.float32)
    with ThreadPoolExecutor(workers) as pool:
        for start, found in enumerate(pool.map(encoder.encode, shares)):
            if not start:
                vectors = np.empty((len(texts), found.shape[1]), dtype=np.float32)
            vectors[start::workers] = found
    return vectors


def _main_directions(vectors: Vectors) -> Matrix:
    """The directions in which the vectors differ most (principal components about zero), shape (width, kept)."""
    spread = (vectors.T @ vectors).astype(np.float64)
    kept = min(_KEPT, spread.shape[0])
    _, directions = np.linalg.eigh(spread)
    return np.ascontiguousarray(directions[:, ::-1][:, :kept], dtype=np.float32)


class _Kernel:
    """How alike all examples are: their words, and with an encoder their meanings."""

    def __init__(self, table: sparse.csr_matrix, share: float, vectors: Vectors | None) -> None:
        self._table = table
        self._turned = table.T.tocsr()
        self._share = share
        self._close = None if vectors is None else closeness(vectors, vectors, squared_lengths(vectors))

    def __len__(self) -> int:
        return int(self._table.shape[0])

    def columns(self, rows: NDArray[np.intp]) -> Matrix:
        """How alike all examples are to some, shape (examples, rows)."""
        words = self._share * (self._table @ self._table[rows].T).toarray()
        return np.asarray(words if self._close is None else words + self._close[:, rows], dtype=np.float32)

    def times(self, matrix: Matrix) -> Matrix:
        """The kernel matrix times a matrix. The kernel of words is never written out: it is made of few words."""
        words = self._share * (self._table @ (self._turned @ matrix))
        return np.asarray(words if self._close is None else words + self._close @ matrix, dtype=np.float32)


def _solve(kernel: _Kernel, wanted: Matrix, ridge: float) -> Matrix:
    """Solve (kernel + ridge) x = wanted by preconditioned conjugate gradients, all columns at once."""
    sought = np.zeros_like(wanted)
    condition = _preconditioner(kernel, ridge)
    rest = wanted.copy()
    better = condition(rest)
    direction = better.copy()
    size = _dots(rest, better)
    for _ in range(_STEPS):
        moved = kernel.times(direction) + ridge * direction
        length = size / np.maximum(_dots(direction, moved), 1e-30)
        sought += length * direction
        rest -= length * moved
        better = condition(rest)
        before, size = size, _dots(rest, better)
        direction = np.asarray(better + size / np.maximum(before, 1e-30) * direction, dtype=np.float32)
    return sought


def _preconditioner(kernel: _Kernel, ridge: float) -> Callable[[Matrix], Matrix]:
    """An approximate inverse of kernel + ridge: that of the kernel as the landmarks see it (Nystrom)."""
    landmarks = np.random.default_rng(0).permutation(len(kernel))[:_LANDMARKS]
    columns = kernel.columns(landmarks)
    # The landmarks don't see all of what makes each example its own; half of it is counted with the ridge.
    level = ridge + 0.5
    inner = level * columns[landmarks].astype(np.float64) + (columns.T @ columns).astype(np.float64)
    inner[np.diag_indices_from(inner)] += 1e-4
    factor = cho_factor(inner)

    def condition(rest: Matrix) -> Matrix:
        seen = cho_solve(factor, (columns.T @ rest).astype(np.float64))
        return np.asarray((rest - columns @ seen.astype(np.float32)) / level, dtype=np.float32)

    return condition


def _dots(left: Matrix, right: Matrix) -> Matrix:
    return np.asarray(np.einsum("ij,ij->j", left, right), dtype=np.float32)


def _words(examples: Sequence[Example], lexicon: Lexicon) -> tuple[dict[str, int], Matrix, sparse.csr_matrix]:
    seen = [features(fold_accents(example.text), lexicon.syllables) for example in examples]
    seen_in = Counter(feature for counts in seen for feature in counts)
    index = {feature: row for row, feature in enumerate(sorted(f for f in seen_in if seen_in[f] >= _SEEN))}
    counts = np.array([*(seen_in[feature] for feature in index), 0])
    rarity = (np.log((1 + len(seen)) / (1 + counts)) + 1).astype(np.float32)
    weighed = [weigh(counts, index, rarity) for counts in seen]
    rows = np.concatenate([rows for rows, _ in weighed])
    values = np.concatenate([values for _, values in weighed])
    ends = np.cumsum([0, *(len(rows) for rows, _ in weighed)])
    return index, rarity, sparse.csr_matrix((values, rows, ends), shape=(len(seen), len(index)))
