"""Listings kept true: providers are asked, volunteers say what is wrong, a coordinator looks once a day."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db.engine import Database
from core.db.models import Doubt, ListingEdit, OutgoingMessage, PhoneNumber, Service, Verification
from core.db.models.freshness import AskedBy, DoubtKind, EditOrigin, EditState, Verified
from core.db.models.outgoing import Purpose
from core.db.models.volunteer import Role
from core.directory.find import service_offer
from core.messages import Reply, Words, reply_from_json
from intents.catalogue import Catalogue
from tests.console.audit import AuditedClient, problems_of
from tests.console.conftest import Enter
from tests.console.scenes import PASSWORD, Scene, build_scene
from tests.fakes import StandingClock

LISTINGS = "/console/listings"
ASK = LISTINGS + "/ask"
CALLS = LISTINGS + "/calls"
CLUB = "Lunch club at St Ann's"
TODAY = date(2026, 11, 23)
MAIL = {"HANDRAIL_SMTP_URL": "smtp://mail.example.org", "HANDRAIL_MAIL_FROM": "help@example.org"}


@pytest.fixture
def scene(database: Database, clock: StandingClock, catalogue: Catalogue) -> Scene:
    """A console with a mail server."""
    scene = build_scene(database, clock, catalogue, HANDRAIL_VERIFY_PER_DAY="3", **MAIL)
    scene.app.test_client_class = AuditedClient
    return scene


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def next_visit(scene: Scene, cora: AuditedClient, days: int) -> AuditedClient:
    """Cora comes back some days later."""
    scene.clock.forward(timedelta(days=days))
    cora.logs_in("cora", PASSWORD)
    return cora


def club(scene: Scene, *, email: str | None = "club@example.org", assured: date | None = date(2025, 6, 1)) -> uuid.UUID:
    """A listing that was checked long ago, whose provider reads e-mail."""
    service_id = scene.lists_service(CLUB, assured)
    with scene.database.write() as session:
        session.get_one(Service, service_id).email = email
    return service_id


def sent(scene: Scene) -> list[Reply]:
    return [reply_from_json(row.reply) for row in scene.rows(OutgoingMessage, purpose=Purpose.VERIFY)]


def link(scene: Scene) -> str:
    """The path of the link in the first letter."""
    found = (line.params["link"] for line in sent(scene)[0].say if "link" in line.params)
    words = next(found)
    assert isinstance(words, Words)
    return words.text.removeprefix(scene.deps.config.public_url)


def stranger(scene: Scene) -> FlaskClient:
    """A browser that nobody is logged in with; the provider's, or a mail scanner's."""
    return FlaskClient(scene.app, TestResponse)


def page(answer: TestResponse) -> str:
    """A page of the provider, which has no log-in and so no token."""
    assert [one for one in problems_of(answer.text) if "CSRF" not in one] == []
    return answer.text


def asked_by_mail(scene: Scene, cora: AuditedClient) -> uuid.UUID:
    service_id = club(scene)
    cora.visit(ASK)
    cora.submit("/ask")
    return service_id


class TestAsking:
    def test_the_count_comes_first_and_then_each_provider_is_asked_in_their_own_way(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        club(scene)
        scene.lists_service("Night shelter")
        scene.lists_service("Checked last week", TODAY - timedelta(days=7))
        shown = cora.visit(ASK)
        assert "Listings to ask about: 2" in shown
        assert "By e-mail: 1" in shown
        assert "By text: 1" in shown
        assert not scene.rows(Verification), "looking asks nobody"
        assert "Asked now: 2." in cora.submit("/ask")
        assert {row.asked_by for row in scene.rows(Verification)} == {AskedBy.EMAIL, AskedBy.SMS}
        assert len(scene.nudges) == 1
        assert "Listings to ask about: 0" in cora.visit(ASK), "nobody is asked twice"

    def test_one_letter_holds_all_listings_of_a_provider_each_with_its_own_link(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        first, second = club(scene), scene.lists_service("Tea afternoon")
        with scene.database.write() as session:
            tea = session.get_one(Service, second)
            tea.organization_id = session.get_one(Service, first).organization_id
            tea.email = "club@example.org"
        cora.visit(ASK)
        cora.submit("/ask")
        [letter] = sent(scene)
        assert len({line.params["link"] for line in letter.say if "link" in line.params}) == 2
        assert [row.token_key for row in scene.rows(Verification) if row.token_key in str(letter)] == []

    def test_the_days_limit_holds_and_the_rest_waits_for_tomorrow(self, scene: Scene, cora: AuditedClient) -> None:
        for number in range(5):
            scene.lists_service(f"Club {number}")
        with scene.database.write() as session:
            for number, phone in enumerate(session.scalars(sa.select(PhoneNumber))):
                phone.number = f"+1202555016{number}"
        assert "Today 3 more can be asked; the limit is 3 a day." in cora.visit(ASK)
        cora.submit("/ask")
        assert len(scene.rows(Verification)) == 3
        assert "Today 0 more can be asked" in cora.visit(ASK)
        cora.visit("/console/")
        assert cora.post_form_kept(ASK).status_code == 303
        assert len(scene.rows(Verification)) == 3
        assert "Today 3 more can be asked" in next_visit(scene, cora, 1).visit(ASK)

    def test_months_that_are_none_are_said_and_ask_nobody(self, scene: Scene, cora: AuditedClient) -> None:
        club(scene)
        assert cora.visit(ASK + "?months=many").count("Write a number of months") == 2
        assert cora.status == 400

    def test_who_does_not_answer_a_letter_is_asked_another_way(self, scene: Scene, cora: AuditedClient) -> None:
        asked_by_mail(scene, cora)
        assert "By text: 1" in next_visit(scene, cora, 31).visit(ASK)

    def test_one_listing_can_be_asked_about_at_once_and_found_by_its_name(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        service_id = club(scene, assured=TODAY)
        assert CLUB.replace("'", "&#39;") in cora.visit(LISTINGS + "?q=lunch+clb")
        assert "Asked by e-mail." in cora.submit(f"{service_id}/ask")
        assert "Waiting for an answer" in cora.html
        cora.post_form_kept(f"{LISTINGS}/{service_id}/ask")
        assert len(scene.rows(Verification)) == 1


class TestTheProvidersPage:
    def test_looking_changes_nothing_and_yes_makes_today_the_day_it_was_checked(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        service_id = asked_by_mail(scene, cora)
        browser, path = stranger(scene), link(scene)
        for _ in range(3):
            assert "202-555-0160" in page(browser.get(path))
        browser.head(path)
        assert scene.rows(Service, id=service_id)[0].assured_date == date(2025, 6, 1)
        assert "Thank you" in page(browser.post(path, data={"answer": "right"}))
        assert scene.rows(Service, id=service_id)[0].assured_date == TODAY
        [edit] = scene.rows(ListingEdit)
        assert (edit.field, edit.previous, edit.replacement) == ("assured_date", "2025-06-01", "2026-11-23")
        assert (edit.origin, edit.state) == (EditOrigin.PROVIDER, EditState.PUBLISHED)
        browser.post(path, data={"answer": "closed"})
        assert scene.rows(Service, id=service_id)[0].status == "active", "a link is good for one answer"

    def test_what_has_changed_is_told_in_words_and_waits_for_the_coordinator(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        service_id = asked_by_mail(scene, cora)
        browser, path = stranger(scene), link(scene)
        answer = browser.post(path, data={"answer": "changed", "text": " "})
        assert answer.status_code == 400
        assert page(answer).count("Say what has changed") == 2
        page(browser.post(path, data={"answer": "changed", "text": "We open at <b>11</b> now"}))
        shown = cora.visit(LISTINGS)
        assert "We open at &lt;b&gt;11&lt;/b&gt; now" in shown
        assert "told by the provider" in shown
        assert scene.rows(Service, id=service_id)[0].assured_date == date(2025, 6, 1)
        [doubt] = scene.rows(Doubt)
        assert "It is no longer in doubt." in cora.submit(f"doubts/{doubt.id}/settle")
        assert "Nothing is in doubt." in cora.html

    @pytest.mark.parametrize("still_there", [True, False])
    def test_what_has_ended_is_told_to_nobody_until_a_coordinator_says_it_is_there(
        self, scene: Scene, cora: AuditedClient, still_there: bool
    ) -> None:
        service_id = asked_by_mail(scene, cora)
        page(stranger(scene).post(link(scene), data={"answer": "closed"}))
        assert scene.rows(Service, id=service_id)[0].status == "inactive"
        assert "The provider says that it has ended" in cora.visit(LISTINGS)
        [doubt] = scene.rows(Doubt)
        cora.submit(f"doubts/{doubt.id}/settle" if still_there else f"{service_id}/hide")
        assert scene.rows(Service, id=service_id)[0].status == ("active" if still_there else "inactive")
        assert "Nothing is in doubt." in cora.visit(LISTINGS)
        [edit] = scene.rows(ListingEdit)
        assert edit.state is (EditState.UNDONE if still_there else EditState.PUBLISHED)
        assert edit.decided_by == scene.people["cora"]

    def test_who_wants_no_more_letters_gets_none(self, scene: Scene, cora: AuditedClient) -> None:
        asked_by_mail(scene, cora)
        assert "We will not write again" in page(stranger(scene).post(link(scene), data={"answer": "no_more"}))
        shown = next_visit(scene, cora, 31).visit(ASK)
        assert "By text: 1" in shown
        assert "By e-mail" not in shown

    def test_a_link_of_ours_that_is_too_old_or_that_we_never_made_says_so(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        service_id = asked_by_mail(scene, cora)
        browser, path = stranger(scene), link(scene)
        scene.clock.forward(timedelta(days=30))
        answer = browser.post(path, data={"answer": "right"})
        assert answer.status_code == 404
        assert "This link is no longer good" in page(answer)
        assert scene.rows(Service, id=service_id)[0].assured_date == date(2025, 6, 1)
        assert "We do not know this link" in page(browser.get(path + "x"))

    def test_it_is_there_in_every_language_and_kept_by_no_browser(self, scene: Scene, cora: AuditedClient) -> None:
        asked_by_mail(scene, cora)
        browser, path = stranger(scene), link(scene)
        for tag, said in (("en", "Is this still right?"), ("es", "¿Sigue siendo correcto?"), ("zh", "这些还对吗？")):
            answer = browser.get(f"{path}?language={tag}")
            assert said in page(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers


class TestCalls:
    def to_ring(self, scene: Scene, cora: AuditedClient) -> uuid.UUID:
        """A provider with a number that takes no texts."""
        service_id = club(scene, email=None)
        with scene.database.write() as session:
            session.execute(sa.update(PhoneNumber).values(number="+18005550160"))
        cora.visit(ASK)
        cora.submit("/ask")
        return service_id

    def question(self, scene: Scene) -> str:
        [row] = scene.rows(Verification, state=Verified.ASKED)
        return str(row.id)

    def test_any_volunteer_reads_it_to_them_and_notes_what_they_say(
        self, scene: Scene, cora: AuditedClient, enter: Enter
    ) -> None:
        service_id = self.to_ring(scene, cora)
        scene.joins("vera", "Vera Lopez")
        vera = enter("vera")
        assert 'href="tel:+18005550160"' in vera.visit(CALLS)
        question = self.question(scene)
        assert vera.submit(question, heard="changed").count("Say what has changed") == 2
        assert "Noted. Thank you for calling." in vera.submit(question, heard="right")
        assert "Nobody is to be called now." in vera.html
        assert scene.rows(Service, id=service_id)[0].assured_date == TODAY
        [row] = scene.rows(Verification)
        assert (row.state, row.answered_by) == (Verified.RIGHT, scene.people["vera"])

    def test_after_three_calls_in_vain_on_three_days_it_is_in_doubt(self, scene: Scene, cora: AuditedClient) -> None:
        self.to_ring(scene, cora)
        for tries in range(3):
            assert scene.rows(Doubt) == []
            shown = cora.visit(CALLS)
            assert (f"Nobody picked up so far: {tries}" in shown) is (tries > 0)
            cora.submit(self.question(scene), heard="no_answer")
            assert "Nobody is to be called now." in cora.html, "not twice on one day"
            next_visit(scene, cora, 1)
        [doubt] = scene.rows(Doubt)
        assert doubt.kind is DoubtKind.NO_ANSWER
        assert "Nobody picked up, three times" in cora.visit(LISTINGS)


class TestFailedReferrals:
    def test_a_volunteer_says_what_is_wrong_and_the_provider_is_asked_first(
        self, scene: Scene, cora: AuditedClient
    ) -> None:
        shelter = scene.lists_service("Night shelter", TODAY)
        club(scene)
        request_id = scene.asks("where can i sleep", need="housing.shelter", tried=(str(shelter),))
        cora.visit(f"/console/requests/{request_id}")
        cora.submit("/claim")
        assert cora.submit("/doubt").count("Choose what is wrong with it") == 2
        assert "It stands lower now" in cora.submit("/doubt", doubt_kind="number_dead", doubt_note="Rang for ever")
        assert "In doubt: The number does not work" in cora.html
        assert "You have said so already" in cora.submit("/doubt", doubt_kind="number_dead")
        [doubt] = scene.rows(Doubt)
        assert (doubt.number, doubt.by, doubt.request_id) == ("+12025550160", scene.people["cora"], request_id)
        shown = cora.visit(LISTINGS)
        assert re.search(r"The number does not work</strong> \+12025550160", shown)
        assert "Rang for ever" in shown
        with scene.database.read() as session:
            offer = service_offer(session, shelter, at=scene.clock.now())
        assert offer
        assert offer.phone_unsure, "the only number there is, said with a doubt"
        assert "Listings to ask about: 2" in cora.visit(ASK), "checked today, and still to be asked about"

    def test_only_who_holds_the_request_and_only_about_what_it_was_told(
        self, scene: Scene, cora: AuditedClient, enter: Enter
    ) -> None:
        shelter, other = scene.lists_service("Night shelter"), club(scene)
        request_id = scene.asks("where can i sleep", tried=(str(shelter),))
        cora.visit(f"/console/requests/{request_id}")
        assert "/doubt" not in cora.html
        answer = cora.post_form_kept(f"/console/requests/{request_id}/doubt")
        assert answer.status_code == 404
        cora.submit("/claim")
        cora.submit("/doubt", doubt_kind="closed", doubt_service=str(other))
        assert cora.status == 400
        assert scene.rows(Doubt) == []


def test_the_page_says_how_much_was_checked_by_source_and_which_is_stalest(scene: Scene, cora: AuditedClient) -> None:
    assert "The directory is empty." in cora.visit(LISTINGS)
    scene.lists_service("Never looked at")
    scene.lists_service("Checked once", date(2024, 1, 5))
    scene.lists_service("Fresh", date(2026, 6, 1))
    shown = cora.visit(LISTINGS)
    assert re.search(r'<th scope="row">town</th><td>3</td><td>33 %</td>', shown)
    assert shown.index("Never looked at") < shown.index("Checked once") < shown.index("Fresh")
    assert "Jan 5, 2024" in shown
