"""Where older versions of Keras kept their wrappers: ``keras.wrappers.scikit_learn``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerata.wrappers.keras_estimators import KerasClassifier, KerasRegressor

__all__ = ["KerasClassifier", "KerasRegressor"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"kerata.wrappers.scikit_learn has no attribute {name!r}.")
    import kerata.wrappers

    return getattr(kerata.wrappers, name)
