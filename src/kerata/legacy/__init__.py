"""What older programs find under ``keras.legacy``."""

from kerata.legacy import saving

__all__ = ["saving"]
