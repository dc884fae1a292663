"""Pictures and recordings: for the one who holds the request, and never able to run."""

from __future__ import annotations

import uuid

from core.db.models import HelpRequestEvent, InboundMedia
from core.helpdesk.events import EventKind
from tests.console.conftest import Enter
from tests.console.scenes import Scene

KINDS = {
    "image/jpeg": ("image/jpeg", "inline"),
    "audio/ogg": ("audio/ogg", "inline"),
    "video/mp4": ("video/mp4", "inline"),
    "application/pdf": ("application/octet-stream", "attachment"),
    "text/html": ("application/octet-stream", "attachment"),
    "image/svg+xml": ("application/octet-stream", "attachment"),
}


def test_only_harmless_kinds_are_shown(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    request_id = scene.asks("look at this")
    message_id = scene.writes(request_id, "")
    ids = {kind: scene.sends_media(message_id, kind, b"<script>bytes</script>") for kind in KINDS}
    vera = enter("vera")
    vera.visit(f"/console/requests/{request_id}")
    page = vera.submit("/claim")
    for kind, (shown_as, how) in KINDS.items():
        assert f"/console/media/{ids[kind]}" in page
        answer = vera.get(f"/console/media/{ids[kind]}")
        assert answer.data == b"<script>bytes</script>"
        assert answer.mimetype == shown_as
        assert answer.headers["Content-Disposition"].startswith(how)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nobody_else_gets_them_and_looking_is_logged(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    scene.joins("ana", "Ana")
    request_id = scene.asks("look at this")
    media_id = scene.sends_media(scene.writes(request_id, ""), "image/png", b"png")
    vera, ana = enter("vera"), enter("ana")
    assert vera.get(f"/console/media/{media_id}").status_code == 404, "not before claiming"
    vera.visit(f"/console/requests/{request_id}")
    vera.post_form("/claim")
    assert vera.get(f"/console/media/{media_id}").status_code == 200
    assert len(scene.rows(HelpRequestEvent, kind=EventKind.REVEALED.value)) == 1
    assert ana.get(f"/console/media/{media_id}").status_code == 404
    assert vera.get(f"/console/media/{uuid.uuid4()}").status_code == 404


def test_what_was_not_fetched_yet_is_said(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    request_id = scene.asks("look at this")
    message_id = scene.writes(request_id, "")
    with scene.database.write() as session:
        session.add(InboundMedia(inbound_message_id=message_id, url="https://x.example", content_type="audio/amr"))
    vera = enter("vera")
    vera.visit(f"/console/requests/{request_id}")
    assert "Recording 1: not fetched yet" in vera.submit("/claim")
