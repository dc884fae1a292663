"""Ids that stay the same for ever: the source's own UUID, or one made from the source and its own id."""

from __future__ import annotations

import re
import uuid

HANDRAIL = uuid.UUID("4f6f1b0c-6d1e-5b52-9d0a-7f0f5c2a9e11")
"""The namespace of every id that we make (RFC 9562, version 5). Never change it."""

NEEDS = "handrail-needs"
"""The taxonomy whose terms are need codes."""

ORGANIZATION_KINDS = "handrail-organization-kind"
"""The taxonomy that says what kind of body an organization is."""

ASSUMED = "handrail-assumed"
"""The taxonomy that names, in an export, the fields which HSDS demands and nobody told; an import takes them out."""

_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def source_id(name: str) -> uuid.UUID:
    """The id of the source called `name`; the same in every deployment."""
    return uuid.uuid5(HANDRAIL, f"source:{name}")


def entity_id(source: uuid.UUID, entity: str, own_id: str) -> uuid.UUID:
    """The id of what `source` calls `own_id`: that very UUID if it is one, or else a version 5 UUID."""
    if _UUID.fullmatch(own_id):
        return uuid.UUID(own_id)
    return uuid.uuid5(source, f"{entity}:{own_id}")


def child_id(parent: uuid.UUID, what: str) -> uuid.UUID:
    """The id of a part of `parent` that has none of its own, or whose own is another part's already."""
    return uuid.uuid5(parent, what)
