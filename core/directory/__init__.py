"""The directory of everyone who helps: taken from many sources, found by need and place, given back as HSDS."""
