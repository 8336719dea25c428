"""Layers: activation."""
