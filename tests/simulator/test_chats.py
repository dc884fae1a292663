"""The demo's chats: the page, the stand-in for Telegram, and Handrail's own bot against both."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort, request
from flask.testing import FlaskClient
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, InvalidToken

from app.bot import begin_beside_the_web
from app.demo import SAMPLE
from app.media import fetch_media, kept_media
from app.simulator import Courier, simulator_blueprint
from app.simulator.bot_api import bot_api
from app.simulator.chats import (
    CHATS_KEPT,
    MESSAGES_KEPT,
    TYPING_SHOWS,
    Button,
    Chats,
    Key,
    MarkupError,
    Origin,
    Place,
    Run,
    Shared,
    chat_of,
    phone_of,
    read_html,
)
from app.simulator.network import Status
from app.simulator.telegram import HEADER, TelegramStandIn
from app.simulator.things import FILES, PLACES
from app.web import create_app
from app.wiring import House
from app.worker import Worker
from bot.client import Client
from bot.loop import EventLoop
from core.config import Config
from core.db.models.conversation import InboundMedia
from tests.bot.conftest import Providers
from tests.fakes import StandingClock

ROSE, LI = 12025550181, 12025550182
TOKEN, SECRET = "1000000199:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0", "a-secret-for-tests_0123456789"


def settings_at(address: str) -> dict[str, str]:
    return {
        "HANDRAIL_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "HANDRAIL_PUBLIC_URL": address,
        "HANDRAIL_COMMUNITY_NAME": "Riverside",
        "HANDRAIL_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "HANDRAIL_TWILIO_AUTH_TOKEN": "an-auth-token",
        "HANDRAIL_TWILIO_FROM": "+12025550199",
        "HANDRAIL_TELEGRAM_TOKEN": TOKEN,
        "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "HANDRAIL_TELEGRAM_API_BASE": f"{address}/try/telegram",
    }


@dataclass
class Handrail:
    """A fake Handrail: keeps every update that comes with the secret. `busy`: how often it says 503 first."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    busy: int = 0

    def hear(self) -> str:
        if request.headers.get(HEADER) != SECRET:
            abort(403)
        if self.busy:
            self.busy -= 1
            abort(503)
        self.heard.append(request.get_json())
        return ""


@pytest.fixture
def handrail() -> Handrail:
    return Handrail()


@pytest.fixture
def front() -> Flask:
    """What is served: Handrail's webhook, and the stand-in beside it."""
    return Flask(__name__)


@pytest.fixture
def address(front: Flask, handrail: Handrail, serve: Callable[[Flask], str]) -> str:
    front.add_url_rule("/telegram/webhook", view_func=handrail.hear, methods=["POST"])
    return serve(front)


@pytest.fixture
def chats(clock: StandingClock) -> Chats:
    return Chats(clock)


@pytest.fixture
def courier() -> Iterator[Courier]:
    courier = Courier("an-auth-token", pause_seconds=0)
    yield courier
    courier.settle()


@pytest.fixture
def stand_in(front: Flask, address: str, chats: Chats, courier: Courier, clock: StandingClock) -> TelegramStandIn:
    stand_in = TelegramStandIn(Config.from_env(settings_at(address)), chats, courier, clock)
    front.register_blueprint(bot_api(stand_in), url_prefix="/try/telegram")
    return stand_in


@pytest.fixture
def settled(courier: Courier) -> Callable[[], None]:
    """Waits until all that residents did has reached Handrail, or has not."""
    return courier.settle


@pytest.fixture
def bot(stand_in: TelegramStandIn, address: str) -> Iterator[Client]:
    """Handrail's own client, with the real library in it."""
    loop = EventLoop()
    client = Client(Config.from_env(settings_at(address)), loop)
    yield client
    client.close()
    loop.close()


class TestChats:
    """What stands in the chats."""

    def test_it_forgets_the_oldest(self, chats: Chats) -> None:
        for n in range(MESSAGES_KEPT + 5):
            chats.add(ROSE, Origin.RESIDENT, runs=(Run(f"text {n}"),))
        assert (len(chats.thread(ROSE)), chats.thread(ROSE)[0].text) == (MESSAGES_KEPT, "text 5")
        for n in range(CHATS_KEPT):
            chats.add(n, Origin.RESIDENT, runs=(Run("hi"),))
        assert chats.thread(ROSE) == ()

    def test_numbers_never_come_again_not_even_after_a_restart(self, chats: Chats, clock: StandingClock) -> None:
        before = [chats.add(chat, Origin.RESIDENT).number for chat in (ROSE, LI, ROSE)]
        clock.forward(timedelta(seconds=10))
        assert Chats(clock).add(ROSE, Origin.RESIDENT).number > max(before)
        assert len(set(before)) == 3

    def test_keys_go_when_the_resident_writes_and_typing_ends_by_itself(
        self, chats: Chats, clock: StandingClock
    ) -> None:
        chats.put_keys(ROSE, (Key("Share my location", "location"),))
        chats.add(ROSE, Origin.HANDRAIL, runs=(Run("And?"),))
        assert chats.keys(ROSE)
        chats.add(ROSE, Origin.RESIDENT, runs=(Run("here"),))
        assert chats.keys(ROSE) == ()
        chats.types(ROSE)
        assert chats.typing(ROSE)
        clock.forward(TYPING_SHOWS)
        assert not chats.typing(ROSE)
        chats.types(ROSE)
        chats.add(ROSE, Origin.HANDRAIL, runs=(Run("Yes."),))
        assert not chats.typing(ROSE)

    def test_only_phones_of_the_demo_have_chats(self) -> None:
        assert (chat_of("+12025550181"), phone_of(ROSE)) == (ROSE, "+12025550181")
        assert [phone_of(chat) for chat in (-1001, 42, 442071838750)] == [None, None, None]

    def test_bold_is_read_and_nothing_else_passes(self) -> None:
        assert read_html("<b>Lunch &amp; more</b>: 1 &lt; 2") == (Run("Lunch & more", True), Run(": 1 < 2"))
        for wrong in ("<i>x</i>", "1 < 2", "<b>x", "x</b>", "<b><b>x</b></b>", "", " <b> </b>", "x" * 4_097):
            with pytest.raises(MarkupError):
                read_html(wrong)
        assert read_html("😀" * 2_048)
        with pytest.raises(MarkupError):
            read_html("😀" * 2_049)


class TestUpdates:
    """What residents do, as Telegram tells it."""

    def test_everything_a_resident_sends_arrives_in_order_with_the_secret(
        self, stand_in: TelegramStandIn, handrail: Handrail, settled: Callable[[], None]
    ) -> None:
        handrail.busy = 1
        stand_in.writes(LI, "/start meals")
        stand_in.writes(LI, "我想找人送午饭")
        stand_in.is_at(LI, PLACES[0])
        for shared in Shared:
            stand_in.shares(LI, shared)
        settled()
        numbers = [update["update_id"] for update in handrail.heard]
        assert numbers == list(range(numbers[0], numbers[0] + 6))
        command, words, place, voice, picture, number = (update["message"] for update in handrail.heard)
        assert command["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
        assert words["text"] == "我想找人送午饭"
        assert words["from"] == {"id": LI, "is_bot": False, "first_name": "李先生", "language_code": "zh-hans"}
        assert words["chat"] == {"id": LI, "first_name": "李先生", "type": "private"}
        assert place["location"] == {"latitude": 41.9, "longitude": -72.4}
        assert (voice["voice"]["duration"], voice["voice"]["mime_type"]) == (3, "audio/ogg")
        assert picture["photo"][0]["width"] == 520
        assert number["contact"] == {"phone_number": "+12025550182", "first_name": "李先生", "user_id": LI}
        assert {message.status for message in stand_in.chats.thread(LI)} == {Status.RECEIVED}

    def test_what_handrail_does_not_take_is_shown_as_such(
        self, stand_in: TelegramStandIn, handrail: Handrail, settled: Callable[[], None]
    ) -> None:
        handrail.busy = 99
        stand_in.writes(ROSE, "hello")
        settled()
        assert stand_in.chats.thread(ROSE)[0].status is Status.FAILED

    def test_a_press_is_told_with_its_message_and_answered_once(
        self, stand_in: TelegramStandIn, handrail: Handrail, settled: Callable[[], None], bot: Client
    ) -> None:
        runs = (Run("😀 "), Run("Lunch", True), Run(": ok?"))
        asked = stand_in.chats.add(ROSE, Origin.HANDRAIL, runs=runs, buttons=(Button("1: yes", "signed"),))
        for data, number in (("forged", asked.number), ("signed", 1)):
            stand_in.presses(ROSE, number, data)
        stand_in.presses(ROSE, asked.number, "signed")
        settled()
        (update,) = handrail.heard
        press = update["callback_query"]
        assert press["data"] == "signed"
        assert press["message"]["entities"] == [{"type": "bold", "offset": 3, "length": 5}]
        assert press["message"]["reply_markup"]["inline_keyboard"] == [[{"text": "1: yes", "callback_data": "signed"}]]
        bot.answer_callback(press["id"], "That was an earlier question.")
        shown = stand_in.chats.thread(ROSE)[-1]
        assert (shown.origin, shown.text) == (Origin.TELEGRAM, "That was an earlier question.")
        with pytest.raises(BadRequest, match="Query is too old"):
            bot.answer_callback(press["id"])


class TestBotApi:
    """The real library against the stand-in."""

    def test_a_message_with_buttons_stands_in_the_chat_and_can_be_changed(self, bot: Client, chats: Chats) -> None:
        rows = [
            [InlineKeyboardButton("1: yes", callback_data="a")],
            [InlineKeyboardButton("0: person", callback_data="b")],
        ]
        number = bot.send_message(ROSE, "<b>Lunch</b> &amp; more", InlineKeyboardMarkup(rows))
        (asked,) = chats.thread(ROSE)
        assert (asked.number, asked.text, asked.runs[0].bold) == (number, "Lunch & more", True)
        assert asked.buttons == (Button("1: yes", "a"), Button("0: person", "b"))
        for _ in range(2):  # the second time nothing changes, which our client knows
            bot.show_pick(ROSE, number, "<b>Lunch</b> &amp; more\n\n✓ 1: yes")
        (picked,) = chats.thread(ROSE)
        assert (picked.text, picked.buttons) == ("Lunch & more\n\n✓ 1: yes", ())

    def test_keys_stand_below_the_chat_until_taken_away(self, bot: Client, chats: Chats) -> None:
        share = [[KeyboardButton("Share", request_location=True)], [KeyboardButton("Mine", request_contact=True)]]
        bot.send_message(ROSE, "Where?", ReplyKeyboardMarkup([*share, [KeyboardButton("a person")]]))
        assert chats.keys(ROSE) == (Key("Share", "location"), Key("Mine", "contact"), Key("a person"))
        bot.send_venue(ROSE, "Lunch Club", "3 Mill Street", 41.9, -72.4, ReplyKeyboardRemove())
        assert chats.keys(ROSE) == ()
        assert chats.thread(ROSE)[-1].place == Place("Lunch Club", 41.9, -72.4, "3 Mill Street")

    def test_what_telegram_refuses_is_refused(self, bot: Client, chats: Chats, address: str) -> None:
        theirs = chats.add(ROSE, Origin.RESIDENT, runs=(Run("mine"),)).number
        for refused, why in (
            (lambda: bot.send_message(ROSE, "1 < 2"), "Can't parse entities"),
            (lambda: bot.send_message(442071838750, "hi"), "Chat not found"),
            (lambda: bot.show_pick(ROSE, 7, "hi"), "not found"),
            (lambda: bot.show_pick(ROSE, theirs, "hi"), "can't be edited"),
            (lambda: bot.download("stolen"), "Wrong file_id"),
        ):
            with pytest.raises(BadRequest, match=why):
                refused()
        loop = EventLoop()
        other = Config.from_env(settings_at(address) | {"HANDRAIL_TELEGRAM_TOKEN": TOKEN[:-1] + "x"})
        with pytest.raises(InvalidToken):
            Client(other, loop).send_typing(ROSE)
        loop.close()

    def test_files_menus_and_typing(self, bot: Client, chats: Chats, stand_in: TelegramStandIn) -> None:
        assert bot.download("voice") == (FILES[Shared.VOICE].content, "audio/ogg")
        content, kind = bot.download("picture")
        assert (content[:2], kind) == (b"\xff\xd8", "image/jpeg")
        bot.set_commands([("help", "How this works")])
        bot.set_commands([("help", "怎么用")], "zh")
        assert stand_in.menu("zh-Hans") == (("help", "怎么用"),)
        assert stand_in.menu("es") == (("help", "How this works"),)
        bot.send_typing(ROSE)
        assert chats.typing(ROSE)

    def test_updates_go_where_handrail_says(
        self, bot: Client, stand_in: TelegramStandIn, handrail: Handrail, settled: Callable[[], None], address: str
    ) -> None:
        bot.set_webhook(f"{address}/telegram/webhook", "another-secret-of-handrails")
        stand_in.writes(ROSE, "hello")
        settled()
        assert handrail.heard == []
        bot.set_webhook(f"{address}/telegram/webhook", SECRET)
        stand_in.writes(ROSE, "hello")
        settled()
        assert len(handrail.heard) == 1


class TestPage:
    """/try/chat/, without JavaScript."""

    @pytest.fixture
    def page(self) -> FlaskClient:
        app = Flask(__name__)
        app.register_blueprint(simulator_blueprint(Config.from_env(settings_at("http://127.0.0.1:9"))))
        return app.test_client()

    def test_words_are_sent_by_a_plain_form_and_shown(self, page: FlaskClient) -> None:
        assert 'value="/start"' in page.get("/try/chat/").text.split('id="keys"')[1].split("</div>")[0]
        answer = page.post("/try/chat/do", data={"phone": "+12025550182", "text": "我想找人送午饭 <b>"})
        assert answer.status_code == 303
        html = page.get(answer.location).text
        assert '<p class="words" lang="zh-Hans">我想找人送午饭 &lt;b&gt;</p>' in html
        assert 'value="/start"' not in html.split('id="keys"')[1].split("</div>")[0]

    def test_everything_that_can_be_shared_is_shown(self, page: FlaskClient) -> None:
        for share in ("location", "voice", "picture", "contact", "nonsense"):
            page.post("/try/chat/do", data={"phone": "202-555-0181", "share": share, "place": "Elm Hill"})
        html = page.get("/try/chat/thread", query_string={"phone": "202-555-0181"}).text
        assert html.count("<li id=") == 4
        assert "My location: Elm Hill" in html
        assert "My number: 202-555-0181" in html
        for file in re.findall(r'src="([^"]+)"', html):
            assert page.get(file).status_code == 200

    def test_nothing_happens_by_what_is_no_button(self, page: FlaskClient) -> None:
        for form in ({"press": "7 x"}, {"press": "x"}, {"press": "٣ x"}, {"text": "  "}, {}):
            assert page.post("/try/chat/do", data=form).status_code == 303
        assert page.get("/try/chat/thread").text.count("<li id=") == 0

    def test_nothing_in_it_needs_a_looser_policy(self, page: FlaskClient) -> None:
        html = page.get("/try/chat/").text
        assert "<style" not in html
        assert " style=" not in html
        assert "onclick" not in html
        assert html.count("<script") == html.count("<script src=") == 1
        assert page.get("/try/static/chat.js").status_code == 200

    def test_its_places_are_the_sample_towns(self) -> None:
        with (SAMPLE / "places.csv").open(encoding="utf-8") as file:
            known = {row["name"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)}
        assert {place.name: (place.latitude, place.longitude) for place in PLACES}.items() <= known.items()


class TestWholeDemo:
    """The page, the real bot and the whole house, all over HTTP."""

    @pytest.fixture
    def engine(self) -> str:
        return "sqlite"

    @pytest.fixture
    def providers(self) -> Providers:
        return Providers()

    @pytest.fixture
    def front(self) -> Flask:
        return Flask("front")

    @pytest.fixture
    def settings(self, settings: dict[str, str], front: Flask, serve: Callable[[Flask], str]) -> Mapping[str, str]:
        telegram = {name: value for name, value in settings_at(serve(front)).items() if "TWILIO" not in name}
        return settings | telegram

    @pytest.fixture
    def page(self, front: Flask, house: House) -> FlaskClient:
        app = create_app(house, simulator=True)
        front.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        return app.test_client()

    def test_rose_shares_where_she_is_presses_a_button_and_sends_her_voice(
        self, page: FlaskClient, house: House, until: Callable[..., str]
    ) -> None:
        begin_beside_the_web(house)
        until(page, "Share my location", text="i need a hot meal")
        offers = until(page, "1: Hot Meals at Home", share="location", place="Mill Street")
        assert "15 Church Street" in offers, "on the map"
        press = re.findall(r'name="press" value="([^"]+)"[^>]*>1: ', offers)[-1]
        offer = until(page, "1: we call them for you", press=unescape(press))
        assert "✓ 1: Hot Meals at Home" in offer
        assert press not in offer, "the buttons of the question are gone"
        assert "A person will listen" in until(page, "A person will listen", share="voice")
        with house.database.read() as session:
            item = session.scalars(sa.select(InboundMedia)).one()
        assert fetch_media(house, item.id)
        assert kept_media(house, item.id) == ("audio/ogg", FILES[Shared.VOICE].content)
        assert "/help" in page.get("/try/chat/").text, "the menu has come too"

    @pytest.fixture
    def until(self, house: House, clock: StandingClock) -> Callable[..., str]:
        """Does what is said on Rose's page, and gives her chat once it shows `expected`."""
        worker = Worker(house)

        def go(page: FlaskClient, expected: str, **form: str) -> str:
            page.post("/try/chat/do", data=form | {"phone": "+12025550181"})
            for _ in range(200):
                clock.forward(timedelta(milliseconds=50))
                worker.run_once()
                html = page.get("/try/chat/thread").text
                if expected in html and "sending" not in html:
                    return html
                house.wake_worker.wait(0.02)
            raise AssertionError(f"{expected} never came:\n{html}")

        return go
