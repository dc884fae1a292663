"""Every text takes one plain form, whatever phone it was typed on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.normalise import LONGEST, fold_accents, has_han, normalise


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("I CAN'T  breathe!!", "i cant breathe"),
        ("can’t", "cant"),
        ("don`t", "dont"),
        ("２００ ＣＡＦÉ", "200 café"),
        ("1️⃣", "1"),
        ("chest\u200b pain\ufeff", "chest pain"),
        ("che\u00adst", "chest"),
        ("\u202eabc\u202c", "abc"),
        ("a\x00b", "a b"),
        ("a\ud800b", "a b"),
        ("我 胸 口 痛，快來", "我胸口痛 快来"),
        ("¿Dónde está?", "dónde está"),
        ("h\u0301\u0302\u0303elp", "help"),
        ("", ""),
    ],
)
def test_the_plain_form(text: str, form: str) -> None:
    assert normalise(text) == form


def test_accents_can_be_left_out() -> None:
    assert fold_accents(normalise("Teléfono del niño")) == "telefono del nino"


def test_text_beyond_the_limit_is_cut_even_where_characters_unfold() -> None:
    assert len(normalise("\ufdfa" * LONGEST)) <= LONGEST


def test_chinese_is_seen() -> None:
    assert has_han("ok 好")
    assert not has_han("ok すし")


@given(st.text(st.characters(codec=None), max_size=300))
def test_only_words_and_single_spaces_are_left(text: str) -> None:
    form = normalise(text)
    assert form == form.strip()
    assert "  " not in form
    assert all(c == " " or c.isalnum() for c in form)
