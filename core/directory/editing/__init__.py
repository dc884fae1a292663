"""Listings changed by people: field by field, with a log, approved by another where the community wants that."""
