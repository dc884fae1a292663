"""Mapping files: how the columns of a provider's own CSV or JSON become HSDS, told in TOML, without programming."""

from core.directory.importing.mapping.loading import load_mapping
from core.directory.importing.mapping.records import point, to_hsds
from core.directory.importing.mapping.rows import MappedRow, read_mapped, row_of
from core.directory.importing.mapping.rules import MappingFile, PlaceRule

__all__ = ["MappedRow", "MappingFile", "PlaceRule", "load_mapping", "point", "read_mapped", "row_of", "to_hsds"]
