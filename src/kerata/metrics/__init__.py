"""Metrics: what training reports."""

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.losses import (
    MAE as MAE,
    MAPE as MAPE,
    MSE as MSE,
    MSLE as MSLE,
    binary_crossentropy as binary_crossentropy,
    binary_focal_crossentropy as binary_focal_crossentropy,
    categorical_crossentropy as categorical_crossentropy,
    categorical_focal_crossentropy as categorical_focal_crossentropy,
    categorical_hinge as categorical_hinge,
    hinge as hinge,
    huber as huber,
    kl_divergence as kl_divergence,
    kld as kld,
    log_cosh as log_cosh,
    logcosh as logcosh,
    mae as mae,
    mape as mape,
    mean_absolute_error as mean_absolute_error,
    mean_absolute_percentage_error as mean_absolute_percentage_error,
    mean_squared_error as mean_squared_error,
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
    mse as mse,
    msle as msle,
    poisson as poisson,
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
    squared_hinge as squared_hinge,
)
from kerata.metrics.accuracy import (
    Accuracy as Accuracy,
    BinaryAccuracy as BinaryAccuracy,
    CategoricalAccuracy as CategoricalAccuracy,
    SparseCategoricalAccuracy as SparseCategoricalAccuracy,
    binary_accuracy as binary_accuracy,
    categorical_accuracy as categorical_accuracy,
    sparse_categorical_accuracy as sparse_categorical_accuracy,
)
from kerata.metrics.auc import AUC as AUC
from kerata.metrics.correlation import (
    ConcordanceCorrelation as ConcordanceCorrelation,
    PearsonCorrelation as PearsonCorrelation,
    concordance_correlation as concordance_correlation,
    pearson_correlation as pearson_correlation,
)
from kerata.metrics.counts import (
    FalseNegatives as FalseNegatives,
    FalsePositives as FalsePositives,
    Precision as Precision,
    Recall as Recall,
    TrueNegatives as TrueNegatives,
    TruePositives as TruePositives,
)
from kerata.metrics.curves import (
    PrecisionAtRecall as PrecisionAtRecall,
    RecallAtPrecision as RecallAtPrecision,
    SensitivityAtSpecificity as SensitivityAtSpecificity,
    SpecificityAtSensitivity as SpecificityAtSensitivity,
)
from kerata.metrics.f_score import F1Score as F1Score, FBetaScore as FBetaScore
from kerata.metrics.iou import (
    BinaryIoU as BinaryIoU,
    IoU as IoU,
    MeanIoU as MeanIoU,
    OneHotIoU as OneHotIoU,
    OneHotMeanIoU as OneHotMeanIoU,
)
from kerata.metrics.margin import (
    CategoricalHinge as CategoricalHinge,
    Hinge as Hinge,
    SquaredHinge as SquaredHinge,
)
from kerata.metrics.metric import Metric as Metric
from kerata.metrics.names import namespace as _namespace
from kerata.metrics.probabilistic import (
    BinaryCrossentropy as BinaryCrossentropy,
    CategoricalCrossentropy as CategoricalCrossentropy,
    KLDivergence as KLDivergence,
    Poisson as Poisson,
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from kerata.metrics.r2 import R2Score as R2Score
from kerata.metrics.reduction import (
    Mean as Mean,
    MeanMetricWrapper as MeanMetricWrapper,
    Sum as Sum,
)
from kerata.metrics.regression import (
    CosineSimilarity as CosineSimilarity,
    LogCoshError as LogCoshError,
    MeanAbsoluteError as MeanAbsoluteError,
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
    MeanSquaredError as MeanSquaredError,
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
    RootMeanSquaredError as RootMeanSquaredError,
)
from kerata.metrics.topk import (
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy as TopKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy as top_k_categorical_accuracy,
)

get = _namespace.get


def serialize(metric: Any) -> Any:
    """Write a metric as a config.

    Arguments:
        metric: a ``Metric`` or a function.

    Returns:
        A dictionary of strings and numbers, with ``class_name`` and ``config``.

    Raises:
        TypeError: a class.

    >>> serialize(BinaryAccuracy(threshold=0.7))["config"]["threshold"]
    0.7
    """
    return registry.serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a metric from a config or name.

    Arguments:
        config: string such as ``'mse'``, or a config as ``serialize`` writes it.
        custom_objects: metrics of your own by name; None by default.

    Returns:
        A ``Metric``.

    Raises:
        ValueError: an unknown name or class.

    >>> deserialize("mse").name
    'mean_squared_error'
    """
    return registry.deserialize(config, custom_objects, _namespace)


# Names that stand for losses' functions as attributes stand for classes where a metric is named.
__all__ = [
    "get",
    *_namespace.publish(
        globals(),
        only=lambda found: isinstance(found, type),
        also={
            MeanSquaredError: ("mse", "MSE"),
            MeanAbsoluteError: ("mae", "MAE"),
            MeanAbsolutePercentageError: ("mape", "MAPE"),
            MeanSquaredLogarithmicError: ("msle", "MSLE"),
            RootMeanSquaredError: ("rmse", "RMSE"),
            LogCoshError: ("logcosh", "log_cosh"),
            Accuracy: ("acc",),
            KLDivergence: ("kld", "KLD", "kullback_leibler_divergence"),
            BinaryCrossentropy: ("bce", "BCE"),
            AUC: ("auc",),
        },
    ),
]
