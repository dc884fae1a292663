"""What a text costs, against examples known from the standard and from Twilio's segment calculator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.segments import Encoding, fold, measure, only_gsm7, without_accents


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", Encoding.GSM7, 0, 1),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("é" * 160, Encoding.GSM7, 160, 1),
        ("¿Dónde está?", Encoding.UCS2, 12, 1),
        ("¿Qué día? ¡ñandú!".replace("í", "i").replace("ú", "ü"), Encoding.GSM7, 17, 1),
        ("李" * 70, Encoding.UCS2, 70, 1),
        ("李" * 71, Encoding.UCS2, 71, 2),
        ("李" * 134, Encoding.UCS2, 134, 2),
        ("李" * 135, Encoding.UCS2, 135, 3),
        ("🙏" * 35, Encoding.UCS2, 70, 1),
        ("it’s", Encoding.UCS2, 4, 1),
        ("`", Encoding.UCS2, 1, 1),
    ],
)
def test_known_examples(text, encoding, units, segments):
    measured = measure(text)
    assert (measured.encoding, measured.units, measured.segments) == (encoding, units, segments)


def test_a_pair_of_units_is_not_torn_over_two_segments():
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3  # 306 septets, but the escape would be cut off
    assert measure("李" * 66 + "🙏" + "李" * 66).segments == 3


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("It’s “free” – call 1‑2…", 'It\'s "free" - call 1-2...'),
        ("10\u00a0am\u202f–\u20093\u00a0pm", "10 am - 3 pm"),
        ("cafe\u0301", "café"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("«sí»", '"sí"'),
        ("李先生", "李先生"),
    ],
)
def test_look_alikes_are_folded_and_letters_are_not(text, folded):
    assert fold(text) == folded


def test_accents_go_only_where_the_alphabet_lacks_them():
    assert without_accents("Mañana a las 3, ¿está bien? Comedor Jesús y María, café Ünal 🙂") == (
        "Mañana a las 3, ¿esta bien? Comedor Jesus y Maria, café Ünal "
    )
    assert without_accents("Łódź 李") == "Lodz 李"
    assert only_gsm7("Łódź 李") == "Lodz "


@given(st.text(alphabet=st.characters()))
def test_any_text_can_be_measured_and_folded(text):
    assert measure(text).segments >= 1
    assert fold(fold(text)) == fold(text)
    assert measure(only_gsm7(text)).encoding is Encoding.GSM7
