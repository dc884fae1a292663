"""Addresses sealed: the only module that turns a phone number into what the database keeps, and back.

`key` is an HMAC, so that an address can be found without being stored; `seal` is AES-GCM. A plain hash of
a phone number is undone in hours by trying all numbers, so the HMAC's key lies outside the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class SealError(Exception):
    """A key is malformed, or a sealed address was not made with any of our keys."""


@dataclass(frozen=True, slots=True)
class _Key:
    version: int
    lookup: bytes
    cipher: AESGCM


class Sealer:
    """Seals with the newest key, opens with any. `spec` is "1:<base64>[,2:<base64> ...]", 32 bytes each."""

    def __init__(self, spec: str) -> None:
        self._keys = {key.version: key for key in map(_parse_key, spec.split(","))}
        self._newest = self._keys[max(self._keys)]

    def key(self, kind: str, address: str) -> str:
        """What an address of `kind` is stored and found under, by the newest key; 64 hex digits."""
        return _lookup(self._newest, kind, address)

    def keys(self, kind: str, address: str) -> list[str]:
        """What the address may be stored under, by every key we have."""
        return [_lookup(key, kind, address) for key in self._keys.values()]

    def seal(self, kind: str, address: str) -> bytes:
        """The address, readable only by `open`; bound to its `kind` and lookup key."""
        nonce = os.urandom(NONCE_BYTES)
        bound = f"{kind}:{self.key(kind, address)}".encode()
        sealed = self._newest.cipher.encrypt(nonce, address.encode(), bound)
        return self._newest.version.to_bytes(2, "big") + nonce + sealed

    def open(self, kind: str, address_key: str, sealed: bytes) -> str:
        """The address that `seal` hid. Raises SealError when the key is gone or the row was tampered with."""
        key = self._keys.get(int.from_bytes(sealed[:2], "big"))
        if key is None:
            raise SealError("an address was sealed with a key that HANDRAIL_DATA_KEY no longer holds")
        nonce, body = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
        try:
            return key.cipher.decrypt(nonce, body, f"{kind}:{address_key}".encode()).decode()
        except InvalidTag:
            raise SealError("a sealed address does not belong to its row") from None


def fresh_key() -> str:
    """A new HANDRAIL_DATA_KEY with one random key, version 1."""
    return "1:" + base64.b64encode(os.urandom(32)).decode()


def _lookup(key: _Key, kind: str, address: str) -> str:
    return hmac.new(key.lookup, f"{kind}:{address}".encode(), hashlib.sha256).hexdigest()


def _parse_key(part: str) -> _Key:
    version, _, encoded = part.strip().partition(":")
    try:
        secret = base64.b64decode(encoded, validate=True)
        number = int(version)
    except ValueError:
        secret, number = b"", 0
    if len(secret) != 32 or not 0 < number < 65_536:
        raise SealError('must look like 1:<32 bytes in base64>; "handrail keys" prints a fresh one')
    return _Key(number, _derive(secret, b"lookup"), AESGCM(_derive(secret, b"seal")))


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"handrail " + purpose).derive(secret)
