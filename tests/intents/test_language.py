"""Short texts, loan words and other people's languages."""

from __future__ import annotations

import pytest

from intents.language import Heard, detect
from intents.model import Model


def language_of(text: str, model: Model, remembered: str | None = None) -> str:
    return heard(text, model, remembered).tag


def heard(text: str, model: Model, remembered: str | None = None) -> Heard:
    catalogue = model.catalogue
    offered = catalogue.languages
    return detect(text, model.language_model, model.foreign, catalogue.grammars, remembered=remembered, offered=offered)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("need food", "en"),
        ("the heating is off", "en"),
        ("necesito comida", "es"),
        ("hola buenos dias", "es"),
        ("se me rompió la calefacción", "es"),
        ("我要看医生", "zh"),
        ("我要看醫生", "zh"),
        ("我想去 hospital 看医生", "zh"),
        ("i live near 唐人街 and need a doctor", "en"),
        ("quiero ir al shopping center", "es"),
    ],
)
def test_the_language_shows(text: str, language: str, model: Model) -> None:
    assert language_of(text, model) == language


@pytest.mark.parametrize(
    ("text", "remembered"),
    [("taco", "en"), ("siesta", "en"), ("ok", "zh"), ("no", "es"), ("hospital", "es"), ("2", "zh"), ("👍", "es")],
)
def test_a_word_or_a_digit_keeps_the_remembered_language(text: str, remembered: str, model: Model) -> None:
    assert language_of(text, model, remembered) == remembered


@pytest.mark.parametrize(
    "text", ["where can i get a taco and a siesta", "is there a fiesta at the plaza for old people"]
)
def test_loan_words_dont_flip_an_english_resident(text: str, model: Model) -> None:
    assert language_of(text, model, "en") == "en"


def test_a_clear_sentence_changes_the_language(model: Model) -> None:
    assert language_of("necesito que alguien me lleve al médico mañana", model, "en") == "es"
    assert language_of("i need someone to take me to the doctor tomorrow", model, "es") == "en"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Мне нужна помощь с едой", "ru"),
        ("أحتاج إلى مساعدة", "ar"),
        ("トイレはどこですか", "ja"),
        ("도와주세요 음식이 필요해요", "ko"),
        ("tôi cần người giúp đỡ nấu ăn", "vi"),
        ("toi can nguoi giup do nau an", "vi"),
        ("kailangan ko ng tulong sa pagkain", "fil"),
        ("bonjour je voudrais manger quelque chose", "fr"),
        ("mwen bezwen èd ak manje", "ht"),
    ],
)
def test_a_language_that_is_none_of_ours_is_said_to_be_so(text: str, other: str, model: Model) -> None:
    assert heard(text, model, "en") == Heard("und", other)


def test_spanish_full_of_slips_stays_spanish(model: Model) -> None:
    assert language_of("nesesito alluda con la renta i la lus", model) == "es"
    assert language_of("kiero comida pa mi ija", model) == "es"


def test_without_letters_or_memory_the_first_offered_language_is_taken(model: Model) -> None:
    grammars = model.catalogue.grammars
    found = detect("1", model.language_model, model.foreign, grammars, remembered=None, offered=("es", "en"))
    assert found.tag == "es"
