"""What Telegram sends, as it sends it, and what it means to us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import FileSizeLimit, MessageLimit

from bot.commands import words_of_links
from bot.parse import Blocked, Elsewhere, Parsed, ParseError, Press, parse, update_in
from core.messages import Inbound, Location, Media
from intents.catalogue import load_catalogue
from tests.bot.residents import BOT, SENT_AT, Json

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LINKS = words_of_links(load_catalogue().needs)
ROSA = {"id": 771550181, "is_bot": False, "first_name": "Rosa", "language_code": "es"}
CHAT = {"id": 771550181, "first_name": "Rosa", "type": "private"}
FILE = {"file_id": "AgACAgIAAxkBAAIB", "file_unique_id": "AQADAgAT"}


def message(**content: Any) -> Json:
    return {"message_id": 17, "from": ROSA, "chat": CHAT, "date": SENT_AT, **content}


def read(kind: str, content: Json) -> Parsed | None:
    """An update in JSON, through the library."""
    return parse(update_in(json.loads(json.dumps({"update_id": 700000017, kind: content}))), NOW, LINKS)


def said(**content: Any) -> Inbound:
    meant = read("message", message(**content))
    assert isinstance(meant, Inbound)
    return meant


def test_a_text_has_all_that_the_core_asks_for() -> None:
    meant = said(text="¿dónde dan comida?")
    assert (meant.channel.value, meant.address, meant.provider_id) == ("telegram", "771550181", "update-700000017")
    assert (meant.text, meant.language, meant.message_id, meant.edited) == ("¿dónde dan comida?", "es", "17", False)
    assert meant.received_at == NOW


def test_a_text_of_the_greatest_length_is_whole() -> None:
    text = "ñ" * MessageLimit.MAX_TEXT_LENGTH
    assert said(text=text).text == text


def test_what_breaks_databases_is_left_at_the_door() -> None:
    assert said(text="a\x00b\ud83d c").text == "ab c"


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-hans", "zh"), ("pt-br", "pt"), ("EN", "en"), ("", None), ("../..", None), ("x" * 99, None)],
)
def test_the_language_of_their_app_is_a_hint(code: str, language: str | None) -> None:
    meant = read("message", message(text="hello") | {"from": ROSA | {"language_code": code}})
    assert isinstance(meant, Inbound)
    assert meant.language == language


def test_an_edit_is_the_same_message_in_a_new_wording() -> None:
    meant = read("edited_message", message(text="i need a doctor", edit_date=SENT_AT + 20))
    assert isinstance(meant, Inbound)
    assert (meant.text, meant.edited, meant.message_id) == ("i need a doctor", True, "17")


# --- commands and links ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/help", "help"),
        ("/HELP", "help"),
        ("/stop@riverside_help_bot", "stop"),
        ("/stop please", "stop please"),
        ("/cancel", "cancel request"),
        ("/status", "status"),
        ("/language español", "language español"),
        ("/start", "start"),
        ("/start nothing-we-know", "start"),
        ("/privacy", "/privacy"),
        ("/unknown", "/unknown"),
        ("say /help", "say /help"),
        ("/", "/"),
    ],
)
def test_a_command_is_the_word_it_stands_for(text: str, words: str) -> None:
    meant = said(text=text, entities=[{"offset": 0, "length": 5, "type": "bot_command"}])
    assert (meant.text, meant.about) == (words, "")


@pytest.mark.parametrize(
    ("word", "need"),
    [
        ("meals", "food.meals"),
        ("MEALS", "food.meals"),
        ("food_meals", "food.meals"),
        ("food-meals", "food.meals"),
        ("sight_hearing", "health.sight_hearing"),
        ("health-sight_hearing", "health.sight_hearing"),
        ("end_of_life_funeral", "end_of_life.funeral"),
        ("home_repair", "home.repair"),
        ("repair", ""),
        ("care", ""),
    ],
)
def test_a_link_names_a_need_and_never_one_of_two(word: str, need: str) -> None:
    assert said(text=f"/start {word}").about == need


def test_every_need_has_a_link_that_telegram_allows() -> None:
    links = {word: code for word, code in LINKS.items() if "." not in word and len(word) <= 64}
    assert set(links.values()) == set(load_catalogue().needs)


# --- more than words ---


def test_a_shared_position_is_a_location() -> None:
    meant = said(location={"latitude": 40.1106, "longitude": -88.2073, "horizontal_accuracy": 12.5})
    assert (meant.location, meant.text) == (Location(40.1106, -88.2073), "")


def test_of_a_position_that_moves_only_the_first_counts() -> None:
    first = message(location={"latitude": 40.1, "longitude": -88.2, "live_period": 900})
    moved = message(location={"latitude": 40.2, "longitude": -88.2, "live_period": 900}, edit_date=SENT_AT + 60)
    assert isinstance(read("message", first), Inbound)
    assert read("edited_message", moved) is None


def test_a_place_picked_from_the_map_is_a_location_too() -> None:
    where = {"latitude": 40.1, "longitude": -88.2}
    venue = {"location": where, "title": "Mill Street Hall", "address": "12 Mill Street"}
    assert said(location=where, venue=venue).location == Location(40.1, -88.2)


@pytest.mark.parametrize("number", ["12025550181", "+12025550181", "+1 202-555-0181"])
def test_their_own_number_is_taken(number: str) -> None:
    meant = said(contact={"phone_number": number, "first_name": "Rosa", "user_id": ROSA["id"]})
    assert meant.contact == "+12025550181"


@pytest.mark.parametrize("whose", [{"user_id": 5}, {}])
def test_a_number_of_someone_else_is_not_taken_nor_kept(whose: Json) -> None:
    meant = said(contact={"phone_number": "+12025550182", "first_name": "Ana", **whose})
    assert (meant.contact, meant.text) == ("", "")


@pytest.mark.parametrize("number", ["911", "", "call me", "+0123456789", "9" * 30])
def test_a_number_that_is_none_is_not_taken(number: str) -> None:
    assert said(contact={"phone_number": number, "first_name": "Rosa", "user_id": ROSA["id"]}).contact == ""


@pytest.mark.parametrize(
    ("kind", "content", "media"),
    [
        ("voice", {"duration": 7, "mime_type": "audio/ogg"}, ("audio/ogg", 7)),
        ("voice", {"duration": 7}, ("audio/ogg", 7)),
        ("audio", {"duration": 60, "mime_type": "audio/mp4", "file_name": "a.m4a"}, ("audio/mp4", 60)),
        ("video_note", {"duration": 9, "length": 240}, ("video/mp4", 9)),
        ("video", {"duration": 9, "width": 320, "height": 240, "mime_type": "video/mp4"}, ("video/mp4", 9)),
        ("document", {"file_name": "letter.pdf", "mime_type": "application/pdf"}, ("application/pdf", None)),
        ("document", {}, ("application/octet-stream", None)),
        ("document", {"mime_type": "text/html\r\nX: y"}, ("application/octet-stream", None)),
        ("voice", {"duration": 7, "mime_type": "audio/" + "x" * 200}, ("audio/ogg", 7)),
    ],
)
def test_files_are_noted_by_the_name_that_telegram_gives_them(kind: str, content: Json, media: tuple[Any, ...]) -> None:
    meant = said(**{kind: FILE | content}, caption="from the council")
    assert meant.media == (Media(f"telegram-file:{FILE['file_id']}", *media),)
    assert meant.text == "from the council"


def test_of_a_picture_the_largest_is_taken_that_a_bot_may_fetch() -> None:
    too_large = FileSizeLimit.FILESIZE_DOWNLOAD + 1
    sizes = [(90, 1_000), (800, 100_000), (1_280, 300_000), (9_000, too_large)]
    photo = [{"file_id": f"w{w}", "file_unique_id": f"u{w}", "width": w, "height": w, "file_size": s} for w, s in sizes]
    assert said(photo=photo).media == (Media("telegram-file:w1280", "image/jpeg"),)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"sticker": FILE | {"width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular",
                             "emoji": "🙏"}}, "🙏"),
        ({"dice": {"emoji": "🎲", "value": 4}}, ""),
        ({"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                   "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                   "allows_revoting": False, "members_only": False}}, ""),
        ({"game": {"title": "t", "description": "d", "photo": []}}, ""),
        ({"animation": FILE | {"width": 1, "height": 1, "duration": 2}, "document": FILE}, ""),
        ({"something_new": {"of": "next year"}}, ""),
    ],
)  # fmt: skip
def test_what_we_cannot_read_comes_in_without_words_and_so_gets_an_answer(content: Json, text: str) -> None:
    meant = said(**content)
    assert (meant.text, meant.media, meant.location) == (text, (), None)


@pytest.mark.parametrize(
    "content",
    [
        {"pinned_message": message(text="x")},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"write_access_allowed": {}},
    ],
)
def test_news_of_the_chat_itself_is_nobodys_word(content: Json) -> None:
    assert read("message", message(**content)) is None


def test_a_text_that_answers_a_story_is_still_a_text() -> None:
    assert said(text="i need a doctor", reply_to_story={"chat": CHAT, "id": 4}).text == "i need a doctor"


# --- buttons ---


def press(**change: Any) -> Press:
    shown = message(
        text="Is it <this>?", reply_markup={"inline_keyboard": [[{"text": "1: Yes", "callback_data": "d"}]]}
    )
    query = {"id": "4382", "from": ROSA, "message": shown | {"from": BOT}, "chat_instance": "42", "data": "d"}
    meant = read("callback_query", query | change)
    assert isinstance(meant, Press)
    return meant


def test_a_press_knows_what_it_says_and_where_it_stands() -> None:
    meant = press()
    assert (meant.chat_id, meant.data, meant.label, meant.message_id) == (771550181, "d", "1: Yes", 17)
    assert meant.html == "Is it &lt;this&gt;?"
    answer = meant.inbound(1)
    assert (answer.digits, answer.text, answer.address, answer.provider_id) == (
        "1",
        "",
        "771550181",
        "update-700000017",
    )


def test_a_press_in_a_message_that_is_gone_is_a_press() -> None:
    gone = press(message={"chat": CHAT, "message_id": 17, "date": 0})
    assert (gone.message_id, gone.label) == (None, "")
    assert press(message=None).chat_id == 771550181


# --- whom it concerns ---


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
@pytest.mark.parametrize("update", ["message", "edited_message", "channel_post", "edited_channel_post"])
def test_talk_of_others_is_not_looked_at(kind: str, update: str) -> None:
    content = message(text="canary-7391") | {"chat": {"id": -100, "title": "Neighbours", "type": kind}}
    assert read(update, content) == Elsewhere(-100, "es")


def member(status: str, chat: Json = CHAT) -> Parsed | None:
    def of(status: str) -> Json:
        return {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    change = {"chat": chat, "from": ROSA, "date": SENT_AT}
    return read("my_chat_member", change | {"old_chat_member": of("member"), "new_chat_member": of(status)})


def test_blocking_and_letting_in() -> None:
    assert member("kicked") == Blocked("771550181", by_them=True)
    assert member("member") == Blocked("771550181", by_them=False)


def test_a_group_is_told_when_the_bot_comes_in_and_not_when_it_is_put_out() -> None:
    group = {"id": -100, "title": "Neighbours", "type": "group"}
    assert member("member", group) == Elsewhere(-100, "es")
    assert member("left", group) is None
    assert member("kicked", group) is None


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("poll", {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                  "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                  "allows_revoting": False, "members_only": False}),
        ("inline_query", {"id": "1", "from": ROSA, "query": "meals", "offset": ""}),
        ("of_next_year", {"a": 1}),
    ],
)  # fmt: skip
def test_other_news_does_not_concern_us(kind: str, content: Json) -> None:
    assert read(kind, content) is None


@pytest.mark.parametrize(
    "payload",
    [
        None, [], "x", 7, {}, {"What": "is this"}, {"update_id": "x"}, {"update_id": None}, {"update_id": True},
        {"update_id": 1, "message": "x"}, {"update_id": 1, "message": {"x": 1}},
        {"update_id": 1, "message": {"message_id": 1, "date": "z", "chat": {}}},
        {"update_id": 1, "message": message() | {"date": 10**20}},
    ],
)  # fmt: skip
def test_what_is_no_update_is_refused(payload: Any) -> None:
    with pytest.raises(ParseError):
        update_in(payload)


@given(st.text(st.characters(codec=None), max_size=200))
def test_any_text_at_all_comes_in(text: str) -> None:
    meant = said(text=text or "x")
    assert "\x00" not in meant.text
    meant.text.encode()
