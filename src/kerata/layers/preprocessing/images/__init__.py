"""Layers that change images, and with them labels, boxes and masks: crops, turns, colours."""
