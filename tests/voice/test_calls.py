"""Whole calls, from the greeting to help: by landline, by keys, by speech, in three languages, and in danger."""

from __future__ import annotations

import re

import pytest

from core.db.models.help_request import Reason, Urgency
from tests.voice.conftest import GERMAN_LANDLINE, ROSE, UK_LANDLINE, Kept, MakeCall
from tests.voice.leg import Ended
from tests.voice.player import Call

PHONE = r"2 0 2, 5 5 5, 0 1 \d \d"


def number_in(call: Call) -> str:
    """The one telephone number just dictated, digit by digit."""
    (number,) = set(re.findall(PHONE, call.said))
    return str(number)


class TestFromAnOldLandline:
    """Nothing but a receiver and twelve keys."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_a_need_a_place_a_service_and_a_person_who_calls_it(self, english: MakeCall, kept: Kept) -> None:
        asked = english(GERMAN_LANDLINE).say("I need a hot meal")
        assert asked.said.startswith("Where are you?")
        offer = asked.say("mill street")
        name, what, *lines = offer.said.splitlines()
        assert what == "A hot lunch is brought to your door each weekday."
        dictated = f"Phone: {number_in(offer)}."
        assert lines[:4] == ["Please get a pen.", dictated, "Once more:", dictated]
        consent = offer.press("1")
        assert "We tell them your phone number and what you need: meals. Is that OK?" in consent.said
        assert kept.requests == []
        done = consent.press("1")
        assert name.split(",")[0] in done.said
        assert f"Your request number is {' '.join(kept.request.reference)}." in done.said
        assert done.press("1").waiting == "Record"
        assert (kept.request.reason, kept.request.need_code, kept.request.place) == (
            Reason.REFERRAL,
            "food.meals",
            "Mill Street",
        )
        assert [referral.need_code for referral in kept.referrals] == ["food.meals"]


@pytest.mark.parametrize(
    ("key", "need", "place", "yes", "thanks"),
    [
        ("3", "necesito comida caliente", "calle mill", "sí", "Gracias."),
        ("2", "我想吃热饭", "不知道", "可以", "谢谢"),
        ("1", "could somebody bring me a hot lunch", "I live on mill street", "yes please", "Thank you."),
    ],
)
def test_speech_alone_is_enough(
    call: MakeCall, kept: Kept, key: str, need: str, place: str, yes: str, thanks: str
) -> None:
    language = {"1": "english", "2": "中文", "3": "español"}[key]
    done = call().say(language).say(need).say(place).say(yes).say(yes)
    assert done.said.startswith(thanks)
    assert len({line.language for line in done.prompt}) == 1
    assert (kept.request.reason, kept.request.consent_words) == (Reason.REFERRAL, yes)


class TestKeysAlone:
    """For those who don't want to speak to a machine, and those it does not understand."""

    def test_lead_to_every_step_of_a_call(self, call: MakeCall, kept: Kept) -> None:
        menu = call().press("1").press("1")
        assert "Food and shopping: press 1." in menu.said
        assert "More: press 4." in menu.said
        needs = menu.press("1")
        assert needs.said.startswith("Food and shopping. What do you need?")
        needs.press("1").press("1").press("1").press("1")
        assert (kept.request.reason, kept.request.need_code) == (Reason.REFERRAL, "food.meals")

    def test_more_shows_other_groups_and_goes_round(self, english: MakeCall) -> None:
        menu = english().press("1")
        first = menu.said
        pages = [menu.press("4").said for _ in range(3)]
        assert pages[2] == first
        assert len({first, *pages}) == 3
        assert "Papers" not in first

    def test_more_inside_a_group_too(self, english: MakeCall) -> None:
        needs = english().press("1").press("2")
        assert needs.said.startswith("Doctors and health.")
        first = needs.said
        assert needs.press("4").said != first
        assert needs.press("4").press("4").said == first

    def test_hash_goes_one_level_up_and_then_to_the_question(self, english: MakeCall) -> None:
        menu = english().press("1")
        groups = menu.said
        assert menu.press("2").press("#").said == groups
        assert menu.press("#").said.startswith("Tell me in your own words what you need.")

    def test_words_are_heard_in_the_menu_as_well(self, english: MakeCall) -> None:
        assert english().press("1").say("come and fix my sink please").said.startswith("Where are you?")
        assert english("+12025550182").press("1").say("doctors and health").said.startswith("Doctors and health.")

    def test_hash_after_an_offer_asks_anew(self, english: MakeCall) -> None:
        assert english().say("hot meal near mill street").press("#").said.startswith("Tell me in your own words")


class TestHearingItAgain:
    """Nobody remembers a number at once."""

    def test_star_says_it_again_as_often_as_wanted(self, english: MakeCall, kept: Kept) -> None:
        offer = english().say("hot meal near mill street")
        first = offer.said
        assert [offer.press("*").said for _ in range(4)] == [first] * 4
        assert "Is that OK?" in offer.press("1").said

    @pytest.mark.parametrize("words", ["can you repeat that please", "say that again", "repeat"])
    def test_words_do_too(self, english: MakeCall, words: str) -> None:
        offer = english().say("hot meal near mill street")
        first = offer.said
        assert offer.say(words).said == first
        assert "Is that OK?" in offer.press("1").said

    def test_slower_says_it_again_slowly_and_is_remembered(self, english: MakeCall, call: MakeCall) -> None:
        offer = english().say("hot meal near mill street")
        number, seconds = number_in(offer), offer.seconds
        slower = offer.say("slower please")
        assert slower.said.startswith("OK. I will speak slowly now.\nHot Meals")
        assert number_in(slower) == number
        assert all(line.slow for line in slower.prompt)
        assert slower.seconds > 1.2 * seconds
        slower.hang_up()
        assert all(line.slow for line in call().prompt)


class TestAsAText:
    """The number as a text to the same telephone, where it can get one."""

    def test_reaches_a_telephone_that_may_be_a_mobile(self, english: MakeCall, kept: Kept) -> None:
        offer = english().say("hot meal near mill street")
        assert "Text it to me: press 3." in offer.said
        number = number_in(offer).replace(", ", "-").replace(" ", "")
        assert "as a text" in offer.press("3").said
        (text,) = kept.texts()
        assert number in text
        assert kept.requests == []

    @pytest.mark.parametrize("landline", [GERMAN_LANDLINE, UK_LANDLINE, "anonymous"])
    def test_is_not_offered_to_one_that_is_none(self, english: MakeCall, kept: Kept, landline: str) -> None:
        offer = english(landline).say("hot meal near mill street")
        assert "press 2." in offer.said
        assert "press 3." not in offer.said
        assert "press one of these keys" in offer.press("3").said
        assert kept.texts(landline) == []

    def test_is_not_offered_to_who_wants_no_texts_but_they_are_served(self, english: MakeCall) -> None:
        stopped = english().say("stop texting me")
        assert "no more texts" in stopped.said
        offer = stopped.say("hot meal near mill street")
        assert number_in(offer)
        assert "press 3." not in offer.said


class TestFearAtHome:
    """What nobody else may hear."""

    def test_asks_first_whether_the_phone_is_private(self, english: MakeCall, kept: Kept) -> None:
        asked = english().say("my husband hits me every day")
        assert asked.said.startswith("Are you the only one who uses this phone?\nIn danger? Call 9 1 1.")
        assert not re.search(PHONE, asked.said)
        assert re.search(PHONE, asked.press("1").said)
        assert kept.requests == []

    def test_says_nothing_more_where_it_is_not(self, english: MakeCall, kept: Kept) -> None:
        ended = english().say("my husband hits me every day").press("2")
        assert not re.search(PHONE, ended.said)
        assert "safe" not in ended.said
        ended.hang_up()
        assert kept.requests == []

    def test_says_nothing_of_it_in_the_next_call(self, english: MakeCall, call: MakeCall) -> None:
        english().say("my husband hits me every day").press("2").hang_up()
        again = call()
        assert again.said.startswith("Welcome back.")
        assert "only one who uses" not in again.said


def test_two_needs_are_named_without_two_numbers_at_once_and_served_in_turn(english: MakeCall) -> None:
    two = english().say("lunch club and a ride to the clinic").press("1")
    assert re.match("Meals: .+\nA ride to the doctor: ", two.said)
    assert not re.search(PHONE, two.said)
    first = two.press("1")
    assert number_in(first)
    consent = first.press("1").press("2")
    assert "a ride to the doctor" in consent.said
    assert "Ride to the Doctor" in consent.press("1").said


class TestHeardBadly:
    """The recogniser itself doubts what it heard."""

    def test_a_need_is_said_back_in_one_sentence_before_anything_else(self, english: MakeCall) -> None:
        doubted = english().say("I need a hot meal", confidence=0.3)
        assert doubted.said.splitlines()[:2] == ["I am not sure that I heard you right.", "Do you mean this: meals?"]
        assert doubted.press("1").said.startswith("Where are you?")

    def test_a_no_asks_for_it_once_more(self, english: MakeCall) -> None:
        assert english().say("I need a hot meal", confidence=0.3).say("no").said.startswith("What do you need?")

    def test_twice_in_a_row_a_person_comes(self, english: MakeCall, kept: Kept) -> None:
        doubted = english().say("I need a hot meal", confidence=0.3).say("I need a hot meal", confidence=0.3)
        assert doubted.stay_silent().waiting == "Record"
        assert kept.request.reason is Reason.NOT_UNDERSTOOD

    def test_nothing_is_passed_on_after_a_doubtful_yes(self, english: MakeCall, kept: Kept) -> None:
        consent = english().say("hot meal near mill street").press("1").say("yes", confidence=0.3)
        assert consent.said.startswith("I am not sure that I heard you right.\nWe would call")
        assert kept.requests == []
        consent.say("yes")
        assert kept.request.reason is Reason.REFERRAL

    def test_fear_at_home_is_not_named_before_the_phone_is_private(self, english: MakeCall) -> None:
        asked = english().say("my husband hits me every day", confidence=0.3)
        assert asked.said.startswith("Are you the only one")

    def test_danger_is_never_doubted(self, english: MakeCall, kept: Kept) -> None:
        assert "9 1 1" in english().say("I have chest pain and cant breathe", confidence=0.1).said.split(".")[0]
        assert kept.request.urgency is Urgency.EMERGENCY


class TestDanger:
    """The number first, a person to stay with them."""

    @pytest.mark.parametrize(
        ("key", "words", "kind"),
        [
            ("1", "I have bad chest pain and cant breathe", "medical"),
            ("1", "my kitchen is on fire", "fire"),
            ("1", "I want to kill myself", "self_harm"),
            ("1", "he is hitting me now please help", "violence"),
            ("3", "me duele mucho el pecho y no puedo respirar", "medical"),
            ("2", "家里着火了", "fire"),
        ],
    )
    def test_the_number_is_in_the_first_sentence_digit_by_digit(
        self, call: MakeCall, kept: Kept, key: str, words: str, kind: str
    ) -> None:
        warned = call().press(key).say(words)
        first = re.split(r"[.。]", warned.said)[0]
        assert "9 1 1" in first
        assert "911" not in warned.said
        assert (warned.waiting, warned.ended) == ("Gather", None)  # someone who stays on the line is not cut off
        assert (kept.request.urgency, kept.request.emergency_kind) == (Urgency.EMERGENCY, kind)

    def test_stands_above_every_other_request(self, call: MakeCall, english: MakeCall, kept: Kept) -> None:
        call("+12025550182").press("0").hang_up()
        english().say("my kitchen is on fire").hang_up()
        ranks = {request.reason: request.urgency_rank for request in kept.requests}
        assert ranks[Reason.EMERGENCY] == min(ranks.values()) < ranks[Reason.ASKED_FOR_PERSON]

    def test_silence_says_the_number_again_each_time(self, english: MakeCall) -> None:
        warned = english().say("my kitchen is on fire")
        assert "9 1 1" in warned.stay_silent().said
        assert "9 1 1" in warned.stay_silent().said
        assert warned.stay_silent().waiting == "Record"

    def test_the_duty_contact_is_told_without_the_words(self, english: MakeCall, kept: Kept) -> None:
        english().say("my kitchen is on fire")
        (page,) = kept.texts("+12025550198")
        assert kept.request.reference in page
        assert "kitchen" not in page

    @pytest.mark.parametrize(
        ("key", "words", "leave"),
        [
            ("1", "I can smell gas in the house", "Leave now."),
            ("3", "huele a gas en mi casa", "Salga ya"),
            ("2", "家里有煤气味", "马上离开"),
        ],
    )
    def test_gas_sends_them_out_twice_and_hangs_up(
        self, call: MakeCall, kept: Kept, key: str, words: str, leave: str
    ) -> None:
        warned = call().press(key).say(words)
        assert warned.said.startswith(leave)
        lines = warned.said.splitlines()
        assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]
        assert warned.ended is Ended.BY_HANDRAIL
        assert "?" not in warned.said
        assert [request.emergency_kind for request in kept.requests] == ["gas"]


@pytest.mark.parametrize("word", ["help", "what is this", "who are you"])
def test_who_we_are_is_told_for_the_ear_and_the_need_is_asked(english: MakeCall, word: str) -> None:
    told = english().say(word)
    assert "text STOP" not in told.said
    assert "press 0" in told.said
    assert told.say("hot meal near mill street").said.startswith("Hot Meals")


def test_thanks_and_silence_end_the_call_kindly(english: MakeCall, kept: Kept) -> None:
    ended = english().say("hot meal near mill street").say("thank you")
    assert ended.said.startswith("You are welcome. Call us any time.")
    assert ended.stay_silent().said == "Goodbye, and take care."
    assert ended.ended is Ended.BY_HANDRAIL
    assert kept.requests == []


def test_a_report_goes_to_who_must_see_to_it(english: MakeCall, kept: Kept) -> None:
    told = english().say("the street light is broken").say("mill street")
    assert "Larkfield Street Services" in told.said
    assert (kept.request.reason, kept.request.need_code) == (Reason.REPORT, "street.repair")


def test_a_call_does_not_touch_the_talk_by_text(english: MakeCall, kept: Kept) -> None:
    english().say("hot meal near mill street").press("1").press("1").hang_up()
    assert kept.texts(ROSE) == []


@pytest.mark.parametrize("begins", ["at the greeting", "at the question", "in the menu"])
def test_a_doubtful_need_is_asked_about_wherever_it_is_said(call: MakeCall, begins: str, half_told: str) -> None:
    asked = call()
    for _ in range({"at the greeting": 0, "at the question": 1, "in the menu": 2}[begins]):
        asked.press("1")
    assert asked.say(half_told).said.startswith("Do you mean this: ")
