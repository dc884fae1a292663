"""All that understanding needs at run time, in one value: catalogue, classifier, languages, words, encoder."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.catalogue import Catalogue
from intents.classifier import Classifier, MeaningView, WordView, squared_lengths
from intents.decompose import splitter
from intents.encoder import Encoder
from intents.foreign import FOREIGN, Foreign, read_foreign
from intents.grammar import Grammar
from intents.language import LanguageModel
from intents.spelling import HanWords, LatinWords, Words

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Model:
    """A trained catalogue. encoder is None where the classifier was trained on words alone.

    separators: what parts a message that may hold several needs.
    """

    catalogue: Catalogue
    classifier: Classifier
    language_model: LanguageModel
    words: Words
    foreign: Foreign
    separators: re.Pattern[str]
    encoder: Encoder | None

    @classmethod
    def assemble(
        cls,
        catalogue: Catalogue,
        classifier: Classifier,
        language_model: LanguageModel,
        words: Words,
        foreign: Foreign,
        encoder: Encoder | None,
    ) -> Model:
        """Put the parts together."""
        return cls(catalogue, classifier, language_model, words, foreign, splitter(catalogue.grammars), encoder)

    def grammar(self, language: str) -> Grammar:
        """What we know of a language; for one that is none of ours, of the first."""
        grammars = self.catalogue.grammars
        return grammars.get(language) or next(iter(grammars.values()))

    def save(self, file: Path) -> None:
        """Write what was learnt as .npz, without pickles; the file appears whole or not at all."""
        arrays = {
            **_of_classifier(self.classifier),
            **_of_languages(self.language_model, self.foreign),
            **_of_words(self.words),
        }
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
            languages, foreign = _to_languages(arrays)
            words = _to_words(arrays, catalogue.grammars)
            classifier = _to_classifier(arrays, words.han.syllables)
        except (KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{file.name} is not a model: {error}") from error
        return cls.assemble(catalogue, classifier, languages, words, foreign, encoder)


def _of_classifier(classifier: Classifier) -> Arrays:
    words, meaning = classifier.words, classifier.meaning
    arrays: dict[str, NDArray[Any]] = {
        "labels": _pack(classifier.labels),
        "kinds": _pack(classifier.kinds),
        "bias": classifier.bias,
        "features": words.index,
        "rarity": words.rarity,
        "word_weights": words.weights,
    }
    if meaning is not None:
        arrays |= {"examples": meaning.examples, "meaning_weights": meaning.weights}
    return arrays


def _to_classifier(arrays: Arrays, syllables: Mapping[str, str]) -> Classifier:
    meaning = None
    if "examples" in arrays:
        examples = arrays["examples"]
        meaning = MeaningView(examples, squared_lengths(examples), arrays["meaning_weights"])
    return Classifier(
        labels=_unpack(arrays["labels"]),
        kinds=_unpack(arrays["kinds"]),
        words=WordView(arrays["features"], arrays["rarity"], arrays["word_weights"], syllables),
        meaning=meaning,
        bias=arrays["bias"],
    )


def _of_languages(languages: LanguageModel, foreign: Foreign) -> Arrays:
    return {
        "language_tags": _pack(languages.tags),
        "language_grams": _pack(languages.grams),
        "language_scores": languages.scores,
        "ours": _pack(sorted(foreign.ours)),
        "heard": _pack(foreign.ranks),
        **{f"heard_{tag}": _pack(ranks) for tag, ranks in foreign.ranks.items()},
    }


def _to_languages(arrays: Arrays) -> tuple[LanguageModel, Foreign]:
    languages = LanguageModel(
        _unpack(arrays["language_tags"]), _rows(arrays["language_grams"]), arrays["language_scores"]
    )
    heard = {tag: _unpack(arrays[f"heard_{tag}"]) for tag in _unpack(arrays["heard"])}
    return languages, read_foreign(FOREIGN, heard, frozenset(_unpack(arrays["ours"])))


def _of_words(words: Words) -> Arrays:
    arrays = {
        "latin": _pack(words.latin),
        "han_right": _pack(sorted(words.han.right)),
        "han_sounds": _pack(words.han.by_sound),
        "han_words": _pack(words.han.by_sound.values()),
        "syllable_characters": _pack(words.han.syllables),
        "syllables": _pack(words.han.syllables.values()),
    }
    for tag, own in words.latin.items():
        arrays |= {
            f"right_{tag}": _pack(sorted(own.right)),
            f"rare_{tag}": _pack(sorted(own.rare)),
            f"targets_{tag}": _pack(own.targets),
            f"sounds_{tag}": _pack(own.by_sound),
            f"sounding_{tag}": _pack(own.by_sound.values()),
        }
    return arrays


def _to_words(arrays: Arrays, grammars: Mapping[str, Grammar]) -> Words:
    latin = {
        tag: LatinWords(
            right=frozenset(_unpack(arrays[f"right_{tag}"])),
            rare=frozenset(_unpack(arrays[f"rare_{tag}"])),
            targets=_unpack(arrays[f"targets_{tag}"]),
            by_sound=_pairs(arrays[f"sounds_{tag}"], arrays[f"sounding_{tag}"]),
            small=grammars[tag].function_words,
            rewrites=grammars[tag].sounds,
        )
        for tag in _unpack(arrays["latin"])
    }
    han = HanWords(
        right=frozenset(_unpack(arrays["han_right"])),
        by_sound=_pairs(arrays["han_sounds"], arrays["han_words"]),
        syllables=_pairs(arrays["syllable_characters"], arrays["syllables"]),
    )
    return Words(latin, han)


def _pack(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _unpack(packed: NDArray[Any]) -> tuple[str, ...]:
    text = packed.tobytes().decode()
    return tuple(text.split("\n")) if text else ()


def _rows(packed: NDArray[Any]) -> dict[str, int]:
    return {text: row for row, text in enumerate(_unpack(packed))}


def _pairs(keys: NDArray[Any], values: NDArray[Any]) -> dict[str, str]:
    return dict(zip(_unpack(keys), _unpack(values), strict=True))
