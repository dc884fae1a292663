"""The demo's phones speak the languages of the community."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.simulator import calls, simulator_blueprint
from app.simulator.call_page import ON_THE_LINE
from app.simulator.network import Status
from app.simulator.residents import RESIDENTS, resident_at
from app.simulator.words import Texts
from core.config import Config
from core.i18n.catalogues import CatalogueError, load_domain

LANGUAGES = ("en", "zh", "es")
SIMULATOR = Path(calls.__file__).parent
LI = "%2B12025550182"
HEADINGS = {"en": "A telephone is enough", "zh": "有电话就行", "es": "Basta con un teléfono"}


def demo(**settings: str) -> FlaskClient:
    """The simulator, beside a Handrail that nobody can reach."""
    given = {
        "HANDRAIL_PUBLIC_URL": "http://127.0.0.1:9",
        "HANDRAIL_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "HANDRAIL_TWILIO_AUTH_TOKEN": "an-auth-token-of-the-tests",
        "HANDRAIL_TWILIO_FROM": "+12025550100",
    }
    app = Flask(__name__)
    app.register_blueprint(simulator_blueprint(Config.from_env(given | settings)))
    return app.test_client()


@pytest.fixture
def page() -> FlaskClient:
    return demo()


@pytest.fixture(scope="module")
def after_a_call() -> FlaskClient:
    """Mr Li called, and Handrail was not there."""
    page = demo()
    page.post("/try/call/do", data={"phone": "+12025550182", "do": "call"})
    return page


class TestChoosing:
    """Which language a page speaks."""

    @pytest.mark.parametrize("path", ["/try/", "/try/call/", "/try/chat/"])
    def test_the_browsers_own_until_another_is_picked(self, page: FlaskClient, path: str) -> None:
        german_then_spanish = {"Accept-Language": "de, es-MX;q=0.9, es;q=0.8, en;q=0.5"}
        assert '<html lang="es">' in page.get(path, headers=german_then_spanish).text
        assert '<html lang="zh">' in page.get(path + "?language=zh", headers=german_then_spanish).text
        assert '<html lang="en">' in page.get(path, headers={"Accept-Language": "de"}).text
        assert '<html lang="en">' in page.get(path).text

    @pytest.mark.parametrize("picked", ["xx", "", "<script>", "../en"])
    def test_one_that_is_not_there_is_like_none(self, page: FlaskClient, picked: str) -> None:
        answer = page.get("/try/call/", query_string={"language": picked})
        assert '<html lang="en">' in answer.text
        assert "script>" not in answer.text.replace("</script>", "")

    def test_each_is_offered_in_its_own_words_for_the_same_phone(self, page: FlaskClient) -> None:
        html = page.get(f"/try/call/?phone={LI}&language=zh").text
        offered = re.findall(r'<a href="([^"]+)" lang="(..)" hreflang="\2"( aria-current="true")?>(\w+)</a>', html)
        assert [(tag, bool(here), name) for _, tag, here, name in offered] == [
            ("en", False, "English"),
            ("zh", True, "中文"),
            ("es", False, "Español"),
        ]
        for address, tag, _, _ in offered:
            there = page.get(address.replace("&amp;", "&")).text
            assert HEADINGS[tag] in there
            assert "李先生" in re.findall(r'aria-current="page">(.+?)</a>', there, re.DOTALL)[0]

    def test_what_is_picked_stays_on_every_way_through_the_pages(self, page: FlaskClient) -> None:
        for path in ("/try/", "/try/call/", "/try/chat/"):
            html = page.get(f"{path}?phone={LI}&language=es").text
            people = re.findall(r'<li>\s*<a href="([^"]+)"', html.split('class="people"')[1])
            swap = re.findall(r'class="swap" href="([^"]+)"', html)
            forms = re.findall(r'method="post" action="([^"]+)"', html)
            assert len(people) == len(RESIDENTS)
            assert swap
            assert forms
            assert [one for one in people + swap + forms if "language=es" not in one] == []
            assert '<input type="hidden" name="language" value="es">' in html, "taking another phone"
        assert "language=es" in page.post("/try/send?language=es", data={"phone": "+12025550182"}).location
        assert "language=es" in page.post("/try/call/do?language=es", data={"phone": "+12025550182"}).location
        assert "language=es" in page.post("/try/chat/do?language=es", data={"phone": "+12025550182"}).location
        assert "language" not in page.get("/try/").text.split('class="people"')[1], "nothing was picked here"

    def test_a_community_of_one_language_has_pages_in_that_one(self) -> None:
        html = demo(HANDRAIL_LANGUAGES="es").get("/try/call/", headers={"Accept-Language": "en"}).text
        assert '<html lang="es">' in html
        assert 'hreflang="en"' not in html


class TestCaptions:
    """What is said in a call keeps its language; what the line does is told in the page's."""

    @pytest.mark.parametrize("tag", LANGUAGES)
    def test_the_line_speaks_the_language_of_the_page_and_twilio_english(
        self, after_a_call: FlaskClient, tag: str
    ) -> None:
        html = after_a_call.get(f"/try/call/?phone={LI}&language={tag}").text
        texts = load_domain("simulator", tag)
        assert f'<span class="speaker" lang="{tag}">{texts["speaker.line"]}</span>' in html
        assert re.findall(r'<p class="words" lang="(.*?)">(.*?)</p>', html) == [
            ("en", calls.APPLICATION_ERROR),
            (tag, texts["line.over"]),
        ]

    def test_whatever_the_line_does_has_words(self) -> None:
        source = (SIMULATOR / "calls.py").read_text("utf-8")
        named = set(re.findall(r"on_the_line\(([A-Z_]+)\)", source)) - {"APPLICATION_ERROR"}
        assert named
        assert {getattr(calls, name) for name in named} == set(ON_THE_LINE)
        english = load_domain("simulator", "en")
        assert all(english[key] == text for text, key in ON_THE_LINE.items())


class TestWords:
    """The locale files."""

    def test_every_language_says_everything_with_the_same_holes(self) -> None:
        texts = {tag: load_domain("simulator", tag) for tag in LANGUAGES}
        for tag in LANGUAGES:
            assert texts[tag].keys() == texts["en"].keys(), tag
            for key, text in texts[tag].items():
                assert _holes(text) == _holes(texts["en"][key]), (tag, key)
                assert text.strip() == text, (tag, key)

    def test_every_key_that_is_asked_for_exists_and_no_text_is_left_over(self) -> None:
        files = [*SIMULATOR.glob("*.py"), *SIMULATOR.glob("templates/simulator/*.html")]
        source = "".join(file.read_text("utf-8") for file in files)
        texts = load_domain("simulator", "en")
        written = set(re.findall(r"""["']([a-z]+\.[a-z_]+)["']""", source)) & texts.keys()
        asked = set(re.findall(r"""\bt\(["']([a-z_.]+)["'][,)]""", source))
        progress = {f"progress.{status}" for status in Status}
        assert sorted((asked | progress) - texts.keys()) == []
        assert sorted(texts.keys() - written - progress) == []

    def test_everybody_is_described(self) -> None:
        somebody = resident_at("+12025550150")
        assert {r.about for r in (*RESIDENTS, somebody)} <= load_domain("simulator", "en").keys()

    def test_what_is_filled_in_can_not_become_markup(self) -> None:
        words = Texts.of(["en"]).by_language["en"]
        assert "&lt;b&gt;" in words.t("number.wrong", number="<b>")
        with pytest.raises(CatalogueError):
            words.t("no.such.key")


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
