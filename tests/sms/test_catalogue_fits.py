"""Every answer that Handrail itself writes fits two segments, in every language, with the longest words it can meet."""

from __future__ import annotations

import string
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.i18n.catalogues import load_domain
from core.i18n.phrasebook import Phrasebook
from core.messages import Choice, Expects, Moment, NeedName, Param, Phone, Reply, Say, Translated, Words
from intents.catalogue import load_catalogue
from sms.render import VOLUNTEER_TEXT, render
from sms.segments import measure

LANGUAGES = ("en", "zh", "es")
FACTS = {"community": "The Riverside Neighbours' Line", "emergency": "112", "crisis": "8009112000"}
NEW_YORK = ZoneInfo("America/New_York")
FAR_OFF = Moment(datetime(2026, 9, 23, 10, 30, tzinfo=NEW_YORK), datetime(2026, 3, 2, 10, 0, tzinfo=NEW_YORK))
"""Wednesday, 23 September: about the longest date there is."""
ENDLESS = {
    "en": "The Ancient and Honourable Riverside Society for “Neighbourly” Help, Łódź House 🍲 " * 9,
    "es": "Asociación Española de Vecinos y Amigos «Jesús y María» de la Comunidad Andaluza " * 9,
    "zh": "河畔区退休职工互助与社区养老服务综合指导中心（总部）第二分部 Riverside 🍲" * 9,
}
PARAMS: dict[str, Param] = {
    "phone": Phone("+442071838750", "123456"),
    "reference": Words("123456"),
    "when": FAR_OFF,
    "until": FAR_OFF,
}
OFFER = Expects((Choice(1, Say("choice.call_for_me")), Choice(2, Say("choice.another"))), person=True)


@pytest.fixture(scope="module")
def need_names():
    return {code: need.names for code, need in load_catalogue().needs.items()}


@pytest.fixture(scope="module")
def book(need_names):
    return Phrasebook(LANGUAGES, need_names, country="US", facts=FACTS)


@pytest.fixture(scope="module")
def filled(need_names):
    """A Say of a key with the longest parameters there are."""

    def fill(key: str, language: str, *, optional: bool = False) -> Say:
        fields = {name for _, name, _, _ in string.Formatter().parse(_texts(language)[key]) if name}
        return Say(key, {f: _longest(f, language, need_names) for f in fields - FACTS.keys()}, optional)

    return fill


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_single_text_fits_with_its_longest_words(language, book, filled):
    for key in _spoken_keys(language):
        text = render(Reply((filled(key, language),), language), book)
        assert measure(text).segments <= 2, (key, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_fits_with_the_longest_choices(language, book, need_names):
    longest = sorted(need_names, key=lambda code: len(need_names[code][language]))[-3:]
    needs = tuple(Choice(n, Say("choice.need", {"need": NeedName(code)})) for n, code in enumerate(longest, 1))
    text = render(Reply((Say("ask.gave_up"), Say("ask.which")), language, Expects(needs, person=True)), book)
    assert measure(text).segments <= 2


OFFERED = ("service.name_and_organization", "service.phone", "service.opens")
ASIDES = ("service.cost", "service.stale")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("musts", "asides", "expects"),
    [
        (("place.unknown", *OFFERED), ASIDES, OFFER),
        (("report.done", "report.reference", "next.perhaps"), (), OFFER),
        (("service.name_and_organization", "service.address", "service.opens"), ASIDES, OFFER),
        (("two.offer", "two.offer", "two.more"), (), OFFER),
        (("place.unknown", "two.offer", "two.none", "two.more"), (), OFFER),
        (("place.unknown", "service.none"), ("service.noted",), OFFER),
        (("place.unknown", "service.none_of_age"), ("service.noted",), OFFER),
        (("private.ask", "private.danger"), (), OFFER),
        (("report.done", "report.reference", "next.need"), (), OFFER),
        (("pass.ask",), (), OFFER),
        (("pass.ask_other",), (), OFFER),
        (("pass.yes", "person.at", "person.reference", "next.need"), (), OFFER),
        (("pass.no", "service.address", "next.need"), (), OFFER),
        (("ask.gave_up", "person.at", "person.reference"), (), OFFER),
        (("followup.reopened", "person.at", "person.reference"), (), OFFER),
        (("followup.ask",), (), OFFER),
        (("emergency.self_harm", "emergency.not_us"), (), Expects()),
        (("emergency.gas", "emergency.not_us"), (), Expects()),
        (("greeting.hello", "ask.need"), (), OFFER),
        (("error.parked", "person.at", "person.reference"), (), OFFER),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) and value else "",
)
def test_every_answer_made_of_several_fits(language, musts, asides, expects, book, filled):
    say = tuple(filled(key, language) for key in musts)
    say += tuple(filled(key, language, optional=True) for key in asides)
    text = render(Reply(say, language, expects), book)
    assert measure(text).segments <= 2, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_with_another_need_beside_it_fits(language, book, filled):
    beside = Choice(3, filled("choice.need", language))
    lines = tuple(filled(key, language) for key in ("place.unknown", *OFFERED))
    lines += tuple(filled(key, language, optional=True) for key in ASIDES)
    text = render(Reply(lines, language, Expects((*OFFER.choices, beside), person=True)), book)
    assert measure(text).segments <= 2, text


def _spoken_keys(language: str) -> list[str]:
    return [key for key in _texts(language) if not key.endswith(".words") and key != VOLUNTEER_TEXT and _is_line(key)]


def _is_line(key: str) -> bool:
    """Times, extensions and "(in English)" are parts of lines, filled in by the phrasebook itself."""
    return not key.startswith(("time.", "moment.", "phone.", "text."))


def _texts(language: str) -> dict[str, str]:
    return dict(load_domain("messages", language))


def _longest(field: str, language: str, need_names) -> Param:
    if field == "need":
        return NeedName(max(need_names, key=lambda code: len(need_names[code][language])))
    return PARAMS.get(field) or Translated(ENDLESS["en"], ENDLESS)
