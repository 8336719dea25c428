"""What can be tried against a fault, as options of a network of the workbench."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.terms import SMALLER, known_options
from kerata.workbench.networks.recipes import RECIPES

_OVERFITS = ("overfitting", "saturated outputs")
_TOO_FAST = (
    *("learning rate too high", "dead units", "saturated units"),
    *("exploding gradients", "constant predictions"),
)
_MOST = 3


def changes_against(fault: str, network: str, options: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give what may help against a fault, each a change of one option or more.

    Arguments:
        fault: name of a finding.
        network: name of the network that has it; one of one's own has no options that are known.
        options: that were given, with their values.

    Returns:
        For each try the options' names and new values, as they are typed; none where nothing is
        known to help.

    >>> changes_against("overfitting", "mlp", {"units": (64, 64)})[:2]
    [{'units': '32,32'}, {'dropout': '0.2'}]
    >>> changes_against("learning rate too high", "mlp", {"learning_rate": 0.5})
    [{'learning_rate': '0.05'}]
    >>> changes_against("small test set", "mlp", {})
    []
    """
    recipe = RECIPES.get(network)
    if recipe is None:
        return []
    known = known_options(recipe.build, {**recipe.options, **options})
    if fault in _OVERFITS:
        tried = [
            {name: value}
            for name, change in SMALLER.items()
            if name in known and (value := change(known[name])) is not None
        ]
        return tried[:_MOST]
    rate, units = known.get("learning_rate"), known.get("units")
    if fault in _TOO_FAST and isinstance(rate, float):
        return [{"learning_rate": number(rate / 10, 2)}]
    if fault == "learning rate too low" and isinstance(rate, float):
        return [{"learning_rate": number(rate * 10, 2)}]
    if fault == "underfitting" and isinstance(units, (tuple, list)):
        return [{"units": ",".join(str(2 * width) for width in units)}]
    return []
