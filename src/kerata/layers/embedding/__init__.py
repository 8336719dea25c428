"""Layers: embedding."""
