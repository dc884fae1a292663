"""A text of the directory that nobody has translated yet is told as it is, and each channel says so in its own way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.wiring import build_phrasebook
from bot.render import render as chat
from core.config import Config
from core.conversation.offers import offer_lines
from core.db.engine import Database
from core.db.models import CostOption, Service, Translation
from core.directory.find import service_offer
from core.i18n.phrasebook import Phrasebook
from core.messages import Reply, Say, Translated, Words, reply_from_json, reply_to_json
from intents.catalogue import load_catalogue
from sms.render import render as text_message
from sms.segments import measure
from tests.conftest import SETTINGS
from voice.render import CallView, Spoken, prompt
from voice.render import render as twiml

MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("America/New_York"))
LONG = "a small gift if you can spare one, else nothing at all, and nobody at the door will ever ask you why not"


@pytest.fixture(scope="module")
def phrasebook() -> Phrasebook:
    return build_phrasebook(Config.from_env(SETTINGS), load_catalogue())


@pytest.fixture
def lunch(town: Database) -> Reply:
    """What is told of a service whose fee is there in English and Chinese alone, to a reader of Spanish."""
    with town.write() as session:
        cost = session.scalars(
            sa.select(CostOption).where(CostOption.amount > 0, CostOption.amount_description.is_not(None))
        ).first()
        assert cost
        cost.amount, cost.amount_description, cost.currency = 4.0, "a meal", "USD"
        session.execute(sa.delete(CostOption).where(CostOption.service_id == cost.service_id, CostOption.id != cost.id))
        session.execute(sa.delete(Translation).where(Translation.entity_id == cost.id, Translation.language == "es"))
        session.execute(
            sa.update(Translation).where(Translation.entity_id == cost.id, Translation.language == "zh")
            .values(text="一餐")
        )  # fmt: skip
        session.execute(
            sa.delete(Translation).where(Translation.entity_id == cost.service_id, Translation.field == "name")
        )
        session.get_one(Service, cost.service_id).name = "Riverside Lunch"
        service_id = cost.service_id
    with town.read() as session:
        offer = service_offer(session, service_id, at=MONDAY)
    assert offer
    return Reply(offer_lines(offer, MONDAY), "es")


def in_(reply: Reply, language: str) -> Reply:
    return replace(reply, language=language)


def test_by_text_it_is_marked_once_and_a_name_is_not(lunch: Reply, phrasebook: Phrasebook) -> None:
    told = text_message(lunch, phrasebook)
    assert "Precio: $4 a meal (en inglés)." in told
    assert told.count("inglés") == 1
    assert told.startswith("Riverside Lunch"), "a name is a name in every language"
    assert "费用：$4 一餐。" in text_message(in_(lunch, "zh"), phrasebook)
    assert "Cost: $4 a meal.\n" in text_message(in_(lunch, "en"), phrasebook) + "\n"


def test_in_a_chat_too(lunch: Reply, phrasebook: Phrasebook) -> None:
    [told] = chat(lunch, phrasebook, str)
    assert "Precio: $4 a meal (en inglés)." in told.html  # type: ignore[union-attr]


def test_in_a_call_the_line_is_said_by_the_voice_of_its_own_language(lunch: Reply, phrasebook: Phrasebook) -> None:
    said = prompt(lunch, phrasebook, 0)
    assert Spoken("Cost: $4 a meal.", "en") in said
    assert {line.language for line in said} == {"en", "es"}, "all else is said in theirs"
    assert 'language="en-US" voice="Polly.Joanna">Cost: $4 a meal.' in twiml(lunch, phrasebook, CallView(0))


@pytest.mark.parametrize(("language", "mark"), [("es", "(en inglés)"), ("zh", "（英语原文）")])
def test_a_long_one_is_cut_before_its_mark(phrasebook: Phrasebook, language: str, mark: str) -> None:
    cost = Say("service.cost", {"cost": Translated("$2 or " + LONG, prose=True)})
    told = text_message(Reply((cost, *(Say("person.soon"),) * 4), language), phrasebook)
    assert measure(told).segments <= 2
    assert mark in told


def test_one_that_came_in_another_language_is_told_in_the_communitys_first(phrasebook: Phrasebook) -> None:
    fee = Translated("un regalo", {"en": "a gift"}, prose=True)
    said = phrasebook.line(Say("service.cost", {"cost": fee}), "zh")
    assert said == "费用：a gift（英语原文）。"


def test_an_amount_says_the_same_everywhere(town: Database, phrasebook: Phrasebook) -> None:
    with town.write() as session:
        fee, cost = (Service.fees_description.is_(None), CostOption.service_id == Service.id)
        found = session.scalars(sa.select(Service).where(fee, ~sa.exists().where(cost))).first()
        assert found
        found.fees_description = "$5-$10"
        service_id = found.id
    with town.read() as session:
        offer = service_offer(session, service_id, at=MONDAY)
    assert offer
    assert "Precio: $5-$10." in text_message(Reply(offer_lines(offer, MONDAY), "es"), phrasebook)


def test_a_stored_answer_keeps_its_mark() -> None:
    stored = reply_to_json(Reply((Say("service.cost", {"cost": Translated("a gift", prose=True)}),), "es"))
    assert reply_from_json(stored).say[0].params["cost"] == Translated("a gift", prose=True)
    del stored["say"][0]["params"]["cost"]["prose"]
    assert reply_from_json(stored).say[0].params["cost"] == Translated("a gift"), "as it was stored before"


def test_what_somebody_wrote_is_never_marked(phrasebook: Phrasebook) -> None:
    assert phrasebook.line(Say("service.cost", {"cost": Words("a gift")}), "es") == "Precio: a gift."
