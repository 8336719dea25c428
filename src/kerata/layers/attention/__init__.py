"""Layers that mix the values of a sequence by how well they match queries."""
