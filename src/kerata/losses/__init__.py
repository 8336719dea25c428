"""Losses: what training makes small."""

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.losses.crossentropy import (
    BinaryCrossentropy as BinaryCrossentropy,
    CategoricalCrossentropy as CategoricalCrossentropy,
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
    binary_crossentropy as binary_crossentropy,
    categorical_crossentropy as categorical_crossentropy,
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from kerata.losses.divergence import (
    KLDivergence as KLDivergence,
    Poisson as Poisson,
    kl_divergence as kl_divergence,
    poisson as poisson,
)
from kerata.losses.focal import (
    BinaryFocalCrossentropy as BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy as CategoricalFocalCrossentropy,
    binary_focal_crossentropy as binary_focal_crossentropy,
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from kerata.losses.generalized import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from kerata.losses.loss import Loss as Loss, LossFunctionWrapper as LossFunctionWrapper
from kerata.losses.margin import (
    CategoricalHinge as CategoricalHinge,
    Hinge as Hinge,
    MultiClassHinge as MultiClassHinge,
    SquaredHinge as SquaredHinge,
    categorical_hinge as categorical_hinge,
    hinge as hinge,
    multi_class_hinge as multi_class_hinge,
    squared_hinge as squared_hinge,
)
from kerata.losses.names import namespace as _namespace
from kerata.losses.overlap import Dice as Dice, Tversky as Tversky, dice as dice, tversky as tversky
from kerata.losses.pinball import Quantile as Quantile, quantile as quantile
from kerata.losses.regression import (
    CosineSimilarity as CosineSimilarity,
    Huber as Huber,
    LogCosh as LogCosh,
    MeanAbsoluteError as MeanAbsoluteError,
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
    MeanSquaredError as MeanSquaredError,
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
    cosine_similarity as cosine_similarity,
    huber as huber,
    log_cosh as log_cosh,
    mean_absolute_error as mean_absolute_error,
    mean_absolute_percentage_error as mean_absolute_percentage_error,
    mean_squared_error as mean_squared_error,
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from kerata.losses.sequence import CTC as CTC, ctc as ctc
from kerata.losses.similarity import Circle as Circle, circle as circle

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

    Arguments:
        loss: a ``Loss``, or a function of ``kerata.losses``.

    Returns:
        A dictionary of strings and numbers, with ``class_name`` and ``config``.

    Raises:
        TypeError: a class.

    >>> serialize(Huber(delta=2.0))["config"]["delta"]
    2.0
    """
    return registry.serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a loss from a config or name.

    Arguments:
        name: string such as ``'mse'``, or a config as ``serialize`` writes it.
        custom_objects: losses of your own by name; None by default.

    Returns:
        A ``Loss`` for a config, a function for a function's name.

    Raises:
        ValueError: an unknown name or class.

    >>> deserialize("mse").__name__
    'mean_squared_error'
    """
    return registry.deserialize(name, custom_objects, _namespace)


__all__ = [
    "get",
    *_namespace.publish(
        globals(),
        also={
            huber: ("huber_loss",),
            cosine_similarity: ("cosine_proximity",),
        },
    ),
]
