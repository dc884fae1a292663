"""The build step's word lists: wordfreq's (Apache-2.0) and pypinyin's (MIT). Never imported at run time."""

from __future__ import annotations

from collections.abc import Iterable

from intents.lexicon import Lexicon
from intents.normalise import fold_accents, normalise
from intents.sound import blurred

_COMMON = 80_000
"""Words a language; what is rarer is as often a slip as a word."""

_HEARD = (
    "ca",
    "cs",
    "de",
    "fi",
    "fil",
    "fr",
    "hu",
    "id",
    "it",
    "lt",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "sh",
    "sv",
    "tr",
    "vi",
)
"""Languages in Latin script that we don't speak but must recognise."""

_MARKS = 3_000
"""Words by which each is recognised: those of any sentence."""

_HAN = range(0x4E00, 0x9FA6)


def collect_lexicon(languages: Iterable[str]) -> Lexicon:
    """Gather the lexicon for these languages; one that has no word list gets none."""
    from pypinyin import Style, lazy_pinyin
    from wordfreq import available_languages, top_n_list

    def usual(tag: str, count: int) -> tuple[str, ...]:
        words = (fold_accents(normalise(word)) for word in top_n_list(tag, count))
        return tuple(dict.fromkeys(word for word in words if word.isalpha()))

    common = {tag: usual(tag, _COMMON) for tag in sorted(set(languages) & available_languages().keys())}
    heard = {tag: usual(tag, _MARKS) for tag in _HEARD if tag not in common}
    spoken = ((chr(code), lazy_pinyin(chr(code), style=Style.NORMAL, errors="ignore")) for code in _HAN)
    return Lexicon(common, heard, {character: blurred(said[0]) for character, said in spoken if said})
