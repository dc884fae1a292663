"""How the directory answers: a page in the envelope of HSDS, lines, one record, or what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from hsds.parameters import Paging

Record = dict[str, Any]
Load = Callable[[Sequence[UUID]], list[Record]]
LINES_AT_ONCE = 100
KEPT_S = 300
"""Seconds for which a copy may be used without asking again."""


def one(record: Record) -> Response:
    """One record, as JSON."""
    return kept(Response(_json(record), mimetype="application/json"))


def page(ids: Sequence[UUID], paging: Paging, load: Load) -> Response:
    """One page of a list in the envelope of HSDS. A page after the last one is empty."""
    first = (paging.page - 1) * paging.per_page
    contents = load(ids[first : first + paging.per_page])
    pages = max(1, -(-len(ids) // paging.per_page))
    return one(
        {
            "total_items": len(ids),
            "total_pages": pages,
            "page_number": paging.page,
            "size": len(contents),
            "first_page": paging.page == 1,
            "last_page": paging.page >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )


def lines(ids: Sequence[UUID], load: Load) -> Response:
    """All of a list, one JSON object a line, read as it is sent."""

    def told() -> Iterator[str]:
        for start in range(0, len(ids), LINES_AT_ONCE):
            for record in load(ids[start : start + LINES_AT_ONCE]):
                yield _json(record) + "\n"

    return Response(told(), mimetype="application/x-ndjson", headers={"Cache-Control": f"public, max-age={KEPT_S}"})


def problem(status: int, title: str, detail: str, **more: str) -> Response:
    """What is wrong, as RFC 9457 has it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(_json(body), status, mimetype="application/problem+json", headers={"Cache-Control": "no-store"})


def kept(response: Response) -> Response:
    """The answer with a tag of its content; without its content where whoever asks has that already."""
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.add_etag()
    response.make_conditional(request)
    return response


def _json(value: Record) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
