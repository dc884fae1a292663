"""A test client that looks at every page it fetches the way a screen reader and a strict browser would."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID = {"input", "img", "meta", "link", "br", "hr"}
LEFT_OVER = re.compile(r"\{[a-z_]+\}|\bNone\b|\bUndefined\b|Markup\(")


@dataclass
class Node:
    tag: str
    attrs: dict[str, str]
    text: str = ""


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What the audit needs of one page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[Node] = []
        self.forms: list[Form] = []
        self._open: list[Node] = []
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.nodes.append(node)
        if tag not in VOID:
            self._open.append(node)
        elif tag == "img":
            for parent in self._open:
                parent.text += node.attrs.get("alt", "")
        self._note_field(node)

    def _note_field(self, node: Node) -> None:
        a = node.attrs
        if node.tag == "form":
            self.forms.append(Form(a.get("action", ""), a.get("method", "get").lower()))
        elif self.forms and node.tag == "input" and (a.get("type") not in ("radio", "checkbox") or "checked" in a):
            self.forms[-1].fields[a.get("name", "")] = a.get("value", "")
        elif self.forms and node.tag == "textarea":
            self.forms[-1].fields[a["name"]] = ""
        elif node.tag == "select":
            self._select = a["name"]
        elif node.tag == "option" and self.forms and self._select and "selected" in a:
            self.forms[-1].fields[self._select] = a["value"]

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        for node in self._open:
            node.text += data
            if node.tag == "textarea" and self.forms:
                self.forms[-1].fields[node.attrs["name"]] += data

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.nodes if node.tag in tags]


def problems_of(html: str) -> list[str]:
    """Everything that is wrong with a page; empty for a good one."""
    page = Page(html)
    ids = [node.attrs["id"] for node in page.nodes if "id" in node.attrs]
    found = [f"id {one} stands twice" for one in {i for i in ids if ids.count(i) > 1}]
    if not page.all("html")[0].attrs.get("lang"):
        found.append("the page has no language")
    titles = [node.text.strip() for node in page.all("title")]
    if len(titles) != 1 or not titles[0]:
        found.append(f"titles: {titles}")
    if len(page.all("h1")) != 1:
        found.append(f"{len(page.all('h1'))} h1")
    if len(page.all("main")) != 1:
        found.append("not one main")
    return found + _names(page) + _references(page, set(ids)) + _inline(page) + _forms(page) + _words(page)


def _names(page: Page) -> list[str]:
    labelled = {node.attrs.get("for") for node in page.all("label") if node.text.strip()}
    found = [
        f"{node.tag} {node.attrs.get('name')} has no label"
        for node in page.all("input", "select", "textarea")
        if node.attrs.get("type") != "hidden" and node.attrs.get("id") not in labelled
    ]
    found += [
        f"an empty {node.tag}: {node.attrs}"
        for node in page.all("a", "button", "th", "h1", "h2", "label", "legend", "option", "caption", "summary")
        if not node.text.strip() and not node.attrs.get("aria-label")
    ]
    return found + [f"an image without alt: {n.attrs}" for n in page.all("img") if "alt" not in n.attrs]


def _references(page: Page, ids: set[str]) -> list[str]:
    found = [
        f"{name} points at nothing: {one}"
        for node in page.nodes
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for")
        for one in node.attrs.get(name, "").split()
        if one not in ids
    ]
    return found + [
        f"a link points at nothing: {node.attrs['href']}"
        for node in page.all("a")
        if node.attrs["href"].startswith("#") and node.attrs["href"][1:] not in ids
    ]


def _inline(page: Page) -> list[str]:
    found = [f"inline {node.tag}" for node in page.all("script", "style") if "src" not in node.attrs]
    return found + [
        f"inline {name} on {node.tag}"
        for node in page.nodes
        for name in node.attrs
        if name == "style" or (name.startswith("on") and name != "on")
    ]


def _forms(page: Page) -> list[str]:
    found = [f"no CSRF token in {f.action}" for f in page.forms if f.method == "post" and "csrf_token" not in f.fields]
    return found + [f"a form without novalidate: {n.attrs}" for n in page.all("form") if "novalidate" not in n.attrs]


def _words(page: Page) -> list[str]:
    text = page.all("body")[0].text
    return [f"left over: {match}" for match in LEFT_OVER.findall(text)]


class AuditedClient(FlaskClient):
    """Audits every HTML page, and can fill in the forms of the page it is on."""

    here = ""
    html = ""
    status = 0

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            wrong = problems_of(response.get_data(as_text=True))
            assert not wrong, f"{response.request.path}: {wrong}"
        return response

    def visit(self, path: str) -> str:
        """Go to a page, following redirects; gives its HTML."""
        return self._arrive(self.get(path, follow_redirects=True))

    def submit(self, action: str, **fields: str) -> str:
        """Send the form of this page whose action ends with `action`, following the redirect."""
        return self._arrive(self.post_form(action, follow_redirects=True, **fields))

    def post_form(self, action: str, *, follow_redirects: bool = False, **fields: str) -> TestResponse:
        """Send the form as it stands, with `fields` filled in."""
        form = next(
            f
            for f in Page(self.html).forms
            if f.method == "post" and urlsplit(f.action or self.here).path.endswith(action)
        )
        target = urlsplit(urljoin(self.here, form.action)).path
        return self.post(target, data={**form.fields, **fields}, follow_redirects=follow_redirects)

    def post_form_kept(self, path: str) -> TestResponse:
        """Post to a page whose form this one no longer shows, as a page that was left open would."""
        token = next(form.fields["csrf_token"] for form in Page(self.html).forms if "csrf_token" in form.fields)
        return self.post(path, data={"csrf_token": token, "form_key": str(uuid.uuid4())})

    def logs_in(self, username: str, password: str) -> str:
        self.visit("/console/login")
        return self.submit("/login", username=username, password=password)

    def _arrive(self, response: TestResponse) -> str:
        self.here, self.status = response.request.path, response.status_code
        self.html = response.get_data(as_text=True)
        return self.html
