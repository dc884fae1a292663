"""All that understanding needs at run time, in one value: catalogue, classifier, language model, words,
encoder.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intents.catalogue import Catalogue
from intents.catalogue_file import plain
from intents.classifier import Classifier, MeaningView, WordView
from intents.decompose import splitter
from intents.encoder import Encoder
from intents.grammar import Grammar, Script
from intents.language import LanguageModel
from intents.spelling import Words

_SHORTEST_TARGET = 3  # letters of a word that a slip may have meant
_OFTEN = 2  # times a word must be in the catalogue to be meant by a slip


@dataclass(frozen=True, slots=True)
class Model:
    """A trained catalogue. encoder is None where the classifier was trained on words alone.

    separators: what parts a message that may hold several needs.
    """

    catalogue: Catalogue
    classifier: Classifier
    language_model: LanguageModel
    words: Words
    separators: re.Pattern[str]
    encoder: Encoder | None

    @classmethod
    def assemble(
        cls,
        catalogue: Catalogue,
        classifier: Classifier,
        language_model: LanguageModel,
        encoder: Encoder | None,
    ) -> Model:
        """Put the parts together and collect the catalogue's words for spelling repair."""
        separators = splitter(catalogue.grammars)
        return cls(catalogue, classifier, language_model, _words(catalogue, encoder), separators, encoder)

    def grammar(self, language: str) -> Grammar:
        """What we know of a language; for one that is none of ours, of the first."""
        grammars = self.catalogue.grammars
        return grammars.get(language) or next(iter(grammars.values()))

    def save(self, file: Path) -> None:
        """Write what was learnt as .npz, without pickles; the file appears whole or not at all."""
        words, meaning, languages = self.classifier.words, self.classifier.meaning, self.language_model
        arrays = {
            "labels": _pack(self.classifier.labels),
            "bias": self.classifier.bias,
            "sharpness": np.float64(self.classifier.sharpness),
            "features": _pack(list(words.index)),
            "rarity": words.rarity,
            "word_weights": words.weights,
            "language_tags": _pack(languages.tags),
            "language_grams": _pack(list(languages.grams)),
            "language_scores": languages.scores,
        }
        if meaning is not None:
            arrays |= {"examples": meaning.examples, "meaning_weights": meaning.weights}
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{os.getpid()}.part")
        with part.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)  # type: ignore[arg-type,unused-ignore]
        os.replace(part, file)

    @classmethod
    def load(cls, file: Path, catalogue: Catalogue, encoder: Encoder | None) -> Model:
        """Read what `save` wrote, for the same catalogue and encoder. Raises OSError or ValueError for a
        bad file.
        """
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            meaning = MeaningView(arrays["examples"], arrays["meaning_weights"]) if "examples" in arrays else None
            classifier = Classifier(
                labels=_unpack(arrays["labels"]),
                words=WordView(_rows(arrays["features"]), arrays["rarity"], arrays["word_weights"]),
                meaning=meaning,
                bias=arrays["bias"],
                sharpness=float(arrays["sharpness"]),
            )
            languages = LanguageModel(
                _unpack(arrays["language_tags"]), _rows(arrays["language_grams"]), arrays["language_scores"]
            )
        except (KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{file.name} is not a model: {error}") from error
        return cls.assemble(catalogue, classifier, languages, encoder)


def _words(catalogue: Catalogue, encoder: Encoder | None) -> Words:
    known: set[str] = set()
    targets: dict[str, tuple[str, ...]] = {}
    for tag, grammar in catalogue.grammars.items():
        if grammar.script != Script.LATIN:
            continue
        counts = Counter(word for phrase in catalogue.phrases(tag) for word in plain(phrase).split())
        own = {word for words in (grammar.function_words, grammar.kinds_of_place) for word in words}
        known |= counts.keys() | own | grammar.shorthand.keys()
        often = {word for word, count in counts.items() if count >= _OFTEN} | own
        targets[tag] = tuple(sorted(word for word in often if len(word) >= _SHORTEST_TARGET and word.isalpha()))
    return Words(frozenset(known), targets, encoder.knows if encoder else _never)


def _never(_word: str) -> bool:
    return False


def _pack(texts: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _unpack(packed: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))


def _rows(packed: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> dict[str, int]:
    return {text: row for row, text in enumerate(_unpack(packed))}
