"""The standard data sets, each a module with ``load_data()``."""

from kerata.datasets import digits

__all__ = ["digits"]
