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
COMMON_NEEDS = (
    "food.meals", "food.groceries", "health.doctor", "transport.medical", "social.company", "money.benefits",
    "home.repair",
)  # fmt: skip
KINDS = {"government", "company", "association", "neighbours"}
NEIGHBOURHOODS = {"Old Harbor", "Mill Street", "Elm Hill", "Riverside", "Garden Park", "Southgate"}
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
    return {area["name"] for area in service["service_areas"]}


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
    assert len(services) >= 66
    assert len(organizations) >= 20
    assert len({service["name"] for service in services}) == len(services)
    assert len({organization["name"] for organization in organizations.values()}) == len(organizations)


def test_whatever_a_resident_needs_somebody_in_town_does_it(services: list[Record]) -> None:
    served = [need for service in services for need in needs(service)]
    assert set(served) == set(NEEDS)
    assert {need: served.count(need) for need in COMMON_NEEDS if served.count(need) < 3} == {}
    assert [service["name"] for service in services if not needs(service)] == []


def test_every_kind_of_organization_takes_part(organizations: dict[str, Record]) -> None:
    filed = [terms(organization, "handrail-organization-kind") for organization in organizations.values()]
    assert all(len(codes) == 1 for codes in filed)
    assert {code for codes in filed for code in codes} == KINDS


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


def test_names_and_descriptions_are_there_in_three_languages(
    services: list[Record], organizations: dict[str, Record], translations: Translations
) -> None:
    wanted = [("service", service["id"], field) for service in services for field in ("name", "description")]
    wanted += [("organization", organization_id, "name") for organization_id in organizations]
    wanted += [("place", place["id"], "name") for place in rows("places.csv") if place["kind"] == "neighbourhood"]
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
    for service in services:
        organization = service["organization"]
        assert service["phones"], service["name"]
        for phone in (*service["phones"], *organization["phones"]):
            assert RESERVED_NUMBER.fullmatch(phone["number"])
            assert phonenumbers.is_valid_number(phonenumbers.parse(phone["number"], None))
            assert owner.setdefault(phone["number"], organization["id"]) == organization["id"]


def test_hours_are_regular_or_openly_unknown(services: list[Record]) -> None:
    spans = [schedule for service in services for schedule in service["schedules"]]
    for span in spans:
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", span["opens_at"]), span
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", span["closes_at"]), span
        assert span["opens_at"] < span["closes_at"], "a night is written as two spans"
        assert span["byday"]
        assert span["valid_from"]
    assert any(not service["schedules"] for service in services), "some hours are unknown"
    assert any(span["freq"] == "MONTHLY" and span["byday"] == "2SA,4SA" for span in spans)
    assert any(span["freq"] == "WEEKLY" and span["closes_at"] >= "20:00" for span in spans)
    assert any("SU" in span["byday"].split(",") for span in spans)


def test_some_help_is_free_and_some_has_a_price(services: list[Record]) -> None:
    prices = [option["amount"] for service in services for option in service["cost_options"]]
    assert 0 in prices
    assert any(price > 0 for price in prices)
    for service in services:
        assert (service.get("fees_description") == "Free.") == (service["cost_options"][0]["amount"] == 0)


def test_help_is_given_in_every_offered_language(services: list[Record]) -> None:
    spoken = [{language["code"] for language in service["languages"]} for service in services]
    assert all(spoken), "each service says what it speaks"
    for language in ("en", "zh", "es"):
        assert sum(language in languages for languages in spoken) >= 10


def test_someone_in_any_neighbourhood_finds_every_need_or_the_town_covers_it(services: list[Record]) -> None:
    covered: dict[str, set[str]] = defaultdict(set)
    for service in services:
        assert areas(service) <= NEIGHBOURHOODS | {"Larkfield"}
        for need in needs(service):
            covered[need] |= NEIGHBOURHOODS if "Larkfield" in areas(service) else areas(service)
    assert {need: NEIGHBOURHOODS - covered[need] for need in NEEDS if covered[need] != NEIGHBOURHOODS} == {}


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
        assert re.fullmatch(r"0001[1-6]", place["postcode"])
        assert abs(float(place["latitude"]) - 41.9) < 0.03
        assert abs(float(place["longitude"]) + 72.4) < 0.04
        known_as = [place["name"], *filter(None, place["alternative_names"].split("|"))]
        assert place["kind"] == "postcode" or any(re.search(r"[\u4e00-\u9fff]", name) for name in known_as)
        for name in known_as:
            assert names.setdefault(name.casefold(), place["id"]) == place["id"], f"{name} is two places"
    postcodes = {place["neighbourhood"]: place["postcode"] for place in places}
    for service in services:
        for at in service["service_at_locations"]:
            address = at["location"]["addresses"][0]
            street = address["address_1"].split(" ", 1)[1]
            assert street.casefold() in names, f"{street} is not in the gazetteer"
            assert postcodes[address["region"]] == address["postal_code"]


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
