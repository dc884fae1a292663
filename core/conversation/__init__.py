"""Deciding: pure. A Situation goes in; a Decision, or the Search it still needs, comes out."""
