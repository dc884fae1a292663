"""What residents say of the person by the way: an age, that they can't go out. And much that only sounds so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from intents.catalogue import BUILT_IN, Catalogue, CatalogueError, load_catalogue
from intents.model import Model
from intents.person import load_person
from intents.understand import understand

AGES = {
    "en": [
        ("i am 82 years old and need hot meals", 82),
        ("82 yo man needs a ride", 82),
        ("my wife aged 82 needs a nurse", 82),
        ("im 79 and i need groceries", 79),
        ("she is 91", 91),
        ("my mother is 58 and needs lunch", 58),
        ("my son is 7 and needs care after school", 7),
        ("I'm 82, can you help me with food", 82),
        ("MY DAD IS 90 AND LIVES ALONE", 90),
        ("just turned 65, help with medicare please", 65),
        ("my grandson is an 8 year old and needs vaccines", 8),
        ("i am eighty two years old and hungry", 82),
        ("i am 82, what is there for 60 and over", 82),
        ("a 103 year old lady needs a nurse", 103),
    ],
    "es": [
        ("tengo 80 años y necesito comida", 80),
        ("mi mamá de 82 años necesita comida caliente", 82),
        ("mi mama tiene 82 anos", 82),
        ("mi hijo tiene 7 años y necesita cuidado", 7),
        ("tengo ochenta y dos años", 82),
        ("soy una señora de 75 años", 75),
        ("mi esposo, 90 años de edad, necesita enfermera", 90),
        ("cumplí 65, ayuda con medicare", 65),
        ("82 años, necesito que me lleven al médico", 82),
        ("a mis 88 años ya no cocino", 88),
    ],
    "zh": [
        ("我82岁，需要送饭", 82),
        ("我八十二岁了", 82),
        ("我妈今年79，需要护士", 79),
        ("老伴今年九十岁", 90),
        ("儿子7岁，放学没人看", 7),
        ("我今年六十五了，想办老年公交卡", 65),
        ("我媽媽八十歲，需要人照顧", 80),
        ("奶奶一百零三岁，要人照顾", 103),
        ("孩子两岁，要打疫苗", 2),
        ("他今年88了，一个人住", 88),
    ],
}
NO_AGE = {
    "en": [
        "lunch for people 60 and over",
        "is it free for 65 years old and older",
        "do i have to be 60 years old",
        "i need 2 hot meals",
        "my rent is 820 dollars",
        "im at 82 main street",
        "im 10 minutes away",
        "call me at 202 555 0182",
        "the bus at 8 30 did not come",
        "my boiler is 20 years old and broke",
        "my 12 year old dog needs a vet",
        "i have lived here for 50 years",
        "she is 5 feet tall",
        "my husband is 82 and i am 79, we need lunch",
        "im 250 years old",
        "when i was 20 years old i could walk",
    ],
    "es": [
        "comida para mayores de 60 años",
        "hay algo para personas de 65 años o más",
        "vivo aquí hace 20 años",
        "tengo 20 años viviendo en esta casa",
        "mi nevera tiene 15 años y se rompió",
        "necesito 2 comidas",
        "la renta es de 820 dólares",
        "mi perro tiene 12 años",
        "el autobús de las 8 y 30",
        "mi número es 202 555 0182",
        "calle principal 82",
    ],
    "zh": [
        "60岁以上的老人有午餐吗",
        "年满65岁才能申请吗",
        "我要两份饭",
        "房租820块",
        "我住在大街82号",
        "电话202 555 0182",
        "我的狗12岁了",
        "今年3月搬来的",
        "今年一直不舒服",
        "我等了30分钟",
        "不到60岁可以去吗",
    ],
}
STAYS_IN = {
    "en": [
        "i am housebound and need food",
        "my wife is bedridden",
        "mum is homebound",
        "i cant leave the house, need hot meals",
        "she cannot get out of her bed",
        "i can't go out anymore",
    ],
    "es": [
        "no puedo salir de casa",
        "mi mamá ya no puede salir",
        "mi abuelo está postrado",
        "no puedo salir a la calle, necesito comida",
        "mi esposo no sale de la cama",
    ],
    "zh": ["我出不了门", "她下不了床", "老伴卧床", "我不能出门，要人送饭", "媽媽沒辦法出門"],
}
GOES_OUT = {
    "en": [
        "i cant leave the house keys with anyone",
        "i cant leave my dog alone",
        "i cant go out at night",
        "i cant go out alone, i need a walking group",
        "he wont let me leave the house",
        "i cant leave the house, the lock is broken",
        "i want to go out and meet people",
        "i cant leave home until the plumber comes",
    ],
    "es": [
        "no puedo salir de mis deudas",
        "no puedo salir de noche",
        "mi marido no me deja salir de casa",
        "no puedo salir sola",
        "quiero salir de casa y conocer gente",
        "no puedo salir de casa, perdí la llave",
    ],
    "zh": ["门锁坏了，出不了门", "他不让我出门，我不能出门", "今天下雪出不了门", "我想出门走走", "晚上不能出门"],
}


def told(table: dict[str, list[tuple[str, int]]]) -> list[tuple[str, str, int]]:
    return [(tag, message, age) for tag, pairs in table.items() for message, age in pairs]


def said(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(tag, message) for tag, messages in table.items() for message in messages]


@pytest.fixture
def catalogue(model: Model) -> Catalogue:
    return model.catalogue


@pytest.mark.parametrize(("language", "message", "age"), told(AGES))
def test_an_age_that_is_told_is_heard(language: str, message: str, age: int, model: Model) -> None:
    assert understand(message, model, language=language).slots.age == age


@pytest.mark.parametrize(("language", "message"), said(NO_AGE))
def test_other_numbers_are_nobodys_age(language: str, message: str, model: Model) -> None:
    assert understand(message, model, language=language).slots.age is None


@pytest.mark.parametrize(("language", "message"), said(STAYS_IN))
def test_who_cannot_go_out_is_heard(language: str, message: str, model: Model) -> None:
    assert understand(message, model, language=language).slots.stays_in


@pytest.mark.parametrize(("language", "message"), said(GOES_OUT))
def test_who_stays_in_only_now_or_leaves_something_else_can_go_out(language: str, message: str, model: Model) -> None:
    assert not understand(message, model, language=language).slots.stays_in


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("[xx]\nage = ['old']\n[xx.numbers]\n", "xx.age: must say AGE once in each pattern"),
        ("[xx]\nage = ['(AGE']\n[xx.numbers]\n", "xx.age: is not a regular expression"),
        ("[xx]\n[xx.numbers]\nten = ['ten']\n", "xx.numbers.ten: must be a number"),
        ("[en]\n", "xx: is missing"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(wrong: str, problem: str, tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "person.toml").write_text(wrong, "utf-8")
    with pytest.raises(CatalogueError, match=r"person\.toml") as error:
        load_person(tmp_path, {"xx": catalogue.grammars["en"]})
    assert str(error.value).startswith(f"person.toml: {problem}")


def test_every_language_tells_of_people(catalogue: Catalogue) -> None:
    assert set(catalogue.person) == set(catalogue.languages)
    assert all(words.age and words.no_age and words.stays_in and words.goes_out for words in catalogue.person.values())


def test_other_words_for_people_need_no_other_model(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(BUILT_IN, tmp_path / "catalogue")
    words = copy / "person.toml"
    words.write_text(words.read_text("utf-8").replace("bed ?ridden", "laid up"), "utf-8")
    monkeypatch.setattr("intents.catalogue.BUILT_IN", copy)
    other = load_catalogue()
    assert other.person["en"] != catalogue.person["en"]
    assert other.digest == catalogue.digest
