"""The build step: learn a classifier from the catalogue's phrases. Needs scipy; never imported at run time.

A kernel machine with squared hinge loss, one label against all others. How close two meanings are is seen through a
sample of the examples, the landmarks (Nystrom; Williams and Seeger 2001), and the solution found by preconditioned
conjugate gradients (as in FALKON, Rudi, Carratino and Rosasco 2017): repeatable, in seconds instead of a minute, and
with 4,000 landmarks as right on unseen messages as with all examples.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from threadpoolctl import threadpool_limits

from intents.catalogue import Catalogue
from intents.catalogue_file import plain
from intents.classifier import Classifier, Matrix, MeaningView, WordView, closeness, numbers, squared_lengths
from intents.emergencies import PRECEDENCE
from intents.encoder import Depth, Encoder, Vectors
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
_RIDGE_WITH_ENCODER = 0.35
_RIDGE_ON_WORDS = 0.5
_WORDS_BESIDE_ENCODER = 0.5

_SEEN = 2  # examples a feature must be in: one that is in a single example says nothing about any other

_LANDMARKS = {Depth.DEFAULT: 4_000, Depth.FULL: 16_000}
"""Examples that the closeness of meanings is seen through. More change nothing on our own examination; on a public set
of 150 intents they do, and who asks for the full depth can wait."""

_JITTER = 1e-3  # added to the landmarks' own closeness, so that two that are the same don't make it singular

_CONDITIONING = 1_000  # examples that the preconditioner stands on
_ROUNDS = 4  # of finding which scores already go far enough; more change no figure
_STEPS = 3  # of conjugate gradients in each round


@dataclass(frozen=True, slots=True)
class Example:
    """One message, its text as the classifier reads it, and what it means: needs, mostly one, or an act, or a kind of
    emergency. No labels: it is no danger, and of whose need nothing is said.
    """

    phrase: str
    text: str
    labels: tuple[str, ...]
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
    found: dict[tuple[str, tuple[str, ...]], Example] = {}
    for tag in catalogue.grammars:
        for need in catalogue.needs.values():
            for phrase in (*need.phrases[tag], need.names[tag]):
                _add(found, catalogue, tag, phrase, need.code)
        for act in catalogue.acts.values():
            if act.act != Act.EMERGENCY:  # its words are found whole, and danger is told by kind
                for phrase in (*act.phrases[tag], *sorted(act.words[tag])):
                    _add(found, catalogue, tag, phrase, act.act)
    for both in catalogue.together:
        _add(found, catalogue, both.language, both.text, *both.needs)
    for tag, kind, message in catalogue.shown.red_flags:
        _add(found, catalogue, tag, message, kind)
    for tag, message in catalogue.shown.calm:
        _add(found, catalogue, tag, message)
    return tuple(found.values())


def _add(
    found: dict[tuple[str, tuple[str, ...]], Example], catalogue: Catalogue, tag: str, phrase: str, *labels: str
) -> None:
    text = write_out(normalise(phrase), catalogue.grammars[tag])
    if text:
        means = tuple(sorted(map(str, labels)))
        found[text, means] = Example(phrase, text, means, tag)


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
    labels = tuple(sorted({label for example in examples for label in example.labels} - {*kinds}))
    column = {label: place for place, label in enumerate((*labels, *kinds))}
    wanted = np.zeros((len(examples), len(column)), dtype=np.float32)
    for row, example in enumerate(examples):
        wanted[row, [column[label] for label in example.labels]] = 1.0
    bias = wanted.mean(axis=0)
    index, rarity, table = _words(examples, lexicon.syllables)
    share, ridge = (1.0, _RIDGE_ON_WORDS) if encoder is None else (_WORDS_BESIDE_ENCODER, _RIDGE_WITH_ENCODER)
    vectors = _encode([example.text for example in examples], encoder) if encoder else None
    with threadpool_limits(limits=os.cpu_count(), user_api="blas"):  # the encoder keeps it to one
        near = _Landmarks(vectors, _LANDMARKS[encoder.depth]) if encoder and vectors is not None else None
        # Danger is a matter of degree, so its scores are fitted from both sides.
        far_enough = np.arange(len(column)) < len(labels)
        dual = _solve(_Kernel(table, share, near), wanted, bias, far_enough, ridge)
        meaning = None if near is None else MeaningView(near.vectors, squared_lengths(near.vectors), near.seen(dual))
    return Classifier(
        labels=labels,
        kinds=kinds,
        words=WordView(index, rarity, (share * (table.T @ dual)).astype(np.float16), lexicon.syllables),
        meaning=meaning,
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


class _Landmarks:
    """How close all examples are in meaning, as a sample of them sees it."""

    def __init__(self, vectors: Vectors, count: int) -> None:
        chosen = _sample(len(vectors), count)
        self.vectors = vectors[chosen]
        self._near = closeness(vectors, self.vectors, squared_lengths(self.vectors))
        self._factor = None if len(chosen) == len(vectors) else self._factored(chosen)

    def _factored(self, chosen: NDArray[np.intp]) -> tuple[Matrix, bool]:
        own = self._near[chosen].astype(np.float64)
        own[np.diag_indices_from(own)] += _JITTER
        factor, lower = cho_factor(own, overwrite_a=True)
        return factor.astype(np.float32), lower

    def seen(self, matrix: Matrix) -> Matrix:
        """What weights of the examples come to as weights of the landmarks, shape (landmarks, columns)."""
        if self._factor is None:
            return matrix  # all examples are landmarks
        return np.asarray(cho_solve(self._factor, self._near.T @ matrix), dtype=np.float32)

    def times(self, matrix: Matrix) -> Matrix:
        """The closeness of all examples to all, times a matrix."""
        return np.asarray(self._near @ self.seen(matrix), dtype=np.float32)

    def columns(self, rows: NDArray[np.intp]) -> Matrix:
        """The closeness of all examples to some, shape (examples, rows)."""
        if self._factor is None:
            return self._near[:, rows]
        return np.asarray(self._near @ cho_solve(self._factor, self._near[rows].T), dtype=np.float32)


class _Kernel:
    """How alike all examples are: their words, and with an encoder their meanings. Never written out as a whole."""

    def __init__(self, table: sparse.csr_matrix, share: float, meanings: _Landmarks | None) -> None:
        self._table = table
        self._rows, self._turned = _shares(table), _shares(table.T.tocsr())
        self._share = share
        self._meanings = meanings

    def __len__(self) -> int:
        return int(self._table.shape[0])

    def columns(self, rows: NDArray[np.intp]) -> Matrix:
        """How alike all examples are to some, shape (examples, rows)."""
        words = self._share * (self._table @ self._table[rows].T).toarray()
        return np.asarray(words if self._meanings is None else words + self._meanings.columns(rows), dtype=np.float32)

    def times(self, matrix: Matrix) -> Matrix:
        """The kernel matrix times a matrix."""
        words = self._share * _times(self._rows, _times(self._turned, matrix))
        return np.asarray(words if self._meanings is None else words + self._meanings.times(matrix), dtype=np.float32)


def _shares(table: sparse.csr_matrix) -> list[sparse.csr_matrix]:
    """The rows of a table, parted for as many cores as there are."""
    ends = np.linspace(0, table.shape[0], (os.cpu_count() or 1) + 1).astype(int)
    return [table[start:end] for start, end in pairwise(ends)]


def _times(shares: Sequence[sparse.csr_matrix], matrix: Matrix) -> Matrix:
    """A parted table times a matrix, each part on a core of its own."""
    with ThreadPoolExecutor(len(shares)) as pool:
        return np.concatenate(list(pool.map(lambda share: share @ matrix, shares)))


def _solve(kernel: _Kernel, wanted: Matrix, bias: Matrix, far_enough: NDArray[np.bool_], ridge: float) -> Matrix:
    """Weights of the examples whose scores, kernel @ weights + bias, come near what is wanted: 1 or 0.

    In the columns that are far_enough, a score above a wanted 1 or below a wanted 0 costs nothing (squared hinge loss):
    after each round the aim moves to where the score already is. The other columns aim at 1 and 0 as they are.
    """
    condition = _preconditioner(kernel, ridge)
    target = wanted - bias
    yes, no = (wanted > 0) & far_enough, (wanted == 0) & far_enough
    aim, rest, sought = target, target.copy(), np.zeros_like(target)
    for _ in range(_ROUNDS):
        _step(kernel, condition, ridge, rest, sought)
        reached = aim - rest - ridge * sought
        moved = np.where(yes, np.maximum(reached, target), np.where(no, np.minimum(reached, target), target))
        rest += moved - aim
        aim = moved
    return sought


def _step(kernel: _Kernel, condition: Callable[[Matrix], Matrix], ridge: float, rest: Matrix, sought: Matrix) -> None:
    """Bring `sought` nearer to solving (kernel + ridge) sought = aim by conjugate gradients, in place; `rest` is what
    is still missing of the aim.
    """
    better = condition(rest)
    direction = better
    size = _dots(rest, better)
    for _ in range(_STEPS):
        moved = kernel.times(direction) + ridge * direction
        length = size / np.maximum(_dots(direction, moved), 1e-30)
        sought += length * direction
        rest -= length * moved
        better = condition(rest)
        before, size = size, _dots(rest, better)
        direction = np.asarray(better + size / np.maximum(before, 1e-30) * direction, dtype=np.float32)


def _preconditioner(kernel: _Kernel, ridge: float) -> Callable[[Matrix], Matrix]:
    """An approximate inverse of kernel + ridge: that of the kernel as a sample of the examples sees it."""
    rows = _sample(len(kernel), _CONDITIONING)
    columns = kernel.columns(rows)
    # The sample doesn't see all of what makes each example its own; half of it is counted with the ridge.
    level = ridge + 0.5
    inner = level * columns[rows].astype(np.float64) + (columns.T @ columns).astype(np.float64)
    inner[np.diag_indices_from(inner)] += 1e-4
    factor = cho_factor(inner)

    def condition(rest: Matrix) -> Matrix:
        seen = cho_solve(factor, (columns.T @ rest).astype(np.float64))
        return np.asarray((rest - columns @ seen.astype(np.float32)) / level, dtype=np.float32)

    return condition


def _sample(count: int, size: int) -> NDArray[np.intp]:
    """Some of `count` rows, the same ones every time; all of them, in order, where they are no more than `size`."""
    if size >= count:
        return np.arange(count)
    return np.random.default_rng(0).permutation(count)[:size]


def _dots(left: Matrix, right: Matrix) -> Matrix:
    return np.asarray(np.einsum("ij,ij->j", left, right), dtype=np.float32)


def _words(
    examples: Sequence[Example], syllables: Mapping[str, str]
) -> tuple[NDArray[np.uint32], Matrix, sparse.csr_matrix]:
    """The features that are in more than one example, their rarity, and their weights in each example as `weigh` would
    give them.
    """
    seen = [numbers(features(fold_accents(example.text), syllables)) for example in examples]
    found = np.concatenate([own for own, _ in seen])
    ends = np.cumsum([0, *(len(own) for own, _ in seen)])
    every, column, seen_in = np.unique(found, return_inverse=True, return_counts=True)
    known = seen_in >= _SEEN
    rarity = (np.log((1 + len(seen)) / (1 + np.where(known, seen_in, 0))) + 1).astype(np.float32)
    weights = np.concatenate([often for _, often in seen]) * rarity[column]
    table = sparse.csr_matrix((weights, column, ends), shape=(len(seen), len(every)))
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    table = sparse.diags_array((1 / lengths).astype(np.float32)) @ table[:, known]
    unseen = np.float32(np.log(1 + len(seen)) + 1)
    return every[known], np.append(rarity[known], unseen), sparse.csr_matrix(table, dtype=np.float32)
