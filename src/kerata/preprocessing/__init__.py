"""Text and sequences to numbers, under Keras's older names."""

from kerata.preprocessing import sequence, text

__all__ = ["sequence", "text"]
