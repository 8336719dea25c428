"""Losses: what training makes small."""

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from kerata.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from kerata.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from kerata.losses.generalized import (
    CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy,
)
from kerata.losses.loss import Loss, LossFunctionWrapper
from kerata.losses.margin import (
    CategoricalHinge,
    Hinge,
    MultiClassHinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    multi_class_hinge,
    squared_hinge,
)
from kerata.losses.names import namespace as _namespace
from kerata.losses.overlap import Dice, Tversky, dice, tversky
from kerata.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from kerata.losses.sequence import CTC, ctc
from kerata.losses.similarity import Circle, circle

# Functions first: their snake-case names must not be taken by the classes.
_aliases: dict[Any, tuple[str, ...]] = {
    mean_squared_error: ("mse", "MSE"),
    mean_absolute_error: ("mae", "MAE"),
    mean_absolute_percentage_error: ("mape", "MAPE"),
    mean_squared_logarithmic_error: ("msle", "MSLE"),
    huber: ("huber_loss",),
    log_cosh: ("logcosh",),
    cosine_similarity: ("cosine_proximity",),
    kl_divergence: ("kld", "KLD", "kullback_leibler_divergence"),
    poisson: (),
    binary_crossentropy: ("bce", "BCE"),
    binary_focal_crossentropy: (),
    categorical_crossentropy: (),
    categorical_focal_crossentropy: (),
    sparse_categorical_crossentropy: (),
    hinge: (),
    squared_hinge: (),
    categorical_hinge: (),
    multi_class_hinge: (),
    dice: (),
    tversky: (),
    circle: (),
    ctc: (),
    categorical_generalized_cross_entropy: (),
    MeanSquaredError: (),
    MeanAbsoluteError: (),
    MeanAbsolutePercentageError: (),
    MeanSquaredLogarithmicError: (),
    Huber: (),
    LogCosh: (),
    CosineSimilarity: (),
    KLDivergence: (),
    Poisson: (),
    BinaryCrossentropy: (),
    BinaryFocalCrossentropy: (),
    CategoricalCrossentropy: (),
    CategoricalFocalCrossentropy: (),
    SparseCategoricalCrossentropy: (),
    Hinge: (),
    SquaredHinge: (),
    CategoricalHinge: (),
    MultiClassHinge: (),
    Dice: (),
    Tversky: (),
    Circle: (),
    CTC: (),
    CategoricalGeneralizedCrossEntropy: (),
    Loss: (),
    LossFunctionWrapper: (),
}
for _object, _names in _aliases.items():
    _namespace.add(_object, *_names)

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
bce = BCE = binary_crossentropy
logcosh = log_cosh

get = _namespace.get


def serialize(loss: Any) -> Any:
    """Write a loss as a config.

    >>> serialize(Huber(delta=2.0))["config"]["delta"]
    2.0
    """
    return registry.serialize(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a loss from a config or name.

    >>> deserialize("mse").__name__
    'mean_squared_error'
    """
    return registry.deserialize(name, custom_objects, _namespace)


__all__ = [
    "BCE",
    "CTC",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "MultiClassHinge",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "kld",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "multi_class_hinge",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]
