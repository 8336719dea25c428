"""Networks by name, each a function that returns a compiled model."""

from kerata.workbench.networks.dense import linear, mlp, wide_deep
from kerata.workbench.networks.images import cnn, cnn_bn
from kerata.workbench.networks.recipes import RECIPES, Recipe, recipe_for
from kerata.workbench.networks.table import table
from kerata.workbench.networks.texts import bag_of_words, embeddings, text_cnn, tfidf

__all__ = [
    "RECIPES",
    "Recipe",
    "bag_of_words",
    "cnn",
    "cnn_bn",
    "embeddings",
    "linear",
    "mlp",
    "recipe_for",
    "table",
    "text_cnn",
    "tfidf",
    "wide_deep",
]
