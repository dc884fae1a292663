"""The directory for everyone: a read-only web interface in the open standard, HSDS 3 (docs.openreferral.org)."""

from hsds.mount import OpenDirectory, register_open_directory

__all__ = ["OpenDirectory", "register_open_directory"]
