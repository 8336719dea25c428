"""Networks by name, each a function that returns a compiled model."""

from kerata.workbench.networks.dense import linear, mlp, wide_deep
from kerata.workbench.networks.digits import digits_network
from kerata.workbench.networks.recipes import RECIPES, Recipe, recipe_for

__all__ = ["RECIPES", "Recipe", "digits_network", "linear", "mlp", "recipe_for", "wide_deep"]
