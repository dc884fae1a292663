"""The terms of Open Eligibility, and the needs that they mean."""

from __future__ import annotations

import csv
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from core.directory.taxonomy import known_terms, needs_of_term
from core.directory.taxonomy.known import TABLE
from intents.catalogue import load_catalogue

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("HANDRAIL_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="module")
def official() -> Path:
    folder = DATA / "taxonomies" / "open-eligibility"
    if not folder.exists():
        pytest.skip(f"NOT TESTED: the official taxonomy is not at {folder} (set HANDRAIL_TEST_DATA)")
    return folder


def terms_in(file: Path) -> list[tuple[str, str]]:
    text = file.read_text("utf-8").replace('<?xml version="2.0"', '<?xml version="1.0"')
    levels = (node for node in ET.fromstring(text).iter() if node.tag.endswith("_level"))
    return [(node.attrib["id"], node.attrib["title"].strip()) for node in levels]


def test_every_need_in_the_table_is_one_of_ours() -> None:
    needs = load_catalogue().needs
    assert {code for term in known_terms() for code in term.needs} <= needs.keys()


def test_no_term_of_the_official_file_is_missing_or_named_otherwise(official: Path) -> None:
    assert [(term.id, term.name) for term in known_terms()] == terms_in(official / "taxonomy-v2.0.xml.txt")


def test_every_older_code_and_name_still_finds_its_term(official: Path) -> None:
    older = terms_in(official / "taxonomy-v1.2.xml.txt")
    with (official / "ohana-taxonomy.csv").open(encoding="utf-8", newline="") as file:
        older += [(row["taxonomy_id"], row["name"]) for row in csv.DictReader(file)]
    known = {(code, name) for term in known_terms() for code in term.codes for name in (term.name, term.older_name)}
    assert [pair for pair in older if pair not in known] == []


def test_situations_say_for_whom_and_never_what_for() -> None:
    assert [term.name for term in known_terms() if term.situation and term.needs] == []
    assert needs_of_term("Open Eligibility", "20006", "Seniors") is None


@pytest.mark.parametrize(
    ("taxonomy", "code", "name", "needs"),
    [
        ("Open Eligibility", "1130", "Food Pantry", ("food.groceries",)),
        ("open-eligibility 2.0", None, "food pantry", ("food.groceries",)),
        ("Open Eligibility", "1130", "Alacena de alimentos", ("food.groceries",)),
        (None, "102-04", "Food Pantry", ("food.groceries",)),
        ("Helpful words of our county", None, "Food Pantry", ("food.groceries",)),
        ("Open Eligibility", "1351", "Computer Class", ("digital.phone", "learning.classes")),
        # Version 1.2 gives this code to "Emergency Shelter" too.
        (None, "101-04", "Food Pantry", ("food.groceries",)),
        (None, "101-04", "Emergency Shelter", ("housing.shelter",)),
        # Where it stands decides: an exam for citizenship, or a lawyer for it.
        ("Open Eligibility", "1346", "Citizenship & Immigration", ("learning.classes",)),
        ("Open Eligibility", "1381", "Citizenship and Immigration", ("legal.advice", "legal.documents")),
        ("Open Eligibility", None, "Citizenship & Immigration", None),
        # Known, and none of our needs.
        ("Open Eligibility", "1166", "Furniture", ()),
        # What heads a branch means that only where we know the tree.
        ("Open Eligibility", None, "Legal", ("legal.advice",)),
        ("Helpful words of our county", None, "Legal", None),
        # Another taxonomy's code says nothing to us.
        ("Helpful words of our county", "1130", "Boats", None),
        ("Open Eligibility", "1101-x", "Boats", None),
    ],
)
def test_a_term_is_known_by_code_and_name_in_any_version(
    taxonomy: str | None, code: str | None, name: str, needs: tuple[str, ...] | None
) -> None:
    assert needs_of_term(taxonomy, code, name) == needs


def test_no_code_of_the_taxonomy_that_is_not_free_is_here() -> None:
    """Codes of the 211 LA County / AIRS taxonomy look like BD-1800.2000; using them needs a licence."""
    theirs = re.compile(r"\b[A-Z]{1,2}-\d{4}(?:\.\d{4})?\b")
    folder = ROOT / "core" / "directory"
    files = [file for file in folder.rglob("*") if file.suffix in {".py", ".csv", ".toml", ".md"}]
    assert TABLE in files
    assert [file.name for file in files if theirs.search(file.read_text("utf-8"))] == []


@pytest.mark.parametrize("page", [TABLE.with_name("README.md"), ROOT / "README.md", ROOT / "docs" / "taxonomy.md"])
def test_whose_taxonomy_it_is_and_its_licence_are_told(page: Path) -> None:
    text = page.read_text("utf-8")
    for told in ("Open Eligibility", "Aunt Bertha", "BY-SA 3.0", "openeligibility"):
        assert told in text, told
