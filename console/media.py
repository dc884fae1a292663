"""Pictures and recordings of residents, for the one who holds their request."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request
from werkzeug.wrappers import Response

from console.deps import blueprint, deps
from console.people import me
from console.request_page import seen
from core.helpdesk.reveal import request_of_media

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4"})
"""What a browser shows without running anything."""
ENDINGS = {"application/pdf": ".pdf"}
"""What is saved under a name that opens it; browsers refuse to show a PDF inside a sandbox."""


@blueprint.get("/media/<uuid:media_id>")
def media(media_id: UUID) -> Response:
    """The bytes, so that nothing in them can run."""
    with deps().database.read() as session:
        request_id = request_of_media(session, media_id, me().volunteer_id)
    if request_id is None or seen(request_id) is None:
        abort(404)
    found = deps().fetch_media(media_id)
    if found is None:
        abort(404)
    content_type, content = found
    plain = content_type.partition(";")[0].strip().casefold()
    shown = plain in SHOWN or plain.startswith("audio/")
    response = Response(content, mimetype=plain if shown else "application/octet-stream")
    saved_as = f"{media_id}{ENDINGS.get(plain, '')}"
    response.headers["Content-Disposition"] = "inline" if shown else f'attachment; filename="{saved_as}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Safari plays no sound that it can't ask for in parts; others can't jump in it.
    return response.make_conditional(request, accept_ranges=True, complete_length=len(content))
