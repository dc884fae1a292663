"""The sample community, Larkfield, is believable, complete and valid: what the demo shows rests on it."""

from __future__ import annotations

import csv
import json
import os
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "core" / "directory" / "sample"
TEST_DATA = Path(os.environ.get("HANDRAIL_TEST_DATA", str(REPOSITORY / ".." / "shared" / "data")))
SCHEMAS = TEST_DATA / "hsds-spec" / "v3.1-dev" / "schema"

NEEDS = [
    "food.meals", "food.groceries", "food.shopping", "home.repair", "home.cleaning", "home.adapt",
    "home.heating", "utilities.bills", "housing.shelter", "housing.rent", "health.doctor", "health.nursing",
    "health.medicine", "health.mental", "health.dental", "health.sight_hearing", "health.equipment",
    "health.vaccine", "care.personal", "care.day", "care.carer", "care.dementia", "child.care",
    "family.planning", "transport.medical", "transport.local", "money.benefits", "money.debt", "money.tax",
    "legal.advice", "legal.documents", "legal.scam", "safety.abuse", "safety.security", "digital.phone",
    "digital.access", "social.company", "social.activities", "learning.classes", "work.jobs",
    "street.cleaning", "street.repair", "street.noise", "pets.care", "language.interpreter",
    "end_of_life.funeral", "emergency.weather",
]  # fmt: skip
EVERYDAY_NEEDS = (
    "food.meals", "food.groceries", "health.doctor", "health.medicine", "home.repair", "transport.medical",
    "transport.local", "social.company", "social.activities", "money.benefits", "digital.phone",
)  # fmt: skip
KINDS = {"government", "company", "association", "neighbours"}
POSTCODES = {
    "00011": "Old Harbor", "00012": "Mill Street", "00013": "Elm Hill", "00014": "Riverside", "00015": "Garden Park",
    "00016": "Southgate",
}  # fmt: skip
NEIGHBOURHOODS = set(POSTCODES.values())
TWICE_LISTED = (("Riverside Food Share", "Boathouse Food Share"), ("Tai Chi in the Park", "Rose Garden Tai Chi"))
"""Pairs of listings, each by two organizations, of one and the same thing."""
FREE = "Free."
IDS = {
    "Hot Meals at Home": "b4a8d181-09e5-5bc7-aa86-68e107b38f20",
    "Elm Hill Lunch Club": "d6bd3cfb-e936-5191-88de-bf130aa4f06c",
    "Street and Light Repair": "b69bf964-01c3-550b-bcf9-0142eb0d7131",
    "Harbor Breakfast": "7e95a860-8c2b-5be8-85b5-59d13c02ee9e",
    "Boathouse Food Share": "03e6eeda-115b-5b7c-922e-e8b1b42d30df",
    "Warm Pool Hour": "555b50b6-06e5-549c-8eba-a274e8808454",
}
"""Some of the ids as they were given first: referrals point at them for years."""
RESERVED_NUMBER = re.compile(r"\+1-202-555-01\d\d")  # 555-0100 to 555-0199 are kept for fiction by NANPA
NAME_LIMIT = {"en": 34, "es": 34, "zh": 14}  # short enough to be said in one breath and to fit a text
DESCRIPTION_LIMIT = 140
GSM_7 = frozenset(  # 3GPP TS 23.038 basic alphabet; one letter outside it halves what a text can hold
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)

Record = dict[str, Any]
Translations = dict[tuple[str, str, str], dict[str, str]]


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def services() -> list[Record]:
    loaded: list[Record] = json.loads((SAMPLE / "services.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def organizations(services: list[Record]) -> dict[str, Record]:
    return {service["organization"]["id"]: service["organization"] for service in services}


@pytest.fixture(scope="module")
def translations() -> Translations:
    found: Translations = defaultdict(dict)
    for row in rows("translations.csv"):
        key = (row["entity"], row["entity_id"], row["field"])
        assert row["language"] not in found[key], f"two {row['language']} texts for {key}"
        found[key][row["language"]] = row["text"]
    return dict(found)


def terms(record: Record, taxonomy: str) -> list[str]:
    """The codes under which a service or organization is filed in one taxonomy."""
    found = (attribute["taxonomy_term"] for attribute in record["attributes"])
    return [term["code"] for term in found if term["taxonomy"] == taxonomy]


def needs(service: Record) -> list[str]:
    return terms(service, "handrail-needs")


def areas(service: Record) -> set[str]:
    """The neighbourhoods served, told by their names, as a list of postcodes, or as the whole town."""
    found: set[str] = set()
    for area in service["service_areas"]:
        if "extent" in area:
            assert area["extent_type"] == "text"
            found |= {POSTCODES[postcode] for postcode in area["extent"].split(", ")}
        else:
            found |= NEIGHBOURHOODS if area["name"] == "Larkfield" else {area["name"]}
    return found


def opening_times(service: Record) -> list[Record]:
    """All hours of a service, those that hold at one of its places too."""
    there = [schedule for at in service["service_at_locations"] for schedule in at.get("schedules", [])]
    return [*service["schedules"], *there]


def kind(organization: Record) -> str:
    (code,) = terms(organization, "handrail-organization-kind")
    return code


def named(services: list[Record], name: str) -> Record:
    (found,) = (service for service in services if service["name"] == name)
    return found


def located(service: Record) -> set[str]:
    """The neighbourhoods in which a service is given."""
    return {at["location"]["addresses"][0]["region"] for at in service["service_at_locations"]}


def objects(node: object) -> Iterator[Record]:
    """Every JSON object that has an id, however deep."""
    if isinstance(node, dict):
        if "id" in node:
            yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"HSDS SCHEMAS MISSING at {SCHEMAS}: set HANDRAIL_TEST_DATA")
def test_every_service_is_valid_by_the_official_hsds_schemas(services: list[Record]) -> None:
    registry: Registry[Any] = Registry().with_resources(
        (path.name, DRAFT202012.create_resource(json.loads(path.read_text(encoding="utf-8"))))
        for path in SCHEMAS.glob("*.json")
    )
    validator = Draft202012Validator({"$ref": "service.json"}, registry=registry, format_checker=FormatChecker())
    faults = [
        f"{service['name']}: {fault.json_path}: {fault.message}"
        for service in services
        for fault in validator.iter_errors(service)
    ]
    assert faults == []
    nameless_phone = {**services[0], "phones": [{"id": services[0]["phones"][0]["id"]}]}
    assert list(validator.iter_errors(nameless_phone)), "the validator follows no reference"


def test_the_town_is_large_enough_to_try_things_on(services: list[Record], organizations: dict[str, Record]) -> None:
    assert len(services) >= 150
    assert len(organizations) >= 60
    assert len({service["name"] for service in services}) == len(services)
    assert len({organization["name"] for organization in organizations.values()}) == len(organizations)


def test_whatever_a_resident_needs_somebody_in_town_does_it(services: list[Record]) -> None:
    served = [need for service in services for need in needs(service)]
    assert set(served) == set(NEEDS)
    assert {need: served.count(need) for need in NEEDS if served.count(need) < 2} == {}
    assert {need: served.count(need) for need in EVERYDAY_NEEDS if served.count(need) < 4} == {}
    assert [service["name"] for service in services if not needs(service)] == []


def test_every_kind_of_organization_takes_part(organizations: dict[str, Record]) -> None:
    assert {kind(organization) for organization in organizations.values()} == KINDS


def test_an_organization_is_written_the_same_wherever_it_appears(
    services: list[Record], organizations: dict[str, Record]
) -> None:
    for service in services:
        assert service["organization"] == organizations[service["organization"]["id"]]
        assert service["organization_id"] == service["organization"]["id"]


def test_ids_are_uuids_and_one_id_means_one_thing(services: list[Record]) -> None:
    meaning: dict[str, Record] = {}
    for record in objects(services):
        assert str(uuid.UUID(record["id"])) == record["id"]
        assert uuid.UUID(record["id"]).version == 5
        assert meaning.setdefault(record["id"], record) == record


def test_an_id_once_given_stays(services: list[Record]) -> None:
    assert {name: named(services, name)["id"] for name in IDS} == IDS


def test_all_that_a_resident_may_read_is_there_in_three_languages(
    services: list[Record], organizations: dict[str, Record], translations: Translations
) -> None:
    told = ("name", "description", "eligibility_description", "fees_description", "alert")
    wanted = [
        ("service", service["id"], field)
        for service in services
        for field in told
        if service.get(field) and service[field] != FREE
    ]
    for service in services:
        wanted += [("cost_option", c["id"], "amount_description") for c in service["cost_options"] if c.get("amount")]
        wanted += [("required_document", d["id"], "document") for d in service["required_documents"]]
    wanted += [("organization", organization_id, "name") for organization_id in organizations]
    wanted += [("place", place["id"], "name") for place in rows("places.csv") if place["kind"] != "postcode"]
    assert [key for key in wanted if set(translations.get(key, {})) != {"zh", "es"}] == []


def test_no_translation_belongs_to_nothing(services: list[Record], translations: Translations) -> None:
    known = {record["id"] for record in objects(services)} | {place["id"] for place in rows("places.csv")}
    assert [key for key in translations if key[1] not in known] == []


def test_translations_are_in_the_language_they_claim(translations: Translations) -> None:
    for texts in translations.values():
        assert re.search(r"[\u4e00-\u9fff]", texts["zh"]), texts
        assert not re.search(r"[\u4e00-\u9fff]", texts["es"]), texts


def test_names_are_short_enough_to_say_and_to_text(
    services: list[Record], organizations: dict[str, Record], translations: Translations
) -> None:
    names = [("en", record["name"]) for record in (*services, *organizations.values())]
    names += [
        (language, text)
        for (_, _, field), texts in translations.items()
        if field == "name"
        for language, text in texts.items()
    ]
    assert [name for language, name in names if len(name) > NAME_LIMIT[language]] == []


def test_service_names_keep_a_text_in_the_cheap_alphabet(
    services: list[Record], organizations: dict[str, Record], translations: Translations
) -> None:
    names = [record["name"] for record in (*services, *organizations.values())]
    names += [
        texts["es"] for (entity, _, field), texts in translations.items() if field == "name" and entity != "place"
    ]
    assert [name for name in names if set(name) - GSM_7] == []


def test_a_description_is_one_short_sentence_without_links(services: list[Record], translations: Translations) -> None:
    texts = [service["description"] for service in services]
    texts += [
        text for (_, _, field), found in translations.items() if field == "description" for text in found.values()
    ]
    for text in texts:
        assert len(text) <= DESCRIPTION_LIMIT, text
        assert text.endswith((".", "。")), text
        assert not re.search(r"https?:|www\.|<|@", text), text


def test_a_number_reaches_one_organization_and_nobody_real(services: list[Record]) -> None:
    owner: dict[str, str] = {}
    listed_by_others = {second for _, second in TWICE_LISTED}
    for service in services:
        organization = service["organization"]
        for phone in (*service["phones"], *organization["phones"]):
            assert RESERVED_NUMBER.fullmatch(phone["number"])
            assert phonenumbers.is_valid_number(phonenumbers.parse(phone["number"], None))
            if service["name"] not in listed_by_others:
                assert owner.setdefault(phone["number"], organization["id"]) == organization["id"]


def test_hours_are_regular_or_openly_unknown(services: list[Record]) -> None:
    spans = [schedule for service in services for schedule in opening_times(service)]
    for span in spans:
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", span["opens_at"]), span
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", span["closes_at"]), span
        assert span["opens_at"] < span["closes_at"], "a night is written as two spans"
        assert span["byday"]
        assert span["valid_from"] <= span.get("valid_to", "9999")
    assert any(not opening_times(service) for service in services), "some hours are unknown"
    assert any("valid_to" in span for span in spans), "some help is there for a season"
    assert any((span["opens_at"], span["closes_at"]) == ("00:00", "23:59") for span in spans), "some by day and night"
    assert any(span["freq"] == "MONTHLY" and span["byday"] == "2SA,4SA" for span in spans)
    assert any(span["freq"] == "WEEKLY" and span["closes_at"] >= "20:00" for span in spans)
    assert any("SU" in span["byday"].split(",") for span in spans)


def test_some_help_is_free_and_some_has_a_price(services: list[Record]) -> None:
    prices = {s["name"]: [option.get("amount") for option in s["cost_options"]] for s in services}
    for service in services:
        assert (service.get("fees_description") == FREE) == (prices[service["name"]] == [0])
    told = [price for one in prices.values() for price in one]
    assert 0 in told
    assert any(price and price > 0 for price in told)
    assert None in told, "some go by what people earn"
    assert [] in prices.values(), "some prices are unknown"


def test_help_is_given_in_every_offered_language(services: list[Record]) -> None:
    spoken = [{language["code"] for language in service["languages"]} for service in services]
    assert all(spoken), "each service says what it speaks"
    for language in ("en", "zh", "es"):
        assert sum(language in languages for languages in spoken) >= 10


def test_someone_in_any_neighbourhood_finds_every_need_or_the_town_covers_it(services: list[Record]) -> None:
    covered: dict[str, set[str]] = defaultdict(set)
    for service in services:
        assert areas(service)
        assert areas(service) <= NEIGHBOURHOODS
        for need in needs(service):
            covered[need] |= areas(service)
    assert {need: NEIGHBOURHOODS - covered[need] for need in NEEDS if covered[need] != NEIGHBOURHOODS} == {}


@pytest.mark.parametrize("neighbourhood", sorted(NEIGHBOURHOODS))
def test_a_neighbourhood_has_a_life_of_its_own(services: list[Record], neighbourhood: str) -> None:
    serving = [service for service in services if neighbourhood in areas(service)]
    for need in EVERYDAY_NEEDS:
        assert len([service for service in serving if need in needs(service)]) >= 2, need
    there = [service for service in services if neighbourhood in located(service)]
    assert len(there) >= 10
    assert len({kind(service["organization"]) for service in there}) >= 3


def test_some_areas_are_told_by_name_and_some_by_postcodes(services: list[Record]) -> None:
    told_by = {"extent" in area for service in services for area in service["service_areas"]}
    assert told_by == {True, False}
    several = [service for service in services if len(located(service)) > 1]
    assert several, "some help is given in two places, at its own hours in each"
    assert all(at["schedules"] for service in several for at in service["service_at_locations"])


def test_it_has_the_flaws_of_a_real_directory(services: list[Record]) -> None:
    for first, second in TWICE_LISTED:
        one, other = named(services, first), named(services, second)
        assert one["organization_id"] != other["organization_id"]
        assert needs(one) == needs(other)
        assert located(one) == located(other)
        assert [s["byday"] for s in one["schedules"]] == [s["byday"] for s in other["schedules"]]
    assert [service["name"] for service in services if not service["phones"]] == ["Maple Drive Pantry Shelf"]
    assert [s["name"] for s in services if "7 January" in s.get("alert", "")] == ["Warm Pool Hour"]
    assert [service["name"] for service in services if service["status"] != "active"] == ["Toy Library"]
    assert named(services, "Fixed-Up Computers")["assured_date"] < "2025", "nobody has looked at it for two years"
    assert sum("assured_date" not in service for service in services) >= 5, "some were never checked"


def test_the_safe_house_has_no_address(services: list[Record]) -> None:
    for service in services:
        if "safety.abuse" in needs(service):
            assert service["service_at_locations"] == []


def test_the_gazetteer_knows_the_town_in_three_languages(services: list[Record]) -> None:
    places = rows("places.csv")
    assert {place["name"] for place in places if place["kind"] == "neighbourhood"} == NEIGHBOURHOODS
    assert {place["kind"] for place in places} == {"neighbourhood", "street", "postcode", "landmark"}
    names: dict[str, str] = {}
    for place in places:
        assert place["neighbourhood"] in NEIGHBOURHOODS
        assert abs(float(place["latitude"]) - 41.9) < 0.03
        assert abs(float(place["longitude"]) + 72.4) < 0.04
        known_as = [place["name"], *filter(None, place["alternative_names"].split("|"))]
        assert place["kind"] == "postcode" or any(re.search(r"[\u4e00-\u9fff]", name) for name in known_as)
        for name in known_as:
            assert names.setdefault(name.casefold(), place["id"]) == place["id"], f"{name} is two places"
        assert POSTCODES[place["postcode"]] == place["neighbourhood"]
    for service in services:
        for at in service["service_at_locations"]:
            address = at["location"]["addresses"][0]
            street = address["address_1"].split(" ", 1)[1]
            assert street.casefold() in names, f"{street} is not in the gazetteer"
            assert POSTCODES[address["postal_code"]] == address["region"]


def test_every_street_report_has_one_responsible_body_wherever_it_is(services: list[Record]) -> None:
    by_id = {service["id"]: service for service in services}
    responsible: dict[str, dict[str, Record]] = defaultdict(dict)
    for row in rows("responsible.csv"):
        service = by_id[row["service_id"]]
        assert service["organization"]["id"] == row["organization_id"]
        assert row["need_code"] in needs(service)
        assert row["area"] not in responsible[row["need_code"]]
        responsible[row["need_code"]][row["area"]] = service
    assert set(responsible) == {"street.cleaning", "street.repair", "street.noise"}
    for body in responsible.values():
        assert set(body) - {"*"} <= NEIGHBOURHOODS
        for neighbourhood in NEIGHBOURHOODS:
            assert neighbourhood in areas(body.get(neighbourhood, body["*"]))
