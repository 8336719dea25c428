"""Raw rows to what a network takes; learned from training rows, kept with the model."""

from kerata.workbench.preparation.bags import WordBag, words_of
from kerata.workbench.preparation.base import Inputs, Preparation
from kerata.workbench.preparation.files import from_dict, load_with, save_with
from kerata.workbench.preparation.images import ImagePreparation
from kerata.workbench.preparation.tables import TablePreparation
from kerata.workbench.preparation.texts import TextPreparation

__all__ = [
    "ImagePreparation",
    "Inputs",
    "Preparation",
    "TablePreparation",
    "TextPreparation",
    "WordBag",
    "from_dict",
    "load_with",
    "save_with",
    "words_of",
]
