"""The value types that cross rooms: what came in, what goes out. No behaviour beyond their own shape."""

from core.messages.inbound import CallEvent, Channel, ContactKind, Inbound, Location, Media, OptOut, clean_text
from core.messages.reply import (
    Choice,
    Expects,
    Moment,
    NeedName,
    Param,
    Phone,
    Reply,
    Say,
    Silence,
    Translated,
    Venue,
    Words,
)
from core.messages.wire import reply_from_json, reply_to_json

__all__ = [
    "CallEvent",
    "Channel",
    "Choice",
    "ContactKind",
    "Expects",
    "Inbound",
    "Location",
    "Media",
    "Moment",
    "NeedName",
    "OptOut",
    "Param",
    "Phone",
    "Reply",
    "Say",
    "Silence",
    "Translated",
    "Venue",
    "Words",
    "clean_text",
    "reply_from_json",
    "reply_to_json",
]
