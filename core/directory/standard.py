"""What HSDS 3.2 knows: its objects, their fields in the official order, what lies in what, the files of the package.

Read from the official schemas and data package (docs.openreferral.org; the fields of 3.0 and 3.1 are among these).
tests/directory/test_standard.py compares it with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    ID = "id"
    LINK = "link"
    URL = "url"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `to`: the object that a link points at, empty where another field of the row says it."""

    name: str
    kind: Kind
    required: bool
    to: str = ""


@dataclass(frozen=True, slots=True)
class Nested:
    """A list of objects, or a single one (`many` is false), inside another."""

    name: str
    object: str
    many: bool


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of object: its file in the tabular package, its fields, what lies in it."""

    file: str
    fields: tuple[Field, ...]
    nested: tuple[Nested, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of its file, in order."""
        return tuple(field.name for field in self.fields)


ENUMS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType({
    ("service", "status"): ("active", "inactive", "defunct", "temporarily closed"),
    ("location", "location_type"): ("physical", "postal", "virtual"),
    ("address", "address_type"): ("physical", "postal", "virtual"),
    ("schedule", "wkst"): ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
    ("schedule", "freq"): ("WEEKLY", "MONTHLY"),
})  # fmt: skip
"""{(object, field): all that may stand there}"""

# "name:kind", "name>object it links to"; "!" where the standard demands a value. Lists end in "[]".
_OBJECTS = {
    "organization": (
        "organizations.csv",
        "id! name! alternate_name description! email:email website:url tax_status tax_id year_incorporated:number "
        "legal_status logo uri:url parent_organization_id>organization",
        "additional_websites[]:url funding[] contacts[]:contact phones[]:phone locations[]:location "
        "programs[]:program organization_identifiers[]:organization_identifier",
    ),
    "program": ("programs.csv", "id! organization_id>organization! name! alternate_name description!", ""),
    "service": (
        "services.csv",
        "id! organization_id>organization! program_id>program name! alternate_name description url:url email:email "
        "status! interpretation_services application_process fees_description wait_time fees accreditations "
        "eligibility_description minimum_age:number maximum_age:number assured_date:date assurer_email:email licenses "
        "alert last_modified:moment",
        "additional_urls[]:url phones[]:phone schedules[]:schedule service_areas[]:service_area "
        "service_at_locations[]:service_at_location languages[]:language organization funding[] "
        "cost_options[]:cost_option program required_documents[]:required_document contacts[]:contact "
        "capacities[]:service_capacity",
    ),
    "attribute": (
        "attributes.csv",
        "id! link_id>! taxonomy_term_id>taxonomy_term! link_type link_entity! value label",
        "taxonomy_term",
    ),
    "service_at_location": (
        "service_at_location.csv",
        "id! service_id>service! location_id>location! description",
        "service_areas[]:service_area contacts[]:contact phones[]:phone schedules[]:schedule location",
    ),
    "location": (
        "locations.csv",
        "id! location_type! url:url organization_id>organization name alternate_name description transportation "
        "latitude:number longitude:number external_identifier external_identifier_type",
        "languages[]:language addresses[]:address contacts[]:contact accessibility[] phones[]:phone "
        "schedules[]:schedule",
    ),
    "phone": (
        "phones.csv",
        "id! location_id>location service_id>service organization_id>organization contact_id>contact "
        "service_at_location_id>service_at_location number! extension:number type description",
        "languages[]:language",
    ),
    "contact": (
        "contacts.csv",
        "id! organization_id>organization service_id>service service_at_location_id>service_at_location "
        "location_id>location name title department email:email",
        "phones[]:phone",
    ),
    "address": (
        "addresses.csv",
        "id! location_id>location attention address_1! address_2 city! region state_province! postal_code! country! "
        "address_type!",
        "",
    ),
    "schedule": (
        "schedules.csv",
        "id! service_id>service location_id>location service_at_location_id>service_at_location valid_from:date "
        "valid_to:date dtstart:date timezone:number until:date count:number wkst freq interval:number byday byweekno "
        "bymonthday byyearday description opens_at:time closes_at:time schedule_link:url attending_type notes",
        "",
    ),
    "funding": ("funding.csv", "id! organization_id>organization service_id>service source", ""),
    "service_area": (
        "service_areas.csv",
        "id! service_id>service service_at_location_id>service_at_location name description extent extent_type uri",
        "",
    ),
    "required_document": ("required_documents.csv", "id! service_id>service document uri:url", ""),
    "language": (
        "languages.csv",
        "id! service_id>service location_id>location phone_id>phone name code note",
        "",
    ),
    "accessibility": ("accessibility.csv", "id! location_id>location description details url:url", ""),
    "taxonomy_term": (
        "taxonomy_terms.csv",
        "id! code name! description! parent_id>taxonomy_term taxonomy language taxonomy_id>taxonomy term_uri:url",
        "taxonomy_detail:taxonomy",
    ),
    "metadata": (
        "metadata.csv",
        "id! resource_id>! resource_type! last_action_date:date! last_action_type! field_name! previous_value! "
        "replacement_value! updated_by!",
        "",
    ),
    "meta_table_description": ("meta_table_descriptions.csv", "id! name language character_set", ""),
    "cost_option": (
        "cost_options.csv",
        "id! service_id>service! valid_from:date valid_to:date option currency amount:number amount_description",
        "",
    ),
    "organization_identifier": (
        "organization_identifiers.csv",
        "id! organization_id>organization! identifier_scheme identifier_type! identifier!",
        "",
    ),
    "taxonomy": ("taxonomies.csv", "id! name! description! uri:url version", ""),
    "service_capacity": (
        "service_capacity.csv",
        "id! service_id>service! unit_id>unit! available:number! maximum:number description updated:moment!",
        "unit",
    ),
    "unit": ("units.csv", "id! name! scheme identifier uri:url", ""),
    "url": ("url.csv", "id! label url:url! organization_id>organization service_id>service", ""),
}
_WITHOUT_ATTRIBUTES = {"attribute", "metadata", "taxonomy", "taxonomy_term"}


def _field(word: str) -> Field:
    name, arrow, to = word.rstrip("!").partition(">")
    name, _, kind = name.partition(":")
    known = Kind.LINK if arrow else Kind(kind) if kind else Kind.ID if name == "id" else Kind.TEXT
    return Field(name, known, word.endswith("!"), to)


def _nested(word: str) -> Nested:
    name, _, kind = word.partition(":")
    bare = name.removesuffix("[]")
    return Nested(bare, kind or bare, name.endswith("[]"))


def _form(kind: str, file: str, fields: str, nested: str) -> Form:
    shared = [] if kind in _WITHOUT_ATTRIBUTES else ["attributes[]:attribute"]
    shared += [] if kind == "metadata" else ["metadata[]"]
    return Form(file, tuple(map(_field, fields.split())), tuple(map(_nested, [*nested.split(), *shared])))


FORMS: Mapping[str, Form] = MappingProxyType({kind: _form(kind, *parts) for kind, parts in _OBJECTS.items()})
"""{object: its form}, in the order of the official data package."""
