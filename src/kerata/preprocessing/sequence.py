"""Sequences of different lengths, under Keras's older name."""

from kerata.utils.sequences import pad_sequences

__all__ = ["pad_sequences"]
