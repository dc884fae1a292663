"""Mapping files that come with Handrail; each says how one public source's columns become HSDS."""
