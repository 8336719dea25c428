"""Layers that disturb or penalize in training."""
