"""The form itself, without the web around it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.parse import ParseError, parse

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FORM = {"MessageSid": "SM1", "From": "+12025550181", "Body": "hello"}


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_words_at_all_come_out_storable(body):
    text = parse(FORM | {"Body": body}, NOW).text
    text.encode("utf-8")
    assert "\x00" not in text


def test_lone_surrogates_are_dropped():
    assert parse(FORM | {"Body": "a\ud800b\udfffc"}, NOW).text == "abc"


@given(st.dictionaries(st.sampled_from(["MessageSid", "From", "Body", "NumMedia", "MediaUrl0"]), st.text()))
def test_any_form_at_all_is_a_message_or_a_parse_error(form):
    with suppress(ParseError):
        assert parse(form, NOW).address.startswith("+")


@pytest.mark.parametrize(
    "number", ["12025550181", "+0202555018", "+1202555018x", "+1٣٣٣٣٣٣٣٣٣", "+12025550181\n", "262966"]
)
def test_only_telephone_numbers_write_to_us(number):
    with pytest.raises(ParseError, match="From"):
        parse(FORM | {"From": number}, NOW)
