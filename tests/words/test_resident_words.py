"""Every word a resident meets is plain, complete in each language, and fits an old phone."""

from __future__ import annotations

import re
import string

import pytest

from core.i18n.catalogues import load_domain, offered_locales
from tests.words.measures import (
    fernandez_huerta,
    flesch_kincaid_grade,
    hard_characters,
    longest_chinese_sentence,
    size,
)

NOT_SENTENCES = ("time.", "moment.", "language.", "phone.", "volunteer.text", "choice.need", "duty.", "notice.")
SAID = {"phone": "202-555-0100", "reference": "482913", "emergency": "911", "crisis": "988", "time": "9 AM"}


def sentences(language: str) -> dict[str, str]:
    """Key -> text of what residents read, with its parameters said in short."""
    texts = load_domain("messages", language)
    return {
        key: re.sub(r"\{(\w+)\}", lambda m: SAID.get(m[1], "Ana"), text)
        for key, text in texts.items()
        if not key.endswith(".words") and not key.startswith(NOT_SENTENCES)
    }


@pytest.mark.parametrize("language", offered_locales())
def test_every_language_has_every_text_with_the_same_parameters(language: str) -> None:
    ours, english = load_domain("messages", language), load_domain("messages", "en")
    assert ours.keys() == english.keys()
    for key, text in ours.items():
        assert _fields(text) - {"community"} == _fields(english[key]) - {"community"}, key


def test_english_is_read_with_five_years_of_school() -> None:
    texts = sentences("en")
    assert flesch_kincaid_grade("\n".join(texts.values())) <= 5
    worst = {key: flesch_kincaid_grade(text) for key, text in texts.items() if size(text, "en").words >= 6}
    assert max(worst.values()) <= 5, max(worst.items(), key=lambda item: item[1])


def test_spanish_is_easy() -> None:
    texts = sentences("es")
    assert fernandez_huerta("\n".join(texts.values())) >= 80
    worst = {key: fernandez_huerta(text) for key, text in texts.items() if size(text, "es").words >= 6}
    assert min(worst.values()) >= 70, min(worst.items(), key=lambda item: item[1])


@pytest.mark.parametrize("language", ["en", "es"])
def test_sentences_are_short(language: str) -> None:
    sizes = {key: size(text, language) for key, text in sentences(language).items()}
    words, count = sum(s.words for s in sizes.values()), sum(s.sentences for s in sizes.values())
    assert words / count <= 12
    assert max(s.longest_sentence for s in sizes.values()) <= 20


def test_chinese_is_short_and_everyday() -> None:
    texts = sentences("zh")
    assert max(map(longest_chinese_sentence, texts.values())) <= 16
    everything = "".join(texts.values())
    written = re.findall(r"[\u4e00-\u9fff]", everything)
    hard = [c for c in written if c in hard_characters(everything)]
    assert len(hard) / len(written) <= 0.03, "".join(sorted(set(hard)))


@pytest.mark.parametrize("language", offered_locales())
def test_nobody_is_blamed_or_sent_to_a_link_or_app(language: str) -> None:
    forbidden = ("http", "www.", "app ", "invalid", "error", "wrong answer", "inválid", "错误", "应用", "下载", "点击")
    for key, text in sentences(language).items():
        assert not any(word in text.casefold() for word in forbidden), key


@pytest.mark.parametrize("language", offered_locales())
def test_danger_has_the_number_in_its_first_sentence(language: str) -> None:
    texts = load_domain("messages", language)
    for key in texts:
        if key.startswith("emergency.") and key != "emergency.not_us":
            first_two = re.split(r"(?<=[.。])", texts[key])[:2]
            assert "{emergency}" in (first_two[0] + first_two[1] if key == "emergency.gas" else first_two[0]), key


@pytest.mark.parametrize("language", offered_locales())
def test_what_we_start_names_no_need_and_no_service(language: str) -> None:
    texts = load_domain("messages", language)
    for key in ("followup.ask", "emergency.again"):
        assert _fields(texts[key]) <= {"community", "emergency"}


@pytest.mark.parametrize("language", offered_locales())
def test_nobody_is_told_to_send_a_word_that_the_provider_takes_for_stop(language: str) -> None:
    for key, text in sentences(language).items():
        if not key.startswith(("help.", "consent.")):
            assert not re.search(r"\b(CANCEL|END|QUIT|STOP)\b", text), key


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
