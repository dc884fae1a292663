"""The hallway: wires the rooms together. The only package that knows every room."""
