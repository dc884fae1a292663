"""What a resident of the demo has at hand to send: places of the sample town, a voice note, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.simulator.chats import Place, Shared

STATIC = Path(__file__).parent / "static"
PLACES = (
    Place("Mill Street", 41.9000, -72.4000),
    Place("Old Harbor", 41.8880, -72.3860),
    Place("Elm Hill", 41.9150, -72.4100),
    Place("Riverside", 41.8950, -72.4220),
    Place("Garden Park", 41.9120, -72.3850),
    Place("Southgate", 41.8800, -72.4050),
)
"""The neighbourhoods of the sample town, as core/directory/sample has them."""


@dataclass(frozen=True, slots=True)
class File:
    """A file in the folder of the pages. path: where the stand-in for Telegram gives it out."""

    name: str
    path: str

    @property
    def content(self) -> bytes:
        """Its bytes."""
        return (STATIC / self.name).read_bytes()


FILES = {
    Shared.VOICE: File("voice-note.ogg", "voice/file_1.oga"),
    Shared.PICTURE: File("picture.jpg", "photos/file_2.jpg"),
}
VOICE_SECONDS = 3
PICTURE_SIZE = (520, 390)
"""Width and height in pixels."""


def place_named(name: str) -> Place:
    """One of `PLACES`; the first where there is none of that name."""
    return next((place for place in PLACES if place.name == name), PLACES[0])
