"""What a Reply looks like in a chat."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove
from telegram.constants import MessageLimit

from bot.render import Place, RenderError, Text, pieces, render, units, with_pick
from core.messages import Choice, Expects, Phone, Reply, Say, Silence, Translated, Venue, Words
from tests.bot.strictness import as_read

YES_OR_NO = (Choice(1, Say("choice.yes")), Choice(2, Say("choice.no")))
CLUB = Venue("Riverside Lunch Club", "12 Elm Street", 40.7, -74.0, Phone("+12025550140"))
ASK_PLACE = Reply((Say("place.ask"),), "en", Expects((Choice(1, Say("choice.not_sure")),), person=True, free="place"))


def data(number: int) -> str:
    return f"signed-{number}"


def volunteer(words: str, language: str = "en") -> Reply:
    return Reply((Say("volunteer.text", {"text": Words(words)}),), language)


def labels(part) -> list[list[str]]:
    keys = part.keyboard
    rows = keys.inline_keyboard if isinstance(keys, InlineKeyboardMarkup) else keys.keyboard
    return [[button.text for button in row] for row in rows]


class TestChoices:
    def test_each_is_a_button_of_its_own_row_with_its_digit(self, phrasebook):
        reply = Reply((Say("person.soon"),), "en", Expects(YES_OR_NO, person=True))
        (text,) = render(reply, phrasebook, data)
        assert text.html == "A person will answer you soon."
        assert labels(text) == [["1: yes"], ["2: no"], ["0: a person"]]
        assert [row[0].callback_data for row in text.keyboard.inline_keyboard] == ["signed-1", "signed-2", "signed-0"]

    @pytest.mark.parametrize(("language", "person"), [("es", "0: una persona"), ("zh", "0: 找人")])
    def test_in_the_readers_language(self, phrasebook, language, person):
        reply = Reply((Say("person.soon"),), language, Expects(YES_OR_NO, person=True))
        assert labels(render(reply, phrasebook, data)[0])[-1] == [person]

    def test_a_label_too_long_for_a_phone_is_read_in_the_text(self, phrasebook):
        long = Choice(1, Say("choice.need", {"need": Words("help with the forms of the housing office")}))
        (text,) = render(Reply((Say("ask.which"),), "en", Expects((long,), person=True)), phrasebook, data)
        assert text.html.split("\n")[1:] == ["1: help with the forms of the housing office", "0: a person"]

    def test_but_not_twice_where_the_lines_name_it(self, phrasebook):
        name = Words("The Riverside Community Lunch and Company Club")
        choice = Choice(1, Say("choice.need", {"need": name}))
        (text,) = render(Reply((Say("service.name", {"name": name}),), "en", Expects((choice,))), phrasebook, data)
        assert text.html == "<b>The Riverside Community Lunch and Company Club</b>."

    def test_the_pressed_choice_stays_to_be_seen(self):
        assert with_pick("Shall we <b>call</b>?", "1: yes & thanks") == "Shall we <b>call</b>?\n\n✓ 1: yes &amp; thanks"

    def test_unless_there_is_no_room_for_it(self):
        full = "x" * MessageLimit.MAX_TEXT_LENGTH
        assert with_pick(full, "1: yes") == full


class TestWhere:
    def test_a_position_can_be_shared_or_the_words_pressed(self, phrasebook):
        (text,) = render(ASK_PLACE, phrasebook, data)
        keys = text.keyboard
        assert isinstance(keys, ReplyKeyboardMarkup)
        assert labels(text) == [["Share my location"], ["not sure"], ["a person"]]
        assert keys.keyboard[0][0].request_location
        assert not keys.keyboard[1][0].request_location
        assert keys.one_time_keyboard

    @pytest.mark.parametrize("language", ["en", "zh", "es"])
    def test_what_its_keys_send_is_understood(self, phrasebook, language, model):
        from dataclasses import replace

        from intents.understand import understand
        from intents.understanding import Act

        (text,) = render(replace(ASK_PLACE, language=language), phrasebook, data)
        _, [not_sure], [person] = labels(text)
        assert phrasebook.picked(ASK_PLACE.expects.choices, not_sure, language) == 1
        assert understand(person, model).act is Act.PERSON

    def test_it_goes_away_with_an_answer_that_has_no_buttons(self, phrasebook):
        (text,) = render(Reply((Say("person.soon"),), "en"), phrasebook, data)
        assert isinstance(text.keyboard, ReplyKeyboardRemove)

    def test_an_answer_with_buttons_takes_it_away_first(self, phrasebook):
        reply = Reply((Say("person.soon"),), "en", Expects(YES_OR_NO))
        text, keys = render(reply, phrasebook, data, keyboard_is_up=True)
        assert text.html == "A person will answer you soon."
        assert isinstance(text.keyboard, ReplyKeyboardRemove)
        assert keys.html == "Please tap one, or send its number."
        assert labels(keys) == [["1: yes"], ["2: no"]]

    def test_or_its_map_does(self, phrasebook):
        reply = Reply((Say("person.soon"),), "en", Expects(YES_OR_NO), venues=(CLUB, CLUB))
        first, second, text = render(reply, phrasebook, data, keyboard_is_up=True)
        assert isinstance(first.keyboard, ReplyKeyboardRemove)
        assert second.keyboard is None
        assert labels(text) == [["1: yes"], ["2: no"]]

    def test_asked_again_it_stays(self, phrasebook):
        (text,) = render(ASK_PLACE, phrasebook, data, keyboard_is_up=True)
        assert isinstance(text.keyboard, ReplyKeyboardMarkup)


class TestMaps:
    def test_a_service_on_the_map_has_its_address_and_phone(self, phrasebook):
        place, text = render(
            Reply((Say("service.name", {"name": Words(CLUB.name)}),), "en", venues=(CLUB,)), phrasebook, data
        )
        phone = "Phone: 202-555-0140."
        assert place == Place("Riverside Lunch Club", f"12 Elm Street · {phone}", 40.7, -74.0)
        assert isinstance(text, Text)

    def test_one_without_either_still_has_what_telegram_wants(self, phrasebook):
        bare = Venue("Riverside Lunch Club", "", 40.7, -74.0)
        place = render(Reply((Say("person.soon"),), "en", venues=(bare,)), phrasebook, data)[0]
        assert (place.title, place.address) == ("Riverside Lunch Club", "Riverside Lunch Club")

    def test_the_buttons_stand_below(self, phrasebook):
        parts = render(Reply((Say("person.soon"),), "en", Expects(YES_OR_NO), venues=(CLUB,)), phrasebook, data)
        assert parts[0].keyboard is None
        assert isinstance(parts[-1].keyboard, InlineKeyboardMarkup)


class TestWords:
    def test_a_name_is_bold_and_nothing_else(self, phrasebook):
        say = Say("service.name", {"name": Translated("Tom & Jerry's <Diner>")})
        (text,) = render(Reply((say, Say("person.soon")), "en"), phrasebook, data)
        assert text.html == "<b>Tom &amp; Jerry's &lt;Diner&gt;</b>.\nA person will answer you soon."

    @given(words=st.text(st.characters(codec="utf-8") | st.sampled_from("<>&\"';\ue000\ue001/b"), min_size=1))
    def test_whatever_a_volunteer_writes_telegram_can_read(self, phrasebook, words):
        try:
            parts = render(volunteer(words), phrasebook, data)
        except RenderError:
            return  # nothing but blanks and controls
        for part in parts:
            assert as_read({"text": part.html, "parse_mode": "HTML"}) or not part.html.strip()

    def test_a_name_with_our_own_marks_in_it_can_not_break_the_text(self, phrasebook):
        say = Say("service.name", {"name": Words("\ue001Club\ue000")})
        (text,) = render(Reply((say, volunteer("\ue000 hm").say[0]), "en"), phrasebook, data)
        assert as_read({"text": text.html, "parse_mode": "HTML"}).startswith("Club.")

    def test_silence_is_not_sent(self, phrasebook):
        with pytest.raises(RenderError):
            render(Reply.none(Silence.WITH_VOLUNTEER, "en"), phrasebook, data)


class TestLongTexts:
    def test_a_volunteers_text_arrives_whole(self, phrasebook):
        words = " ".join(f"Sentence number {n} is here & true." for n in range(250))
        texts = [html.unescape(part.html) for part in render(volunteer(words), phrasebook, data)]
        assert len(texts) > 1
        assert " ".join(texts) == words
        assert all(text.endswith(".") for text in texts)
        assert all(units(text) <= MessageLimit.MAX_TEXT_LENGTH for text in texts)

    def test_chinese_is_cut_after_its_full_stop(self):
        parts = pieces("今天没有午饭俱乐部。" * 900)
        assert len(parts) == 3
        assert all(part.endswith("。") for part in parts)

    def test_a_wall_of_words_is_cut_between_words(self):
        parts = pieces("word " * 2_000)
        assert all(set(part.split()) == {"word"} for part in parts)

    def test_only_the_last_has_the_buttons(self, phrasebook):
        long = Say("volunteer.text", {"text": Words("A sentence. " * 600)})
        parts = render(Reply((long,), "en", Expects(YES_OR_NO)), phrasebook, data)
        assert [part.keyboard is not None for part in parts] == [False, True]

    @given(st.text(st.sampled_from("a.。 \n🙂é\u0301👩\u200d"), min_size=1), st.integers(1, 40))
    def test_nothing_is_lost_and_no_character_is_halved(self, unit, times):
        text = (unit * (6_000 // len(unit) // times + 1) + "x") * times
        parts = pieces(text)
        assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
        assert all(0 < units(part) <= MessageLimit.MAX_TEXT_LENGTH for part in parts)
        assert all(part.encode("utf-16-le").decode("utf-16-le") == part for part in parts)
