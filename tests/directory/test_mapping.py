"""A provider's own file comes in by a mapping: its columns, lists and joined files become HSDS, told in TOML."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.directory.importing import ImportFailed, load_mapping
from core.directory.importing.mapping import MappingFile, read_mapped, to_hsds
from core.directory.importing.mapping.loading import WORDS
from core.directory.importing.report import Refused
from intents.catalogue import load_catalogue

from .conftest import REPOSITORY

LEAST = """
[ids]
service = "name"
organization = "name"
[fields]
"service.name" = "name"
"organization.name" = "name"
"""
BUILT_IN = sorted(Path(str(found)).stem for found in files("core.directory.mappings").iterdir()
                  if str(found).endswith(".toml"))  # fmt: skip


@pytest.fixture
def mapped(tmp_path: Path) -> Any:
    """Reads records by a mapping: the text of the mapping, then rows (as JSON lines) or files by name."""

    def run(toml: str, *rows: Any, **csv_files: str) -> list[dict[str, Any]]:
        (tmp_path / "mapping.toml").write_text(toml, "utf-8")
        mapping = load_mapping(tmp_path / "mapping.toml")
        for name, text in csv_files.items():
            (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        (tmp_path / "feed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        file = tmp_path / (mapping.file or "feed.jsonl")
        return [to_hsds(mapping, record.value) for record in read_mapped(file, mapping)]

    return run


def test_nested_fields_and_lists_are_reached_by_paths(mapped: Any) -> None:
    (record,) = mapped(
        LEAST.replace("[fields]", 'location = "address.street"\n[fields]\n"address.address_1" = "address.street"\n'
                      '"location.latitude" = "at.lat"\n"location.longitude" = "at.lon"')
        + '[[phones]]\neach = "phones"\nnumber = "phones.number"\nextension = "phones.ext"\ntype = "voice"\n',
        {"name": "Pantry", "address": {"street": "1 Elm St"}, "at": {"lat": 40.7, "lon": -73.9},
         "phones": [{"number": "202-555-0143", "ext": 4}, {"number": ""}, {"number": "202-555-0144"}]},
    )  # fmt: skip
    place = record["service_at_locations"][0]["location"]

    assert (place["latitude"], place["addresses"]) == (40.7, [{"address_1": "1 Elm St"}])
    assert record["phones"] == [
        {"number": "202-555-0143", "extension": "4", "type": "voice"},
        {"number": "202-555-0144", "type": "voice"},
    ]


def test_files_of_a_folder_are_joined_by_a_key(mapped: Any) -> None:
    records = mapped(
        'file = "services.csv"\n'
        '[[join]]\nname = "org"\nfile = "orgs.csv"\nkey = "id"\nby = "org id"\n'
        '[[join]]\nname = "office"\nfile = "offices.csv"\nkey = "org"\nby = "org id"\nall = true\n'
        '[combined]\nunnamed = "Listed by us ({org id})"\n'
        '[ids]\nservice = "id"\norganization = "org id"\n'
        '[fields]\n"service.name" = "name"\n"organization.name" = ["org.name", "unnamed"]\n'
        '[[phones]]\nof = "organization"\neach = "office"\nnumber = "office.phones"\n'
        "pattern = '(?P<type>[a-z]+): (?P<number>[^,]+)'\ntypes = { main = \"voice\", tdd = \"tty\" }\n",
        services="id,name,org id\n1,Legal Advice,7\n2,Forms,8\n",
        orgs="id,name\n7,Legal Aid\n",
        offices="org,phones\n7,main: 202-555-0143\n7,\"tdd: 202-555-0144, main: 202-555-0143\"\n",
    )  # fmt: skip

    assert [record["organization"]["name"] for record in records] == ["Legal Aid", "Listed by us (8)"]
    assert records[0]["organization"]["phones"] == [
        {"number": "202-555-0143", "type": "voice"},
        {"number": "202-555-0144", "type": "tty"},
    ]


def test_a_file_to_be_joined_that_is_missing_is_said(mapped: Any) -> None:
    with pytest.raises(ImportFailed, match=r"joins orgs\.csv, which is not beside services\.csv"):
        mapped('file = "services.csv"\n' + LEAST + '[[join]]\nname = "o"\nfile = "orgs.csv"\nkey = "id"\nby = "name"\n',
               services="name\nx\n")  # fmt: skip


def test_a_column_that_a_join_needs_and_that_is_missing_is_said(mapped: Any) -> None:
    with pytest.raises(ImportFailed, match=r'orgs\.csv has no column "mail"'):
        mapped('file = "services.csv"\n' + LEAST.replace("[fields]", '[fields]\n"organization.email" = "o.mail"')
               + '[[join]]\nname = "o"\nfile = "orgs.csv"\nkey = "id"\nby = "name"\n',
               services="name\nx\n", orgs="id\nx\n")  # fmt: skip


def test_a_phone_is_taken_out_of_the_column_in_which_it_does_not_belong(mapped: Any) -> None:
    records = mapped(
        LEAST.replace("[fields]", '[fields]\n"phone.number" = "number"')
        + "[[parts]]\ncolumn = \"address\"\npattern = '^Phone: (?P<number>.+)$'\n",
        {"name": "One", "address": "Phone: 202-555-0143"}, {"name": "Two", "address": "5 Elm St, 202-555-0144"},
    )  # fmt: skip

    assert [record["phones"] for record in records] == [[{"number": "202-555-0143"}], []], "never guessed"


def test_columns_can_be_put_together_before_they_are_taken_apart(mapped: Any) -> None:
    (record,) = mapped(
        LEAST.replace("[fields]", 'location = "town"\n[fields]\n"address.address_1" = "street"')
        + "[[parts]]\ncolumn = \"{line} | {name}\"\npattern = '^(?P<street>.+) (?P<town>\\S.*) \\| (?P=town)$'\n",
        {"name": "Honey Brook", "line": "1 Lenape Way Honey Brook"},
    )

    assert record["service_at_locations"][0]["location"]["addresses"] == [{"address_1": "1 Lenape Way"}]


def test_a_combined_column_is_empty_where_one_of_its_parts_is_missing(mapped: Any) -> None:
    records = mapped(
        LEAST.replace("[fields]", '[fields]\n"service.description" = "when"\n"service.alert" = "how"')
        + '[combined]\nwhen = "{day} {time}"\nhow = "{?day} {?time}"\n',
        {"name": "One", "day": "Monday", "time": "9-5"}, {"name": "Two", "day": "Monday"},
    )  # fmt: skip

    assert [(r.get("description"), r.get("alert")) for r in records] == [
        ("Monday 9-5", "Monday 9-5"), (None, "Monday"),
    ]  # fmt: skip


def test_metres_become_degrees_and_points_that_say_nothing_are_dropped(mapped: Any) -> None:
    def points(rules: str, *pairs: tuple[Any, Any]) -> list[Any]:
        rows = [{"name": str(n), "lat": lat, "lon": lon} for n, (lat, lon) in enumerate(pairs)]
        records = mapped(
            LEAST.replace("[fields]", 'location = "name"\n[fields]\n"location.latitude" = "lat"\n'
                          '"location.longitude" = "lon"') + rules, *rows)  # fmt: skip
        places = [record["service_at_locations"][0]["location"] for record in records]
        return [place["latitude"] and (round(place["latitude"], 4), round(place["longitude"], 4)) for place in places]

    # The first is 10 degrees north and 20 west by the definition of EPSG:3857, the second is in Clinton, Maryland.
    mercator = '[coordinates]\nprojection = "web mercator"\n'
    assert points(mercator, (1118889.9748579597, -2226389.8158654715), (4689967.661406691, -8559199.799807694)) == [
        (10.0, -20.0), (38.7783, -76.8886),
    ]  # fmt: skip
    city_hall = "[coordinates]\nunknown = [[40.7130466, -74.0072301]]\nwithin = [40.0, -75.0, 42.0, -73.0]\n"
    assert points(city_hall, (40.7130466, -74.0072301), (-33.41, -70.58), (40.75, -73.82), ("", "")) == [
        None, None, (40.75, -73.82), None,
    ]  # fmt: skip
    assert points("", (91, 0), ("north", 1)) == [None, None]


def test_ids_are_made_of_columns_and_stay_the_same(mapped: Any) -> None:
    toml = LEAST.replace('service = "name"', 'service = ["name", "zip"]')
    rows = [{"name": "Pantry", "zip": "10001"}, {"name": "Pantry", "zip": 10002}, {"name": "Café", "zip": ""}]

    assert [record["id"] for record in mapped(toml, *rows)] == ["Pantry|10001", "Pantry|10002", "Café|"]
    assert [record["id"] for record in mapped(toml, *reversed(rows))] == ["Café|", "Pantry|10002", "Pantry|10001"]


def codes_of(record: dict[str, Any]) -> list[str]:
    return [attribute["taxonomy_term"]["code"] for attribute in record["attributes"]]


def test_needs_are_told_by_texts_of_several_columns_and_lists(mapped: Any) -> None:
    toml = LEAST + (
        '[[needs]]\ncolumns = ["kinds", "kind"]\nsplit = ","\ndefault = ["food.groceries"]\n'
        '[needs.codes]\n"Soup Kitchen" = ["food.meals"]\nPantry = ["food.groceries"]\n"Walk up" = []\n'
        '[[needs]]\ncolumns = ["name"]\n[needs.words]\n"elder abuse" = ["safety.abuse"]\n'
    )
    records = mapped(
        toml,
        {"name": "One", "kinds": ["Soup kitchen", "Walk up"], "kind": "Pantry,Soup Kitchen"},
        {"name": "Two", "kinds": ["Walk up"]},
        {"name": "Three"},
        {"name": "Help with elder abuses"},
    )

    assert [codes_of(record) for record in records] == [
        ["food.meals", "food.groceries"], ["food.groceries"], ["food.groceries"], ["safety.abuse"],
    ]  # fmt: skip
    always = toml.replace('columns = ["name"]', 'columns = ["name"]\nalways = ["legal.advice"]')
    assert [codes_of(record) for record in mapped(always, {"name": "Three"}, {"name": "Elder abuse"})] == [
        ["legal.advice"], ["legal.advice", "safety.abuse"],
    ]  # fmt: skip
    with pytest.raises(Refused, match='no need code for "Bowling"'):
        mapped(toml, {"name": "Four", "kind": "Bowling"})


def test_what_is_no_service_is_refused_with_the_reason_of_the_mapping(mapped: Any) -> None:
    with pytest.raises(Refused, match="is a summary"):
        mapped(LEAST + '[[only]]\ncolumn = "name"\npattern = "."\nreason = "is a summary"\n', {"total": 3})


@pytest.mark.parametrize("row", ["just words", 5, None, ["a"]])
def test_a_record_that_is_no_object_is_refused(tmp_path: Path, row: Any) -> None:
    (tmp_path / "m.toml").write_text(LEAST, "utf-8")
    with pytest.raises(Refused, match="must be an object"):
        to_hsds(load_mapping(tmp_path / "m.toml"), row)


def test_areas_are_names_or_postcodes(mapped: Any) -> None:
    (record,) = mapped(
        LEAST + '[[areas]]\ncolumn = "counties"\nsplit = \'\\n\'\nsuffix = " County"\n'
        '[[areas]]\ncolumn = "zips"\nsplit = ","\npostcodes = true\n',
        {"name": "x", "counties": "Cook\n\n  Du Page", "zips": "60601, 60602"},
    )

    assert record["service_areas"] == [
        {"name": "Cook County"}, {"name": "Du Page County"}, {"extent": "60601, 60602", "extent_type": "text"},
    ]  # fmt: skip


def test_hours_come_in_words_by_weekday_or_by_date(mapped: Any) -> None:
    def hours(rules: str, row: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = mapped(LEAST + rules, {"name": "x", **row})[0]["schedules"]
        return found

    text = '[hours]\ntext = ["when", "notes"]\n'
    open_monday = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}
    assert hours(text, {"notes": "Mon 9am-12pm"}) == [open_monday | {"description": "Mon 9am-12pm"}]
    assert hours(text, {"when": "by luck", "notes": "Mon 9am-12pm"}) == [{"description": "by luck"}]
    assert hours(text + "words = false\n", {"when": "by luck"}) == []
    assert hours(text + "unsure = '9am'\n", {"when": "Mon 9am-12pm"}) == [{"description": "Mon 9am-12pm"}]

    items = '[hours]\neach = "week"\nday = "week.day"\nopens = "week.from"\ncloses = "week.to"\n'
    week = [{"day": "Monday", "from": "9 a.m.", "to": "noonish"}, {"day": "Monday", "from": "9 a.m.", "to": "12 p.m."}]
    assert hours(items, {"week": week}) == [
        {"freq": "WEEKLY", "byday": "MO", "description": "9a.m.-noonish"}, open_monday,
    ]  # fmt: skip

    dates = '[hours]\neach = "e.dates"\ndate = "e.dates.on"\nopens = "e.dates.from"\ncloses = "e.dates.to"\n'
    row = {"e": [{"dates": [{"on": "2026-11-24", "from": "1 PM", "to": "4 PM"}, {"on": "soon"}]}]}
    assert hours(dates, row) == [
        {"byday": "TU", "valid_from": "2026-11-24", "valid_to": "2026-11-24",
         "opens_at": "13:00", "closes_at": "16:00"},
    ]  # fmt: skip


def test_a_service_held_in_several_places_has_its_hours_at_each(mapped: Any) -> None:
    (record,) = mapped(
        'locations = "events"\n' + LEAST.replace("[fields]", 'location = "events.id"\n[fields]\n'
                                                 '"address.city" = "events.town"')
        + '[hours]\nof = "service_at_location"\ntext = "events.when"\n',
        {"name": "x", "events": [{"id": 1, "town": "Akron", "when": "Mon 9am-12pm"}, {"id": 2, "town": "Canton"}]},
    )  # fmt: skip
    first, second = record["service_at_locations"]

    assert [place["location"]["addresses"][0]["city"] for place in (first, second)] == ["Akron", "Canton"]
    assert (len(first["schedules"]), second["schedules"], record["schedules"]) == (1, [], [])


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("= 5", "can't be read"),
        (LEAST + "[colour]\n", '"colour" is not a word of mapping files'),
        ('[fields]\n"service.name" = "n"\n', "'ids' is missing"),
        ('[ids]\nservice = "n"\n[fields]\n', "ids must name a column for service and for organization"),
        (LEAST + '[constants]\n"dragon.name" = 1\n', '"dragon.name" must be one of service, organization'),
        (LEAST + '[constants]\n"service.naem" = 1\n', '"naem" is no field of service'),
        (LEAST.replace('service = "name"', "service = 5"), '"ids.service" must name a column'),
        (LEAST + '[[parts]]\ncolumn = "a"\npattern = "b"\n', "must have a named group"),
        (LEAST + '[[parts]]\ncolumn = "a"\npattern = "("\n', "unterminated subpattern"),
        (LEAST + '[[phones]]\nnumber = "a"\nof = "dog"\n', "of in phones must be one of service, organization"),
        (LEAST + '[[phones]]\nnumber = "a"\npattern = "(?P<nr>5)"\n', "must have the group number"),
        (LEAST + '[coordinates]\nprojection = "globe"\n', 'projection must be "degrees" or "web mercator"'),
        (LEAST + "[coordinates]\nwithin = [1, 2]\n", "within must be south, west, north and east"),
        (LEAST + '[hours]\ntext = "a"\nopens = "b"\n', '"opens" is not a word of hours with text'),
        (LEAST + '[hours]\nof = "service"\n', "hours must have one of days, text and each"),
        (LEAST + '[hours]\neach = "a"\n', "hours with each must have a day or a date"),
        (LEAST + '[hours.days]\nXX = ["a", "b"]\n', "days must be of MO, TU"),
        (LEAST + '[tidy.a]\ncase = "upper"\n', 'case can only be "title"'),
        (LEAST + '[[areas]]\nsplit = ","\n', "'column' is missing"),
        ("file = 5\n" + LEAST, '"file" must be a text'),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_sentence(tmp_path: Path, toml: str, says: str) -> None:
    (tmp_path / "m.toml").write_text(toml, "utf-8")
    with pytest.raises(ImportFailed) as refused:
        load_mapping(tmp_path / "m.toml")
    assert says in str(refused.value)
    assert str(refused.value).startswith("The mapping m.toml ")


@pytest.fixture(scope="module")
def known() -> frozenset[str]:
    """The codes of all needs."""
    return frozenset(load_catalogue().needs)


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_mappings_are_whole_and_give_needs_that_residents_can_name(name: str, known: frozenset[str]) -> None:
    mapping: MappingFile = load_mapping(name)
    codes = {code for rule in mapping.needs for of in (rule.codes, rule.words) for some in of.values() for code in some}

    assert mapping.file
    assert mapping.license
    assert codes.union(*(rule.always + rule.default for rule in mapping.needs)) <= known


def test_every_word_of_the_language_is_documented() -> None:
    text = (REPOSITORY / "docs" / "directory-import.md").read_text("utf-8")
    assert [word for word in WORDS if f"`{word}`" not in text and f"[{word}" not in text] == []


def test_the_worked_example_of_the_documentation_works(mapped: Any) -> None:
    text = (REPOSITORY / "docs" / "directory-import.md").read_text("utf-8").split("### A small one")[1]
    blocks = ["\n".join(line[4:] for line in block.splitlines() if not line or line.startswith("    "))
              for block in text.split("### Columns")[0].split("Its mapping:")]  # fmt: skip
    (record,) = mapped(blocks[1].replace('file = "pantries.jsonl"', ""), json.loads(blocks[0]))

    assert record["phones"] == [{"number": "202-555-0143"}]
    assert codes_of(record) == ["food.groceries"]
    assert record["schedules"][0]["byday"] == "2TU,4TU"
    assert record["service_at_locations"][0]["location"]["id"] == "5 Elm St|Akron"


THREE = [*map(load_mapping, ("freshtrak", "sfmarin-food-bank-ca", "food-bank-of-western-massachusetts-ma"))]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


COLUMNS = st.sampled_from(["id", "name", "events", "phone", "hours", "notes", "services", "latitude"])


@given(st.dictionaries(COLUMNS, JSON))
def test_any_record_is_mapped_or_refused_but_never_breaks(row: dict[str, Any]) -> None:
    for mapping in THREE:
        try:
            record = to_hsds(mapping, row)
        except Refused:
            continue
        assert {"id", "organization", "phones", "schedules"} <= set(record)
