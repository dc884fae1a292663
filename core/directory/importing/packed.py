"""A feed as it lies on disk: a folder, a file, a .gz, or a .zip that is read in place and never unpacked to disk."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal, TextIO, cast

from core.directory.importing.report import ImportFailed

LARGEST_FILE = 2_000_000_000
"""Bytes of one file, unpacked; a million full records are about 1.3 GB."""
LARGEST_FEED = 4_000_000_000
"""Bytes of all files in a .zip, unpacked."""
MOST_FILES = 1_000
"""In a .zip; the HSDS package has 25."""
MOST_TIMES_LARGER = 200
"""Unpacked against packed: repetitive CSV packs about 1:50, a zip bomb 1:1000."""
SMALL = 20_000_000
"""Bytes that may be packed as tightly as they like."""

_ENCRYPTED = 0x1
_PACKED = (".zip", ".gz", ".bz2", ".xz", ".7z", ".tar", ".tgz", ".rar")


@dataclass(frozen=True, slots=True)
class Gzipped:
    """A .gz as the one file that is in it."""

    path: Path

    @property
    def name(self) -> str:
        """Its name without .gz."""
        return self.path.stem

    @property
    def suffix(self) -> str:
        """The last part of that name, as in ".csv"."""
        return Path(self.name).suffix

    @property
    def parent(self) -> Path:
        """The folder of the .gz."""
        return self.path.parent

    def is_dir(self) -> bool:
        """Never."""
        return False

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """The unpacked bytes."""
        return cast(IO[bytes], gzip.open(self.path, mode))


Folder = Path | zipfile.Path
FeedPath = Folder | Gzipped


class _Counted(io.RawIOBase):
    """Bytes as they are read, up to a limit."""

    def __init__(self, inner: IO[bytes], name: str, most: int) -> None:
        self._inner = inner
        self._name = name
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """As io.RawIOBase. Raises ImportFailed beyond the limit."""
        found = self._inner.read(len(buffer))
        self._left -= len(found)
        if self._left < 0:
            raise ImportFailed(f"{self._name} is larger than is taken when unpacked.")
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def open_feed(path: Path) -> Iterator[FeedPath]:
    """`path` to read from. Raises ImportFailed where it isn't there, can't be read, or breaks a limit."""
    if not path.exists():
        raise ImportFailed(f"There is no file or folder {path}.")
    if path.is_dir() or path.suffix.casefold() not in (".zip", ".gz"):
        yield path
    elif path.suffix.casefold() == ".gz":
        yield Gzipped(path)
    else:
        try:
            archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError):
            raise ImportFailed(f"{path.name} is not a readable .zip file; it may be cut off.") from None
        with archive:
            yield _root_of(archive, path.name)


def folder_in(path: FeedPath) -> Folder | None:
    """`path`, if it is a folder."""
    return path if not isinstance(path, Gzipped) and path.is_dir() else None


def beside(file: FeedPath, name: str) -> Folder:
    """What lies beside `file` under that name, if it is there."""
    return cast(Folder, file.parent) / name


@contextmanager
def opened(file: FeedPath, encoding: str, newline: str = "") -> Iterator[TextIO]:
    """The text of a file. Raises ImportFailed, then or while it is read, where it can't be or breaks a limit."""
    plain = "utf-8-sig" if encoding.casefold() in ("utf-8", "utf8") else encoding
    try:
        with file.open("rb") as raw:
            if isinstance(file, Path) and file.stat().st_size > LARGEST_FILE:
                raise ImportFailed(f"{file.name} is larger than {LARGEST_FILE // 1_000_000} MB.")
            counted = io.BufferedReader(_Counted(raw, file.name, _most(file)), 1 << 16)
            yield io.TextIOWrapper(counted, plain, newline=newline)
    except (UnicodeDecodeError, LookupError):
        raise ImportFailed(f"{file.name} is not text in {plain.removesuffix('-sig').upper()}.") from None
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError):
        raise ImportFailed(f"{file.name} can't be unpacked; it may be cut off or damaged.") from None
    except OSError as error:
        raise ImportFailed(f"{file.name} can't be read: {error.strerror or 'unknown error'}.") from None


def _most(file: FeedPath) -> int:
    if isinstance(file, Gzipped):
        return min(LARGEST_FILE, max(SMALL, file.path.stat().st_size * MOST_TIMES_LARGER))
    return LARGEST_FILE


def _root_of(archive: zipfile.ZipFile, name: str) -> zipfile.Path:
    """The folder inside that holds the files. Raises ImportFailed where the archive breaks a limit."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise ImportFailed(f"{name} holds more than {MOST_FILES:,} files.")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
            raise ImportFailed(f"{name} holds a file whose name leads out of it.")
        if path.suffix.casefold() in _PACKED:
            raise ImportFailed(f"{name} holds another packed file, {path.name[:60]}; unpack that first.")
        if entry.flag_bits & _ENCRYPTED:
            raise ImportFailed(f"{name} is locked with a password.")
        if entry.file_size > LARGEST_FILE:
            raise ImportFailed(f"{path.name[:60]} in {name} is larger than {LARGEST_FILE // 1_000_000} MB.")
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if unpacked > LARGEST_FEED or unpacked > max(SMALL, packed * MOST_TIMES_LARGER):
        raise ImportFailed(f"{name} unpacks to {unpacked // 1_000_000} MB, which is more than is taken.")
    folders = {PurePosixPath(e.filename).parent for e in entries if not e.filename.startswith("__MACOSX/")}
    # Many are packed together with their folder.
    top = min(folders, key=lambda folder: len(folder.parts), default=PurePosixPath())
    return zipfile.Path(archive, "" if top == PurePosixPath() else f"{top}/")
