"""What residents text, and what we make of it. No message here is a phrase of the catalogue."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.catalogue_file import plain
from intents.emergencies import EmergencyKind
from intents.model import Model
from intents.understand import Context, Vocabulary, understand
from intents.understanding import Act, WhoFor


def needs_of(text: str, model: Model) -> list[str]:
    return [need.code for need in understand(text, model).wanted]


def test_none_of_these_messages_is_in_the_catalogue(model: Model) -> None:
    known = {plain(phrase) for tag in model.catalogue.languages for phrase in model.catalogue.phrases(tag)}
    assert not known & {plain(text) for text, *_ in (*ONE_NEED, *SEVERAL_NEEDS)}


ONE_NEED = [
    ("can somebody put a ramp in for my wheelchair", "home.adapt", Act.FIND_HELP),
    ("hello, i need a ramp fitted", "home.adapt", Act.FIND_HELP),
    ("i need hot meals brought to the house", "food.meals", Act.FIND_HELP),
    ("who can drive me to the hospital for my scan", "transport.medical", Act.FIND_HELP),
    ("there is a big pothole outside my house in mill lane", "street.repair", Act.REPORT_PROBLEM),
    ("necesito que alguien me traiga comida caliente a casa", "food.meals", Act.FIND_HELP),
    ("este mes no puedo pagar el recibo de la luz", "utilities.bills", Act.FIND_HELP),
    ("quiero vacunarme contra la gripe", "health.vaccine", Act.FIND_HELP),
    ("我想在家里装一个扶手", "home.adapt", Act.FIND_HELP),
    ("我妈妈牙痛，想看牙医", "health.dental", Act.FIND_HELP),
    ("我媽媽牙痛，想看牙醫", "health.dental", Act.FIND_HELP),
]


@pytest.mark.parametrize(("text", "code", "act"), ONE_NEED)
def test_a_need_is_found(text: str, code: str, act: Act, model: Model) -> None:
    found = understand(text, model)
    assert (found.act, [need.code for need in found.wanted]) == (act, [code])


SEVERAL_NEEDS = [
    ("need a ramp for the chair and someone to read my letters to me", {"home.adapt", "language.interpreter"}),
    ("quiero vacunarme contra la gripe y tambien no puedo pagar la luz", {"health.vaccine", "utilities.bills"}),
    ("我想在家里装一个扶手，还有想打流感疫苗", {"home.adapt", "health.vaccine"}),
]


@pytest.mark.parametrize(("text", "codes"), SEVERAL_NEEDS)
def test_two_needs_in_one_message_are_both_found(text: str, codes: set[str], model: Model) -> None:
    found = understand(text, model)
    assert set(needs_of(text, model)) == codes
    assert [need.wanted for need in found.needs] == sorted((n.wanted for n in found.needs), reverse=True)


@pytest.mark.parametrize(
    ("right", "misspelt"),
    [
        ("i need a wheelchair", "i need a weelchair"),
        ("wheres the dentist", "wheres the dentst"),
        ("the flu vaccine please", "the flu vacine please"),
        ("necesito un dentista barato", "nesesito un dentsta varato"),
    ],
)
def test_slips_of_the_finger_change_nothing(right: str, misspelt: str, model: Model) -> None:
    assert needs_of(misspelt, model) == needs_of(right, model) != []


@pytest.mark.parametrize("word", ["STOP", "Stop.", "stop!!", "ALTO", "停止", "退订"])
def test_stop_is_stop_in_every_language(word: str, model: Model) -> None:
    assert understand(word, model, language="en").act == Act.STOP


@pytest.mark.parametrize(
    "text", ["where is the bus stop", "the tap wont stop dripping", "donde esta la parada del autobus", "停电了怎么办"]
)
def test_a_sentence_about_stopping_is_not_stop(text: str, model: Model) -> None:
    assert understand(text, model).act != Act.STOP


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i have chest pain and cant breathe", EmergencyKind.MEDICAL),
        ("i smell gas in the kitchen", EmergencyKind.GAS),
        ("hay fuego en mi cocina", EmergencyKind.FIRE),
        ("我不想活了", EmergencyKind.SELF_HARM),
        ("i need a ramp. also i smell gas", EmergencyKind.GAS),
    ],
)
def test_an_emergency_comes_before_everything(text: str, kind: EmergencyKind, model: Model) -> None:
    found = understand(text, model, context=Context(frozenset({"yes", "choice"})))
    assert (found.act, found.urgent, found.confidence) == (Act.EMERGENCY, kind, 1.0)


def test_an_emergency_at_the_end_of_a_very_long_message_is_seen(model: Model) -> None:
    assert understand("so I was saying. " * 400 + "help my kitchen is on fire", model).urgent == EmergencyKind.FIRE


@pytest.mark.parametrize("text", ["I could kill for a coffee", "my feet are killing me", "is the fire station open"])
def test_everyday_words_are_no_emergency(text: str, model: Model) -> None:
    assert understand(text, model).urgent is None


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), (" 2. ", 2), ("２", 2), ("2️⃣", 2), ("two", 2), ("dos", 2), ("二", 2), ("0", 0)]
)
def test_a_whole_message_can_be_a_menu_answer(text: str, number: int, model: Model) -> None:
    assert understand(text, model, context=Context(frozenset({"choice"}))).slots.choice == number


def test_zero_always_means_a_person(model: Model) -> None:
    found = understand("0", model)
    assert (found.act, found.slots.choice) == (Act.PERSON, 0)


@pytest.mark.parametrize("text", ["i need 2 meals", "00011", "room 5"])
def test_a_number_inside_a_message_is_no_menu_answer(text: str, model: Model) -> None:
    assert understand(text, model).slots.choice is None


@pytest.mark.parametrize(
    ("text", "language"), [("english please", "en"), ("habla espanol?", "es"), ("请说中文", "zh"), ("说英语", "en")]
)
def test_another_language_can_be_asked_for(text: str, language: str, model: Model) -> None:
    found = understand(text, model)
    assert (found.act, found.slots.language) == (Act.LANGUAGE, language)


def test_an_expected_answer_is_read_shortly(model: Model) -> None:
    expecting = Context(frozenset({"yes", "no"}))
    assert understand("yes do that", model, context=expecting).act == Act.YES
    assert understand("no leave it", model, context=expecting).act == Act.NO


def test_a_daughter_asks_for_her_father(model: Model) -> None:
    found = understand("my dad cant cook any more, he needs meals brought near Elm Hill tomorrow morning", model)
    assert found.slots.who_for == WhoFor.OTHER
    assert found.slots.when == "tomorrow morning"


def test_a_place_of_the_directory_is_told_as_the_directory_spells_it(model: Model) -> None:
    places = Vocabulary(places=frozenset({"Old Harbor", "旧港", "Mill Street"}))
    assert understand("lunch club in old harbor pls", model, vocabulary=places).slots.place == "Old Harbor"
    assert understand("旧港附近有送饭的吗", model, vocabulary=places).slots.place == "旧港"


@pytest.mark.parametrize("text", ["", "   ", "...", "\x00", "\ud800", "👍👍", "\u202e\u200b"])
def test_nothing_said_is_nothing_understood(text: str, model: Model) -> None:
    found = understand(text, model, language="es")
    assert (found.act, found.needs, found.language) == (Act.UNKNOWN, (), "es")
    assert found.confidence < 0.5


@pytest.mark.parametrize(
    "text", ["what is the capital of france", "hahaha nice one mate", "今天股市怎么样", "quién ganó el partido"]
)
def test_what_is_none_of_our_business_is_not_answered_as_a_need(text: str, model: Model) -> None:
    found = understand(text, model)
    assert not found.wanted


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(st.characters(codec=None), max_size=400) | st.text("ab 0一我。,.'¿é\u0301\ud800", max_size=1500),
    language=st.sampled_from([None, "en", "zh", "es", "xx"]),
)
def test_any_text_at_all_is_taken(text: str, language: str | None, model: Model) -> None:
    found = understand(text, model, language=language)
    assert found.language in {"en", "zh", "es", "und"}
    assert all(0.0 <= confidence <= 1.0 for confidence in (found.confidence, *(n.confidence for n in found.needs)))
    assert found == understand(text, model, language=language)
    assert json.loads(json.dumps(found.to_json())).keys() == {
        "text",
        "language",
        "act",
        "needs",
        "urgent",
        "confidence",
    }


def test_the_json_shape(model: Model) -> None:
    assert understand("i smell gas", model).to_json()["urgent"] == {"kind": "gas"}
    said = understand("i need a wheelchair", model).to_json()
    assert said["urgent"] is None
    assert list(said["needs"][0]) == ["code", "confidence", "wanted"]  # type: ignore[index]
