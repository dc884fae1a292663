"""What a source plainly meant is put right and said so; what it may have meant is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.directory.importing.cleaning import Fields, clean, parse_phone


def read(value: Any, how: str = "text") -> tuple[Any, list[str]]:
    """A field as it is read, and what was put right."""
    notes: list[str] = []
    return getattr(Fields({"field": value}, "", notes), how)("field"), [note.partition(": ")[2] for note in notes]


@pytest.mark.parametrize(
    ("raw", "text", "repairs"),
    [
        ("Lorraine&#8217;s <b>Soup</b> Kitchen", "Lorraine’s Soup Kitchen", ["markup taken out"]),
        ("Monday &amp; Friday", "Monday & Friday", ["markup taken out"]),
        ("MisiÃ³n San JosÃ©", "Misión San José", ["letters of a wrong encoding put right"]),
        ("don&acirc;&#128;&#153;t", "don’t",
         ["markup taken out", "letters of a wrong encoding put right"]),
        ("\u200b2nd Mon\u00adday\ufeff", "2nd Monday", ["invisible characters taken out"]),
        ("two\n\n lines\t\x07", "two lines", []),
        ("5 < 6 and 7 > 4", "5 < 6 and 7 > 4", []),
        ("Misión San José", "Misión San José", []),
        ("法拉盛老人中心", "法拉盛老人中心", []),
        ("Â", "Â", []),
    ],
)  # fmt: skip
def test_text_is_put_right_and_said_so(raw: str, text: str, repairs: list[str]) -> None:
    assert read(raw) == (text, repairs)


@pytest.mark.parametrize(
    ("raw", "url", "repairs"),
    [
        ("www.frls.org", "https://www.frls.org", ["https:// added"]),
        ("bals.org/our-services?x=1", "https://bals.org/our-services?x=1", ["https:// added"]),
        ("http://old.example/a b", "http://old.example/a b", []),
        ("N/A", None, ["N/A is no web address, left out"]),
        ("none.", None, ["none. is no web address, left out"]),
        ("ask at the desk", None, ["ask at the desk is no web address, left out"]),
        ("", None, []),
    ],
)
def test_a_web_address_gets_its_scheme_and_what_is_none_is_left_out(
    raw: str, url: str | None, repairs: list[str]
) -> None:
    assert read(raw, "url") == (url, repairs)


@pytest.mark.parametrize(
    ("written", "number", "extension"),
    [
        ("(202) 555-0143 x4", "+12025550143", "4"),
        ("202-555-0143 ext. 12", "+12025550143", "12"),
        ("call 202.555.0143 or 202.555.0144", "+12025550143", None),
        ("1-800-555-0143", "+18005550143", None),
        ("311", "311", None),
        ("+44 20 7946 0018", "+442079460018", None),
        ("555-0143", None, None),
        ("33-762-4997", None, None),
        ("ask Mrs. Lee", None, None),
    ],
)
def test_a_phone_number_can_be_dialled_or_is_none(written: str, number: str | None, extension: str | None) -> None:
    assert parse_phone(written, "US") == (number, extension)


@given(st.text(max_size=80))
def test_clean_text_holds_nothing_invisible(raw: str) -> None:
    once = clean(raw)
    assert once == once.strip()
    assert not set(once) & set("\n\t\u200b\ufeff\x00")
