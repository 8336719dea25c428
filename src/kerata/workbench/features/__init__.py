"""Raw rows to what a network takes; learned from training rows, kept with the model."""

from kerata.workbench.features.files import from_dict, load_with, save_with
from kerata.workbench.features.images import ImagePreparation
from kerata.workbench.features.preparation import Inputs, Preparation
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.features.texts import TextPreparation
from kerata.workbench.features.word_bag import WordBag, words_of

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
