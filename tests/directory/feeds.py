"""Feeds as providers send them, small enough to read: folders of tables, and zips of them."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Tables = Mapping[str, Sequence[Mapping[str, str]]]

HSDS_THREE: Tables = {
    "organizations.csv": [{"id": "friends", "name": "Kissena Friends", "website": "www.friends.example"}],
    "services.csv": [
        {"id": "lunch", "organization_id": "friends", "program_id": "", "name": "Lunch Club", "fees_description": "$2"},
        {"id": "ride", "organization_id": "friends", "program_id": "p1", "name": "Rides", "fees_description": ""},
    ],
    "programs.csv": [{"id": "p1", "organization_id": "friends", "name": "On Wheels", "description": "Cars"}],
    "locations.csv": [{"id": "hall", "name": "The Hall", "latitude": "40.75", "longitude": "-73.82"}],
    "service_at_location.csv": [{"id": "at1", "service_id": "lunch", "location_id": "hall"}],
    "addresses.csv": [{"id": "a1", "location_id": "hall", "address_1": "45 Kissena Blvd", "city": "Flushing"}],
    "phones.csv": [
        {"id": "f1", "service_id": "lunch", "organization_id": "", "number": "202-555-0143"},
        {"id": "f2", "service_id": "", "organization_id": "friends", "number": "202-555-0144"},
    ],
    "schedules.csv": [{"id": "s1", "service_id": "", "location_id": "hall", "byday": "TU,TH", "opens_at": "11:30",
                       "closes_at": "14:00"}],
    "taxonomies.csv": [{"id": "oe", "name": "Open Eligibility"}],
    "taxonomy_terms.csv": [{"id": "t1", "code": "108", "name": "Food", "taxonomy_id": "oe"},
                           {"id": "t2", "code": "handrail", "name": "Meals", "taxonomy_id": ""}],
    "attributes.csv": [{"id": "b1", "link_id": "lunch", "link_entity": "service", "taxonomy_term_id": "t1"}],
}  # fmt: skip

HSDS_ONE: Tables = {
    "organizations.csv": [{"id": "o1", "name": "Kissena Friends", "url": "www.friends.example"}],
    "services.csv": [
        {"id": "s1", "organization_id": "o1", "name": "Lunch Club", "fees": "Two dollars"},
        {"id": "s2", "organization_id": "o9", "name": "Quiet Advice", "fees": ""},
    ],
    "services_at_location.csv": [{"id": "", "service_id": "s1", "location_id": "l1"}],
    "locations.csv": [{"id": "l1", "organization_id": "o1", "name": "The Hall"}],
    "physical_addresses.csv": [{"id": "1", "location_id": "l1", "address_1": "45 Kissena Blvd", "city": "Flushing"}],
    "postal_addresses.csv": [{"id": "1", "organization_id": "o1", "address_1": "P.O. Box 7", "city": "Flushing"}],
    "regular_schedules.csv": [
        {"id": "1", "service_id": "s1", "location_id": "", "weekday": "Tuesday", "opens_at": "9:00",
         "closes_at": "17:00"},
        {"id": "2", "service_id": "", "location_id": "l1", "weekday": "Friday", "opens_at": "", "closes_at": ""},
        {"id": "3", "service_id": "s1", "location_id": "", "weekday": "Someday", "opens_at": "9:00",
         "closes_at": "17:00"},
    ],
    "holiday_schedules.csv": [{"id": "1", "service_id": "s1", "start_date": "2026-12-25", "end_date": "2026-12-25",
                               "closed": "true"}],
    "phones.csv": [{"id": "", "service_id": "s1", "number": "202-555-0143", "language": "Spanish"}],
    "eligibility.csv": [{"service_id": "s1", "eligibility": "Aged 60 or over"}],
    "taxonomy.csv": [{"id": "BD", "name": "Food", "vocabulary": "AIRS"}],
    "service_taxonomy.csv": [{"service_id": "s1", "taxonomy_id": "BD"}],
}  # fmt: skip

OHANA: Tables = {
    "organizations.csv": [{"id": "1", "name": "Kissena Friends", "website": "http://friends.example"}],
    "locations.csv": [{"id": "1", "organization_id": "1", "name": "The Hall", "latitude": "40.75",
                       "longitude": "-73.82", "languages": "Spanish, Chinese (Mandarin)", "virtual": "false",
                       "accessibility": "ramp, disabled_parking"}],
    "services.csv": [{"id": "1", "location_id": "1", "name": "Lunch Club", "status": "active",
                      "eligibility": "Age 60 or over", "service_areas": "Flushing, Corona", "keywords": "Meals, Soup",
                      "taxonomy_ids": "108-05"}],
    "addresses.csv": [{"id": "1", "location_id": "1", "address_1": "45 Kissena Blvd", "city": "Flushing"}],
    "mail_addresses.csv": [{"id": "1", "location_id": "1", "address_1": "P.O. Box 7", "city": "Flushing"}],
    "phones.csv": [{"id": "1", "location_id": "1", "number": "202 555-0143", "number_type": "voice"}],
    "regular_schedules.csv": [{"id": "1", "location_id": "", "service_id": "1", "weekday": "Monday",
                               "opens_at": "9am", "closes_at": "3pm"}],
    "taxonomy.csv": [{"taxonomy_id": "108", "name": "Food", "parent_id": ""},
                     {"taxonomy_id": "108-05", "name": "Meals", "parent_id": "108"}],
}  # fmt: skip


def write_tables(folder: Path, tables: Tables) -> Path:
    """`tables` as CSV files in `folder`."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def zipped(folder: Path, within: str = "") -> Path:
    """The files of `folder` in a .zip beside it, there perhaps in a folder."""
    packed = folder.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{within}{file.name}")
    return packed


def with_rows(tables: Tables, name: str, *rows: Mapping[str, str]) -> Tables:
    """`tables` with more rows in one of them."""
    return {**tables, name: [*tables.get(name, ()), *rows]}
