"""Puts one Say into words: the text of its key, with each parameter said the way the language says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_time
from rapidfuzz import fuzz

from core.i18n.catalogues import CatalogueError, load_domain
from core.messages import Choice, Moment, NeedName, Param, Phone, Say, Translated, Words
from intents.normalise import fold_accents, has_han, normalise

CLOSE_ENOUGH = 86
"""Ratio of rapidfuzz above which a misspelt answer counts as the word; "anuther" is 92 to "another"."""
AND_MORE = "*"
"""Behind an answer word in the catalogue: a longer answer may begin with it."""

_BABEL = {"zh": Locale("zh", script="Hans")}
_THIN_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


class Phrasebook:
    """Every resident-facing word, in the languages offered. `facts` are said without being passed:
    {community}, {emergency}, {crisis}."""

    def __init__(
        self,
        languages: Iterable[str],
        need_names: Mapping[str, Mapping[str, str]],
        *,
        country: str,
        facts: Mapping[str, str],
    ) -> None:
        self.languages = tuple(languages)
        self._texts = {tag: load_domain("messages", tag) for tag in self.languages}
        self._need_names = need_names
        self._country = country
        self._facts = dict(facts)

    def line(self, say: Say, language: str) -> str:
        """`say` in `language` (the first offered one where it isn't offered). Raises CatalogueError for an
        unknown key."""
        tag = self.language_or_default(language)
        said = {name: self._param(value, tag) for name, value in say.params.items()}
        return self.text(say.key, tag, **said)

    def whole_language(self, say: Say, language: str) -> str:
        """The language in which all of `say` can be told: `language`, or the community's first one where a text in it
        is there in that alone. Sources don't tell their language, so it is the first one that they are taken to use."""
        tag = self.language_or_default(language)
        texts = [value for value in say.params.values() if isinstance(value, Translated) and value.prose]
        return tag if all(tag in text.by_language for text in texts) else self.languages[0]

    def text(self, key: str, language: str, **values: str) -> str:
        """The catalogue's text of `key` with plain `values` filled in."""
        template = self._texts[self.language_or_default(language)].get(key)
        if template is None:
            raise CatalogueError(f"no text for {key!r} in {language!r}")
        return template.format_map(self._facts | values)

    def written(self, number: str) -> str:
        """A telephone number as people of this country write it."""
        return spoken_number(number, self._country)

    def keys(self, language: str) -> frozenset[str]:
        """All keys that have a text in `language`."""
        return frozenset(self._texts[language])

    def language_or_default(self, language: str) -> str:
        """`language` where it is offered, else the community's first."""
        return language if language in self._texts else self.languages[0]

    def picked(self, choices: Sequence[Choice], words: str, language: str, *, begun: bool = True) -> int | None:
        """The number of the choice that `words` name, misspelt or not; None when none fits.

        A choice is known by its label and by the words under "<label key>.words", separated by "|". Words of
        courtesy around it don't count ("answer.courtesy.words"). A longer answer may begin with a word that ends
        in `AND_MORE` ("yes he knows"), unless it goes on with a "but" ("answer.but.words") or `begun` is false.
        """
        tag = self.language_or_default(language)
        said = self._bare(words, tag)
        named = [(choice.number, name) for choice in choices for name in self.names(choice, tag)]
        best, best_ratio = None, float(CLOSE_ENOUGH)
        for number, name in named:
            ratio = fuzz.ratio(name, said)
            if ratio >= best_ratio:
                best, best_ratio = number, ratio + 0.001
        if best is not None or not begun or any(_holds(said, but) for but in self._words("answer.but", tag)):
            return best
        beginnings = [
            (len(word), choice.number)
            for choice in choices
            for word in self._words(choice.label.key, tag, open_ended=True)
            if _begins(said, word)
        ]
        return max(beginnings)[1] if beginnings else None

    def names(self, choice: Choice, language: str) -> list[str]:
        """What people say for a choice, its label first."""
        tag = self.language_or_default(language)
        return [_plain(self.line(choice.label, tag)), *self._words(choice.label.key, tag)]

    def _words(self, key: str, tag: str, *, open_ended: bool = False) -> list[str]:
        words = self._texts[tag].get(key + ".words", "").split("|")
        return [_plain(word) for word in words if word and (word.endswith(AND_MORE) or not open_ended)]

    def _bare(self, words: str, tag: str) -> str:
        """`words` without courtesy before and after, unless nothing else is left."""
        said, before = _plain(words), ""
        while said != before:
            before = said
            for courtesy in self._words("answer.courtesy", tag):
                gap = "" if has_han(courtesy) else " "
                said = said.removesuffix(gap + courtesy).removeprefix(courtesy + gap) or said
        return said

    def _param(self, param: Param, tag: str) -> str:
        match param:
            case Words(text):
                return text
            case Translated():
                return self._translated(param, tag)
            case NeedName(code):
                return self._need_names.get(code, {}).get(tag, code)
            case Phone():
                return self._phone(param, tag)
            case Moment():
                return self._moment(param, tag)

    def _translated(self, text: Translated, tag: str) -> str:
        if tag in text.by_language or not text.prose:
            return text.by_language.get(tag, text.original)
        first = self.languages[0]
        told = text.by_language.get(first, text.original)
        if tag == first:
            return told
        tongue = _locale(tag).languages.get(first.replace("-", "_"), first)
        return self.text("text.foreign", tag, text=told, tongue=tongue)

    def _phone(self, phone: Phone, tag: str) -> str:
        number = self.written(phone.number)
        return (
            self.text("phone.extension", tag, number=number, extension=phone.extension) if phone.extension else number
        )

    def _moment(self, moment: Moment, tag: str) -> str:
        locale = _locale(tag)
        days = (moment.at.date() - moment.seen_from.date()).days
        time = self._time(moment.at, tag, locale)
        match days:
            case 0:
                return self.text("moment.today", tag, time=time)
            case 1:
                return self.text("moment.tomorrow", tag, time=time)
            case _ if 1 < days < 7:
                return self.text("moment.weekday", tag, day=format_date(moment.at, "EEEE", locale), time=time)
            case _:
                return self.text("moment.date", tag, date=format_date(moment.at, "long", locale), time=time)

    def _time(self, at: datetime, tag: str, locale: Locale) -> str:
        key = "time.pattern" if at.minute else "time.pattern.full_hour"
        pattern = self.text("time.pattern.noon" if (at.hour, at.minute) == (12, 0) else key, tag)
        return str(format_time(at, pattern, tzinfo=at.tzinfo, locale=locale)).translate(_THIN_SPACES)


def _locale(tag: str) -> Locale:
    return _BABEL.get(tag) or Locale.parse(tag, sep="-")


def _plain(words: str) -> str:
    """The form in which answers are compared; of an answer without words, such as a thumb, the answer itself."""
    return fold_accents(normalise(words)) or words.strip()


def _begins(said: str, word: str) -> bool:
    return said.startswith(word if has_han(word) else word + " ")


def _holds(said: str, word: str) -> bool:
    return word in said if has_han(word) else f" {word} " in f" {said} "


def spoken_number(number: str, country: str) -> str:
    """A number as people of `country` write it, grouped by hyphens ("202-555-0100"); others with their
    country code; short codes as they are."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region(country)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style).replace("(", "").replace(") ", "-")
