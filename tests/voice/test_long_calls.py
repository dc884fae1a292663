"""What only shows after a while: a pace that is set back, many keys, danger and then a wish for a person."""

from __future__ import annotations

import pytest

from core.db.models.help_request import Reason
from tests.voice.conftest import Kept, MakeCall

HERE = "hot meal near mill street"


@pytest.mark.parametrize("words", ["normal speed", "faster please", "speak normally"])
def test_the_usual_pace_comes_back_with_a_word_and_stays(english: MakeCall, call: MakeCall, words: str) -> None:
    offer = english().say(HERE)
    first = offer.said
    slow = offer.say("slower please")
    assert all(line.slow for line in slow.prompt)
    usual = slow.say(words)
    assert usual.said == f"OK. I will speak as usual again.\n{first}"
    assert not any(line.slow for line in usual.prompt)
    usual.hang_up()
    assert not any(line.slow for line in call().prompt)


def test_slower_twice_is_confirmed_once_each_time(english: MakeCall) -> None:
    twice = english().say(HERE).say("slower please").say("slower please")
    assert twice.said.count("I will speak slowly now") == 1


def test_who_hears_nothing_wrong_with_the_pace_is_taken_at_their_word(english: MakeCall) -> None:
    assert "as usual again" not in english().say("normal speed").said


def test_seventy_keys_don_t_end_a_call(english: MakeCall) -> None:
    menu = english().press("1")
    for _ in range(70):
        menu.press("4")
    assert "press 1" in menu.said


def test_who_asks_for_a_person_in_danger_has_one_request(call: MakeCall, kept: Kept) -> None:
    call().say("my kitchen is on fire").press("0")
    assert kept.request.reason is Reason.EMERGENCY


def test_the_number_of_a_service_is_said_again_after_a_silence(english: MakeCall) -> None:
    offer = english().say(HERE)
    number = next(line for line in offer.said.splitlines() if "2 0 2" in line)
    assert number in offer.stay_silent().said


def test_the_last_try_names_the_person_once(english: MakeCall) -> None:
    last = english().say("I need a hot meal").stay_silent().stay_silent()
    assert last.said.lower().count("press 0") == 1


def test_a_guess_goes_with_the_request_for_a_person(english: MakeCall, kept: Kept) -> None:
    english().say("I need a hot meal", confidence=0.3).press("0")
    assert (kept.request.need_code, kept.request.words) == ("food.meals", "I need a hot meal")


def test_a_need_chosen_by_keys_has_no_key_for_its_words(english: MakeCall, kept: Kept) -> None:
    english().press("1").press("1").press("1").press("0")
    assert kept.request.need_code is not None
    assert kept.request.words == ""


def test_the_recogniser_is_told_every_word_for_a_language(call: MakeCall) -> None:
    hints = call().gather.get("hints", "")
    assert {"english", "spanish", "mandarin"} <= {hint.strip() for hint in hints.split(",")}


def test_who_can_t_be_understood_keys_in_where_they_are(english: MakeCall) -> None:
    where = english().say("I need a hot meal")
    assert "key in your ZIP or post code: press 2" in where.said.lower().replace("zip", "ZIP")
    offer = where.press("2").press("00012#")
    assert "2 0 2" in offer.said


def test_0_is_a_person_where_digits_are_keyed_too(english: MakeCall, kept: Kept) -> None:
    english().say("I need a hot meal").press("2").press("0#")
    assert kept.request.reason is Reason.ASKED_FOR_PERSON


@pytest.mark.parametrize("words", ["i can't hear you", "speak louder", "i can hardly hear you"])
def test_who_can_t_hear_us_hears_it_again_slowly_and_is_offered_no_hearing_aid(english: MakeCall, words: str) -> None:
    offer = english().say(HERE)
    first = offer.said
    again = offer.say(words)
    assert again.said == f"OK. I will speak slowly now.\n{first}"
    assert all(line.slow for line in again.prompt)


def test_who_can_t_breathe_is_not_taken_for_hard_of_hearing(english: MakeCall, kept: Kept) -> None:
    assert "Call 9 1 1 now." in english().say("i can't breathe").said
    assert kept.request.reason is Reason.EMERGENCY
