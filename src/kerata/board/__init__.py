"""The board: a folder of runs in a browser of this machine, those in training among them."""

from kerata.board.show import show

__all__ = ["show"]
