"""What every page has to stand: axe, fingers, and a narrow screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
}
SMALL_TARGETS = """() => [
    ...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter(e => e.checkVisibility() && !e.matches(".govuk-skip-link, .skip"))
  .map(e => [e, (e.matches("[type=radio], [type=checkbox]") ? e.labels[0] : e).getBoundingClientRect()])
  .filter(([e, box]) => box.height < 44 || box.width < 24)
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


def follow(page: Page, selector: str) -> None:
    """Press what leads to another page, and be there: a press alone goes on while the old page still stands."""
    with page.expect_navigation():
        page.click(selector)


def look(page: Page, wrong: list[str], *, axe_when_narrow: bool) -> None:
    """Add to `wrong` all that is wrong with the page, wide and narrow."""
    name = page.title()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if width == 1280 or axe_when_narrow:
            found = Axe().run(page, options=AXE).response
            for kind in ("violations", "incomplete"):
                wrong += [f"{name} {width}: {kind} {v['id']} {[n['target'] for n in v['nodes']]}" for v in found[kind]]
        wrong += [f"{name} {width}: small {target}" for target in page.evaluate(SMALL_TARGETS)]
        reach = page.evaluate("document.documentElement.scrollWidth")
        if reach > width:
            wrong.append(f"{name}: scrolls sideways, {reach} px on {width}")
    page.evaluate("document.activeElement.blur()")
