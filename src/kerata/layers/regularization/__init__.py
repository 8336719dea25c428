"""Layers that add randomness or penalties in training."""
