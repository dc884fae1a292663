"""Every answer the assistant can give, with the longest names there are, fits two segments of an old phone."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.wiring import build_phrasebook
from core.config import Config
from core.conversation.ask_again import ask_again
from core.conversation.decision import Decision
from core.conversation.needs import referral_agreed, referral_refused, referral_wanted, serve
from core.conversation.people import bring_a_person
from core.conversation.phrases import choices, need_label, reply, say
from core.conversation.situation import Community, Contact, Findings, Search, Situation
from core.conversation.starting import emergency_again, follow_up_question, listing_question
from core.conversation.state import OpenQuestion, QuestionKind, TalkState
from core.db.models.help_request import Reason
from core.directory.find import Found, Offer
from core.directory.opening import Opening
from core.directory.places import PlaceRef
from core.directory.queries import ResponsibleName
from core.hours import parse_week_hours
from core.i18n.catalogues import load_domain
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, Moment, NeedName, Param, Phone, Reply, Say, Translated, Words
from intents.catalogue import Catalogue
from intents.model import Model
from intents.understanding import Act, Understanding
from sms.render import render
from sms.segments import measure
from tests.conftest import SETTINGS

LANGUAGES = ("en", "zh", "es")
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 28, 23, 0, tzinfo=ZONE)
LONG_NAME = Translated(
    "The Saint Bartholomew and Holy Redeemer Community Neighbourhood Development Corporation of Upper Larkfield",
    {
        "zh": "拉克菲尔德上城区圣巴塞洛缪暨圣救主社区邻里发展与长者综合服务促进会第二分会",
        "es": "Corporación de Desarrollo Vecinal San Bartolomé y Santísimo Redentor de la Ciudad Alta de Larkfield",
    },
)
LATEST = Moment(NOW + timedelta(days=4, minutes=45), NOW)
LONGEST: dict[str, Param] = {
    "name": LONG_NAME,
    "organization": LONG_NAME,
    "cost": LONG_NAME,
    "address": Words("1075-1077 Coney Island Avenue, Apartment 2402, Upper Larkfield Old Harbor Quarter"),
    "phone": Phone("+12025550173", "12345"),
    "contact": Words("1075-1077 Coney Island Avenue, Apartment 2402, Upper Larkfield Old Harbor Quarter"),
    "code": Words("482913"),
    "reference": Words("4829137"),
    "when": LATEST,
    "until": LATEST,
    "place": Words("the corner of Mill Street and Old Harbor Parkway, behind the church"),
    "text": Words("words " * 40),
    "hours": Words("Mon, Tue, Wed, Thu, Fri 9:00 AM-12:30 PM; Mon, Tue, Wed, Thu, Fri 1:30 PM-5:00 PM"),
    "number": Words("3"),
    "what": Words("A hot lunch with company, twice a week in the hall behind the church on the corner of Mill Street"),
    "label": Words("teléfono, papeles y leyes"),
    "group": Words("teléfono, papeles y leyes"),
    "link": Words("https://help.larkfield.example/console/requests/2d1f6c0a-9a53-4c53-8b27-3d0f2f1b7a55"),
}
EXPANDED_BY_ITSELF = ("moment.", "time.", "phone.", "text.")


@pytest.fixture(scope="module")
def phrasebook(model: Model) -> Phrasebook:
    return build_phrasebook(Config.from_env(SETTINGS), model.catalogue)


def fits(answer: Reply, phrasebook: Phrasebook) -> str:
    text = render(answer, phrasebook)
    assert measure(text).segments <= 2, text
    return text


def longest_need(catalogue: Catalogue, language: str) -> str:
    return max(catalogue.needs, key=lambda code: len(catalogue.needs[code].names[language]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_alone(language: str, phrasebook: Phrasebook, model: Model) -> None:
    need = NeedName(longest_need(model.catalogue, language))
    for key in load_domain("messages", language):
        if not key.endswith(".words") and not key.startswith(EXPANDED_BY_ITSELF):
            fits(Reply((Say(key, {**LONGEST, "need": need}),), language), phrasebook)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_answer_that_is_put_together(language: str, phrasebook: Phrasebook, model: Model) -> None:
    for answer in composed(language, model.catalogue):
        fits(answer, phrasebook)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_numbers_and_references_are_never_cut(language: str, phrasebook: Phrasebook, model: Model) -> None:
    s = situation(language, model.catalogue)
    offered = serve(s, s.state)
    assert not isinstance(offered, Search)
    assert "202-555-0173" in fits(offered.reply, phrasebook)
    agreed = referral_agreed(s, s.state, offer(), ())
    assert "482913" in fits(agreed.reply, phrasebook)


def composed(language: str, catalogue: Catalogue) -> list[Reply]:
    """The answers of several lines and choices, at their longest."""
    s = situation(language, catalogue)
    two = replace(s.state, waiting=(longest_need(catalogue, language),))
    none = replace(s, findings={search: nothing(f) for search, f in s.findings.items()})
    report = replace(s.state, need="street.cleaning", waiting=two.waiting)
    answers = [
        serve(s, s.state, note=say("place.unknown")),
        serve(s, two),
        serve(none, s.state),
        serve(none, two),
        serve(s, report),
        serve(s, replace(s.state, place=None)),
        serve(s, replace(report, place=None)),
        serve(s, replace(s.state, need="safety.abuse", private_phone=None)),
        referral_wanted(s, s.state, offer()),
        referral_wanted(s, replace(s.state, for_whom="other"), offer()),
        referral_agreed(s, two, offer(), ()),
        referral_refused(s, two, offer()),
        bring_a_person(s, Reason.MEDIA, say("media.received")),
        bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up")),
    ]
    replies = [answer.reply for answer in answers if not isinstance(answer, Search)]
    assert len(replies) == len(answers)
    needs = sorted(catalogue.needs, key=lambda code: -len(catalogue.needs[code].names[language]))[:3]
    which = reply(s, say("ask.which"), picks=choices(*(need_label(code) for code in needs)))
    dangers = [
        reply(s, say(key), say("emergency.not_us"))
        for key in load_domain("messages", language)
        if key.startswith("emergency.") and key not in ("emergency.not_us", "emergency.again")
    ]
    doubts = [
        reply(s, say(key), picks=choices("choice.yes", "choice.no"))
        for key in load_domain("messages", language)
        if key.startswith("danger.")
    ]
    to_provider = listing_question(
        LONG_NAME, Phone("+12025550173", "12345"), "1075-1077 Coney Island Avenue", "", language
    )
    we_begin = [follow_up_question(language), emergency_again(language), to_provider]
    return [*replies, *once_more(s, replies), which, *dangers, *doubts, *we_begin]


def once_more(s: Situation, replies: list[Reply]) -> list[Reply]:
    """Every question asked again after a line before it, and an offer with all that is known of it."""
    asked = [answer for answer in replies if answer.expects.choices]
    questions = [OpenQuestion(uuid.UUID(int=3), QuestionKind.CANCEL, answer) for answer in asked]
    questions.append(OpenQuestion(uuid.UUID(int=3), QuestionKind.OFFER, asked[0], subject=offer().service_id))
    s = replace(s, findings={Search(service=offer().service_id): Findings(service=offer())})
    before = ("ask.sorry", "offer.known", "greeting.hello", "language.changed")
    again = [ask_again(s, question, say(key)) for question in questions for key in before]
    return [decision.reply for decision in again if isinstance(decision, Decision)]


def offer() -> Offer:
    return Offer(
        service_id=uuid.UUID(int=1),
        name=LONG_NAME,
        organization=Translated(LONG_NAME.original + " (Association)", LONG_NAME.by_language),
        organization_kind="association",
        description=LONG_NAME,
        phone=Phone("+12025550173", "12345"),
        address="1075-1077 Coney Island Avenue, Apartment 2402, Upper Larkfield",
        opening=Opening(None, LATEST.at, known=True),
        cost=LONG_NAME,
        free=False,
        stale=True,
        distance_km=1.0,
        documents=(),
        reasons=(),
    )


def nothing(findings: Findings) -> Findings:
    return replace(findings, by_need={need: Found(need, (), None) for need in findings.by_need})


def situation(language: str, catalogue: Catalogue) -> Situation:
    need = longest_need(catalogue, language)
    place = PlaceRef("Mill Street", None, None, None, None)
    state = TalkState(need=need, words="help", place=place)
    found = {code: Found(code, (offer(),), None) for code in catalogue.needs}
    searches = {
        Search((need,), place=place, words="help"): Findings(place, {need: found[need]}),
        Search((need, need), place=place, words="help"): Findings(place, {need: found[need]}),
        Search(("street.cleaning",), place=place, responsible=True): Findings(
            place, {}, {"street.cleaning": ResponsibleName(LONG_NAME, None)}
        ),
    }
    return Situation(
        now=NOW,
        inbound=Inbound(Channel.SMS, "+12025550181", "SM1", NOW, text="help"),
        understanding=Understanding("help", language, Act.UNKNOWN, (), None, 0.0),
        language=language,
        contact=Contact(uuid.UUID(int=2), stopped=False, shared=False, safe_to_call=None, messages_this_hour=0),
        state=state,
        question=None,
        picked=None,
        requests=(),
        last_reply=None,
        fresh_reference="482913",
        community=Community(catalogue, LANGUAGES, parse_week_hours("Wed 09:45-17:00")),
        findings=searches,
    )
