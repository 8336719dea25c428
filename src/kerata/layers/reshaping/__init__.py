"""Layers that give rows another shape or size."""
