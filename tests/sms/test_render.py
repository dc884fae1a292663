"""Answers as text messages: whole where they fit, shortened where they don't, never more than two segments."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Choice, Expects, Phone, Reply, Say, Silence, Translated, Words
from sms.render import RenderError, render
from sms.segments import Encoding, measure

OFFER = Expects((Choice(1, Say("choice.call_for_me")), Choice(2, Say("choice.another"))), person=True)


class Book:
    """A fake phrasebook whose texts the test writes."""

    languages = ("en", "zh", "es")

    def __init__(self, **texts: str) -> None:
        self._texts = {"choice_person": "a person"} | texts

    def line(self, say: Say, language: str) -> str:
        said = {name: self._said(value, language) for name, value in say.params.items()}
        return self._texts[say.key.replace(".", "_")].format_map(said)

    def _said(self, value: object, language: str) -> str:
        match value:
            case Words(text):
                return text
            case Translated(original, by_language):
                return by_language.get(language, original)
            case _:
                return str(value)


def lunch_club(**name: str) -> Say:
    original = name.pop("en", "Riverside Lunch Club")
    return Say("service.name", {"name": Translated(original, name)})


def test_an_offer_reads_as_a_resident_sees_it(phrasebook):
    reply = Reply((lunch_club(), Say("service.phone", {"phone": Phone("+12025550142")})), "en", OFFER)
    assert render(reply, phrasebook) == (
        "Riverside Lunch Club.\nPhone: 202-555-0142.\n1: we call them for you\n2: another one\n0: a person"
    )


def test_what_is_folded_stays_in_the_cheap_alphabet(phrasebook):
    text = render(Reply((lunch_club(en="St. Mary’s – “Open Door”"),), "en"), phrasebook)
    assert text == 'St. Mary\'s - "Open Door".'
    assert measure(text).encoding is Encoding.GSM7


def test_lines_that_may_be_left_out_go_first_and_the_last_of_them_before_the_others():
    book = Book(must="m" * 200, may="y" * 60, too="z" * 60)
    reply = Reply((Say("may", optional=True), Say("must"), Say("too", optional=True)), "en")
    assert render(reply, book) == "y" * 60 + "\n" + "m" * 200


def test_spanish_keeps_its_accents_where_there_is_room():
    book = Book(told="Mañana está abierto. ¿Quiere más?")
    assert render(Reply((Say("told"),), "es"), book) == "Mañana está abierto. ¿Quiere más?"


def test_spanish_gives_up_accents_before_it_cuts_a_name():
    name = "Asociación de Vecinos y Amigos de la Calle Mayor de Jesús"
    book = Book(told="{name} " + "está allí, ¿de acuerdo, señora? " * 4)
    text = render(Reply((Say("told", {"name": Words(name)}),), "es"), book)
    assert text.startswith("Asociacion de Vecinos y Amigos de la Calle Mayor de Jesus esta alli, ¿de acuerdo, señora?")
    assert measure(text).segments == 2


def test_a_long_name_is_cut_between_words_and_to_the_room_there_is():
    book = Book(told="{name}. " + "x" * 240)
    text = render(Reply((Say("told", {"name": Words("The Very Old " + "Neighbourly Society " * 9)}),), "en"), book)
    assert text.startswith("The Very Old Neighbourly Society Neighbourly Society... xxx")
    assert measure(text).segments == 2


def test_a_name_in_another_script_is_kept_while_it_fits():
    book = Book(told="We call {name} for you.")
    assert render(Reply((Say("told", {"name": Words("李先生")}),), "en"), book) == "We call 李先生 for you."


def test_a_reference_number_is_never_cut():
    book = Book(told="你的号码{reference}，{name}。" + "字" * 110)
    say = Say("told", {"reference": Words("AB-1234567"), "name": Words("很长的名字" * 9)})
    assert "AB-1234567" in render(Reply((say,), "zh"), book)


def test_what_can_not_fit_is_an_error_and_names_the_key_only():
    book = Book(told="{name}" + "x" * 320)
    with pytest.raises(RenderError, match="told") as raised:
        render(Reply((Say("told", {"name": Words("Rose")}),), "en"), book)
    assert "Rose" not in str(raised.value)


def test_silence_is_not_sent(phrasebook):
    with pytest.raises(RenderError):
        render(Reply.none(Silence.STOPPED, "en"), phrasebook)


class TestVolunteersText:
    """A person's words are theirs."""

    def written(self, phrasebook, text: str, language: str = "en") -> str:
        return render(Reply((Say("volunteer.text", {"text": Words(text)}),), language), phrasebook)

    def test_goes_out_whole(self, phrasebook):
        text = "Dear Rose, the club meets on Tuesday. " * 42
        assert self.written(phrasebook, text.strip()) == text.strip()

    def test_keeps_its_accents(self, phrasebook):
        assert self.written(phrasebook, "Mañana estará él allí…", "es") == "Mañana estará él allí…"

    def test_is_folded_where_no_letter_is_lost(self, phrasebook):
        assert self.written(phrasebook, "I’ll come at 10…") == "I'll come at 10..."

    def test_is_refused_whole_where_the_provider_would_refuse_it(self, phrasebook):
        assert len(self.written(phrasebook, "x" * 1_600)) == 1_600
        with pytest.raises(RenderError):
            self.written(phrasebook, "x" * 1_601)


ANY_WORDS = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="abc ñáíóú-’…€[]", max_size=400),
    st.text(alphabet="李先生家🙏🏽\u200d👨\u0301", max_size=400),
)
TEMPLATES: Mapping[str, str] = {
    "en": "{a}, by {b}. " + "Open now, until 3 pm. " * 9,
    "es": "{a}, de {b}. " + "Está abierto, ¿le llamamos? " * 7,
    "zh": "{a}（{b}）。" + "现在开门，到下午三点。" * 7,
}


@pytest.mark.parametrize("language", TEMPLATES)
@given(a=ANY_WORDS, b=ANY_WORDS)
def test_any_words_at_all_fit_two_segments(language, a, b):
    say = Say("told", {"a": Words(a), "b": Translated(b, {language: a + b})})
    text = render(Reply((say,), language), Book(told=TEMPLATES[language]))
    assert measure(text).segments <= 2
    assert text.encode("utf-8")
