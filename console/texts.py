"""The console's own words, dates and durations, in the volunteer's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta

from core.i18n.catalogues import CatalogueError, load_domain
from intents.catalogue import Need

UNKNOWN_LANGUAGE = "und"
"""The BCP 47 tag of a language that could not be told."""

JUST_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything the pages say in one language."""

    language: str
    messages: Mapping[str, str]
    needs: Mapping[str, Need]
    zone: ZoneInfo
    locale: Locale

    def t(self, key: str, **values: object) -> str:
        """The text of `key` with `values` filled in. Raises CatalogueError for an unknown key."""
        text = self.messages.get(key)
        if text is None:
            raise CatalogueError(f"no console text for {key!r} in {self.language!r}")
        return text.format_map(values)

    def has(self, key: str) -> bool:
        """Whether there is a text of `key`: a community's own need groups have none."""
        return key in self.messages

    def need(self, code: str | None) -> str:
        """The everyday name of a need; codes that are gone from the catalogue speak for themselves."""
        if code is None:
            return self.t("need.none")
        need = self.needs.get(code)
        return _capitalised(need.names.get(self.language, code)) if need else code

    def language_name(self, tag: str) -> str:
        """What the language `tag` is called."""
        name = None if tag == UNKNOWN_LANGUAGE else self.locale.languages.get(tag.replace("-", "_"))
        return _capitalised(name) if name else self.t("language.unknown")

    def own_name(self, tag: str) -> str:
        """What the language `tag` calls itself."""
        return _capitalised(_locale(tag).get_display_name() or tag)

    def moment(self, at: datetime) -> str:
        """Date and time of day, in the community's own zone."""
        local = at.astimezone(self.zone)
        return f"{format_date(local, 'medium', self.locale)}, {format_time(local, 'short', self.zone, self.locale)}"

    def day(self, day: date) -> str:
        """A day: "Nov 23, 2026"."""
        return str(format_date(day, "medium", self.locale))

    def weekday(self, at: datetime) -> str:
        """Day of the week and time of day: "Tuesday 10:05 AM"."""
        local = at.astimezone(self.zone)
        return f"{format_date(local, 'EEEE', self.locale)} {format_time(local, 'short', self.zone, self.locale)}"

    def sound(self, sort: str, at: datetime, seconds: int | None) -> str:
        """What a recording is called: "Voicemail, Tuesday 10:05 AM, 34 seconds"; without its length where unknown."""
        named, when = self.t(f"media.{sort}"), self.weekday(at)
        if seconds is None:
            return self.t("media.sound", sort=named, when=when)
        return self.t("media.sound_long", sort=named, when=when, length=self.duration(timedelta(seconds=seconds)))

    def since(self, start: datetime, now: datetime) -> str:
        """How long ago `start` was: "12 minutes"."""
        return self.t("time.just_now") if now - start < JUST_NOW else self.duration(now - start)

    def duration(self, span: timedelta) -> str:
        """A length of time in one unit: "45 seconds", "3 days"."""
        return str(format_timedelta(span, threshold=1.5, locale=self.locale))


class Texts:
    """The console's words in every language that the community offers."""

    def __init__(self, languages: Iterable[str], needs: Mapping[str, Need], zone: ZoneInfo) -> None:
        self.languages = tuple(languages)
        self._by_language = {
            tag: Wording(tag, load_domain("console", tag), needs, zone, _locale(tag)) for tag in self.languages
        }

    def of(self, language: str | None) -> Wording:
        """The wording of `language`, or of the community's first language where it isn't offered."""
        return self._by_language.get(language or "") or self._by_language[self.languages[0]]


def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
