"""Services come without saying what they are for; Handrail finds it by their terms, by their words, or asks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import ListingChange, NeedProposal, Service, ServiceNeed, Volunteer
from core.db.models.volunteer import Role
from core.directory.importing import ImportReport, import_path
from core.directory.needs import NeedsReport, ReadNeeds, find_missing_needs
from core.directory.needs.operations import give_needs, refuse_proposal, take_proposal
from core.directory.needs.queries import services_without_needs, waiting_proposals
from core.directory.needs.reading import EACH, MOST_ASKED, WHOLE, WORTH_ASKING, Described, Term, find_needs
from intents.understanding import NeedGuess

Record = dict[str, Any]


def hears(said: Mapping[str, Mapping[str, float]]) -> ReadNeeds:
    """The port to understanding: what certain texts tell, surest first."""

    def read(text: str) -> list[NeedGuess]:
        guesses = sorted(said.get(text, {}).items(), key=lambda guess: -guess[1])
        return [NeedGuess(code, chance, wanted=False) for code, chance in guesses]

    return read


LUNCH = hears({
    "Tuesday Table. A cooked lunch and company": {"food.meals": 0.97, "social.company": 0.6},
    "Tuesday Table": {"food.meals": 0.5},
    "A cooked lunch and company": {"food.meals": 0.9},
    "Sheridan Apartments": {"housing.rent": 0.99},
    "Brunch Fund": {"food.meals": 0.6},
})  # fmt: skip


def service(name: str, description: str = "", *terms: Record, needs: tuple[str, ...] = ()) -> Record:
    attributes = [{"taxonomy_term": term} for term in terms]
    attributes += [{"taxonomy_term": {"taxonomy": "handrail-needs", "code": code, "name": code}} for code in needs]
    return {
        "id": name,
        "name": name,
        "description": description,
        "status": "active",
        "organization": {"id": "neighbours", "name": "Harbor Neighbours"},
        "attributes": attributes,
    }


PANTRY = {"taxonomy": "Open Eligibility", "code": "1130", "name": "Food Pantry"}


class Feed:
    """One source, imported again and again."""

    def __init__(self, database: Database, folder: Path, now: datetime) -> None:
        self.database, self.file, self.now = database, folder / "feed.json", now

    def brings(self, *records: Record, read: ReadNeeds | None = LUNCH, dry_run: bool = False) -> ImportReport:
        self.now += timedelta(days=1)
        self.file.write_text(json.dumps(records), "utf-8")
        return import_path(self.database, self.file, source_name="town", now=self.now, read_needs=read, dry_run=dry_run)

    def looks_again(self, read: ReadNeeds | None = LUNCH, *, dry_run: bool = False) -> NeedsReport:
        self.now += timedelta(days=1)
        return find_missing_needs(self.database, read, now=self.now, dry_run=dry_run)

    def needs(self, name: str) -> dict[str, str]:
        with self.database.read() as session:
            rows = session.execute(
                sa.select(ServiceNeed.need_code, ServiceNeed.origin)
                .join(Service, Service.id == ServiceNeed.service_id)
                .where(Service.name == name)
            )
            return dict(rows.all())

    def asked(self) -> list[tuple[str, str, str]]:
        with self.database.read() as session:
            return [(item.service, item.need_code, item.words) for item in waiting_proposals(session).items]

    def decides(self, need: str | None) -> None:
        """A coordinator decides on the first that waits: `need`, or that it isn't what was proposed."""
        with self.database.write() as session:
            volunteer = Volunteer(username="cora", name="Cora", role=Role.COORDINATOR, password_hash="-",
                                  language="en", created_at=self.now)  # fmt: skip
            session.add(volunteer)
            session.flush()
            proposal = waiting_proposals(session).items[0].id
            if need:
                assert take_proposal(session, proposal, need, volunteer.id, self.now)
            else:
                assert refuse_proposal(session, proposal, volunteer.id, self.now)


@pytest.fixture
def feed(database: Database, tmp_path: Path, monday_morning: datetime) -> Feed:
    return Feed(database, tmp_path, monday_morning)


def test_a_term_that_we_know_says_what_the_service_is_for(feed: Feed) -> None:
    report = feed.brings(service("St Brigid's", "Thursdays at 4", PANTRY), read=None)
    assert feed.needs("St Brigid's") == {"food.groceries": "terms"}
    assert dict(report.missing_needs)["found by their terms"] == 1
    assert "1 found by their terms" in report.text()
    assert feed.asked() == []


def test_name_and_description_that_say_the_same_are_believed(feed: Feed) -> None:
    feed.brings(service("Tuesday Table", "A cooked lunch and company"))
    assert feed.needs("Tuesday Table") == {"food.meals": "words"}
    assert feed.asked() == []


def test_a_name_alone_is_not_believed_and_a_coordinator_is_asked(feed: Feed) -> None:
    feed.brings(service("Sheridan Apartments"))
    assert feed.needs("Sheridan Apartments") == {}
    assert feed.asked() == [("Sheridan Apartments", "housing.rent", "Sheridan Apartments")]


def test_what_the_source_says_stands_and_is_not_added_to(feed: Feed) -> None:
    feed.brings(service("Tuesday Table", "A cooked lunch and company", PANTRY, needs=("social.company",)))
    assert feed.needs("Tuesday Table") == {"social.company": "source"}


def test_words_are_read_only_where_the_terms_tell_nothing(feed: Feed) -> None:
    lunch = "Tuesday Table", "A cooked lunch and company"
    feed.brings(service(*lunch, PANTRY))
    assert feed.needs("Tuesday Table") == {"food.groceries": "terms"}
    feed.brings(service(*lunch, {"taxonomy": "Open Eligibility", "code": "1166", "name": "Furniture"}))
    assert feed.needs("Tuesday Table") == {"food.meals": "words"}
    assert feed.asked() == []


def test_without_a_model_it_is_left_for_later_and_found_then(feed: Feed) -> None:
    feed.brings(service("Tuesday Table", "A cooked lunch and company"), read=None)
    assert feed.needs("Tuesday Table") == {}
    assert dict(feed.looks_again(dry_run=True).counts)["found by their words"] == 1
    assert feed.needs("Tuesday Table") == {}, "a dry run writes nothing"
    report = feed.looks_again()
    assert feed.needs("Tuesday Table") == {"food.meals": "words"}
    assert report.text() == (
        "1 services without needs: 0 found by their terms, 1 found by their words, 0 put before a coordinator, "
        "0 not known."
    )
    [told] = json.loads(json.dumps(report.to_json()))["services"]
    assert (told["name"], told["needs"], told["origin"]) == ("Tuesday Table", ["food.meals"], "words")


def test_the_search_hears_of_a_need_that_was_found(feed: Feed) -> None:
    feed.brings(service("Tuesday Table", "A cooked lunch and company"), read=None)
    feed.looks_again()
    with feed.database.read() as session:
        assert session.scalar(sa.select(sa.func.max(ListingChange.at))) == feed.now


def test_a_dry_run_of_the_import_reads_nothing(feed: Feed) -> None:
    feed.brings(service("Tuesday Table", "A cooked lunch and company"), dry_run=True)
    with feed.database.read() as session:
        assert services_without_needs(session) == []


def test_the_same_feed_again_changes_nothing_and_asks_nobody_twice(feed: Feed) -> None:
    records = service("Sheridan Apartments"), service("Tuesday Table", "A cooked lunch and company")
    feed.brings(*records)
    assert feed.brings(*records).missing_needs == ()
    feed.looks_again()
    assert len(feed.asked()) == 1
    assert feed.needs("Tuesday Table") == {"food.meals": "words"}


def test_a_service_that_tells_more_now_is_read_again(feed: Feed) -> None:
    feed.brings({**service("Tuesday Table"), "id": "one", "name": "Brunch Fund"})
    assert [need for _, need, _ in feed.asked()] == ["food.meals"]
    feed.brings({**service("Tuesday Table", "A cooked lunch and company"), "id": "one"})
    assert feed.needs("Tuesday Table") == {"food.meals": "words"}
    assert feed.asked() == []


def test_what_a_coordinator_said_outlives_every_import(feed: Feed) -> None:
    feed.brings(service("Sheridan Apartments"))
    feed.decides("food.groceries")
    feed.brings(service("Sheridan Apartments", "For residents only"))
    assert feed.needs("Sheridan Apartments") == {"food.groceries": "human"}
    assert feed.asked() == []


def test_a_coordinators_no_outlives_them_too(feed: Feed) -> None:
    feed.brings(service("Sheridan Apartments"))
    feed.decides(None)
    feed.brings({**service("Sheridan Apartments"), "alert": "Closed on Friday"})
    feed.looks_again()
    assert feed.needs("Sheridan Apartments") == {}
    assert feed.asked() == []


def test_who_decided_while_the_machine_was_reading_is_not_overruled(feed: Feed) -> None:
    feed.brings(service("Tuesday Table", "A cooked lunch and company"), read=None)
    with feed.database.write() as session:
        [said] = services_without_needs(session)
        session.add(ServiceNeed(service_id=said.service_id, need_code="social.company", origin="human"))
        session.flush()
        give_needs(session, {said.service_id: find_needs(said, LUNCH)}, feed.now)
        assert session.scalars(sa.select(NeedProposal)).all() == []
    assert feed.needs("Tuesday Table") == {"social.company": "human"}


def described(*terms: Term, name: str = "Hall", description: str = "") -> Described:
    return Described(uuid.UUID(int=1), name, description, terms)


def test_an_unknown_term_is_asked_about_however_sure_its_reading_is() -> None:
    read = hears({"Soup line": {"food.meals": 0.999}})
    found = find_needs(described(Term("town words", None, "Soup line")), read)
    assert found.needs == ()
    assert [(p.need_code, p.words) for p in found.proposals] == [("food.meals", "Soup line")]


def test_its_own_words_are_asked_about_before_its_keywords() -> None:
    read = hears({"Free Clinic": {"health.doctor": 0.7}, "Outpatient": {"transport.medical": 0.99}})
    found = find_needs(described(Term("keywords", None, "Outpatient"), name="Free Clinic"), read)
    assert [proposal.need_code for proposal in found.proposals] == ["health.doctor", "transport.medical"]


def test_terms_of_one_service_give_all_their_needs_once() -> None:
    found = find_needs(described(Term("Open Eligibility", "102-04", "Food Pantry"), Term(None, None, "Free Meals"),
                                 Term(None, None, "Emergency Food")), None)  # fmt: skip
    assert found.needs == ("food.groceries", "food.meals")


@pytest.mark.parametrize(
    ("whole", "name", "description", "taken"),
    [
        (WHOLE, EACH, EACH, True),
        (WHOLE - 0.01, EACH, EACH, False),
        (WHOLE, EACH - 0.01, EACH, False),
        (WHOLE, EACH, EACH - 0.01, False),
    ],
)
def test_both_must_tell_it(whole: float, name: float, description: float, taken: bool) -> None:
    read = hears({
        "Hall. Hot lunch": {"food.meals": whole},
        "Hall": {"food.meals": name},
        "Hot lunch": {"food.meals": description},
    })  # fmt: skip
    assert bool(find_needs(described(name="Hall", description="Hot lunch"), read).needs) is taken


def test_only_what_is_worth_asking_is_asked_and_not_too_much() -> None:
    read = hears({"Hall": {"food.meals": 0.9, "care.day": 0.8, "social.company": 0.7, "money.tax": WORTH_ASKING - 0.1}})
    assert [p.need_code for p in find_needs(described(), read).proposals] == ["food.meals", "care.day"][:MOST_ASKED]
    faint = hears({"Hall": {"food.meals": WORTH_ASKING - 0.01}})
    assert find_needs(described(), faint).proposals == ()


def test_a_refuge_from_violence_is_never_told_by_words_alone() -> None:
    sure = {"safety.abuse": 0.99}
    found = find_needs(
        described(name="Haven", description="Refuge"), hears({"Haven. Refuge": sure, "Haven": sure, "Refuge": sure})
    )
    assert found.needs == ()
    assert [proposal.need_code for proposal in found.proposals] == ["safety.abuse"]
