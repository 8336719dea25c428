"""Where Keras 2 kept ``to_categorical`` and ``normalize``."""

from kerata.utils.labels import to_categorical
from kerata.utils.numeric import normalize

__all__ = ["normalize", "to_categorical"]
