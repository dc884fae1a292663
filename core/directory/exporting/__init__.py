"""The directory given back in the open standard, HSDS 3.2: record by record, as JSON, or as a tabular package."""

from __future__ import annotations

from core.directory.exporting.files import export_path
from core.directory.exporting.given import given_organizations, given_service_at_locations, given_services
from core.directory.exporting.records import (
    export_hsds,
    organization_full,
    organization_page,
    service_at_location_full,
    service_at_location_page,
    service_full,
    service_page,
)
from core.directory.exporting.selecting import (
    Wanted,
    select_organizations,
    select_service_at_locations,
    select_services,
)
from core.directory.exporting.terms import (
    taxonomy,
    taxonomy_ids,
    taxonomy_page,
    taxonomy_term,
    taxonomy_term_ids,
    taxonomy_term_page,
)

__all__ = [
    "Wanted",
    "export_hsds",
    "export_path",
    "given_organizations",
    "given_service_at_locations",
    "given_services",
    "organization_full",
    "organization_page",
    "select_organizations",
    "select_service_at_locations",
    "select_services",
    "service_at_location_full",
    "service_at_location_page",
    "service_full",
    "service_page",
    "taxonomy",
    "taxonomy_ids",
    "taxonomy_page",
    "taxonomy_term",
    "taxonomy_term_ids",
    "taxonomy_term_page",
]
