"""Networks as scikit-learn estimators: Keras's wrappers, and estimators that need no builder.

scikit-learn is imported when one of them is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from kerata.base.messages import did_you_mean

if TYPE_CHECKING:
    from kerata.wrappers.keras_estimators import KerasClassifier, KerasRegressor
    from kerata.wrappers.networks import NetworkClassifier, NetworkRegressor
    from kerata.wrappers.sklearn_estimators import (
        SKLearnClassifier,
        SKLearnRegressor,
        SKLearnTransformer,
    )

__all__ = [
    "KerasClassifier",
    "KerasRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
]
_HOMES = {"Keras": "keras_estimators", "Network": "networks", "SKLearn": "sklearn_estimators"}


def __getattr__(name: str) -> Any:
    if name == "scikit_learn":
        return importlib.import_module("kerata.wrappers.scikit_learn")
    if name.startswith("__"):
        raise AttributeError(name)
    if name not in __all__:
        raise AttributeError(
            f"kerata.wrappers has no attribute {name!r}. {did_you_mean(name, __all__)}"
        )
    try:
        import sklearn  # noqa: F401 - only to say what is missing
    except ImportError as error:
        raise ImportError(
            f"{name} needs scikit-learn, which is not installed: pip install 'kerata[sklearn]'."
        ) from error
    home = next(module for start, module in _HOMES.items() if name.startswith(start))
    return getattr(importlib.import_module(f"kerata.wrappers.{home}"), name)


def __dir__() -> list[str]:
    return list(__all__)
