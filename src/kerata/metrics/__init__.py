"""Metrics: what training reports."""

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.losses import (
    MAE,
    MAPE,
    MSE,
    MSLE,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    kld,
    log_cosh,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from kerata.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
)
from kerata.metrics.auc import AUC
from kerata.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from kerata.metrics.counts import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from kerata.metrics.curves import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from kerata.metrics.f_score import F1Score, FBetaScore
from kerata.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from kerata.metrics.margin import CategoricalHinge, Hinge, SquaredHinge
from kerata.metrics.metric import Metric
from kerata.metrics.names import namespace as _namespace
from kerata.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from kerata.metrics.r2 import R2Score
from kerata.metrics.reduction import Mean, MeanMetricWrapper, Sum
from kerata.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)
from kerata.metrics.topk import (
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)

_aliases: dict[Any, tuple[str, ...]] = {
    MeanSquaredError: ("mse", "MSE"),
    MeanAbsoluteError: ("mae", "MAE"),
    MeanAbsolutePercentageError: ("mape", "MAPE"),
    MeanSquaredLogarithmicError: ("msle", "MSLE"),
    RootMeanSquaredError: ("rmse", "RMSE"),
    CosineSimilarity: (),
    LogCoshError: ("logcosh", "log_cosh"),
    Accuracy: ("acc",),
    BinaryAccuracy: (),
    CategoricalAccuracy: (),
    SparseCategoricalAccuracy: (),
    KLDivergence: ("kld", "KLD", "kullback_leibler_divergence"),
    Poisson: (),
    BinaryCrossentropy: ("bce", "BCE"),
    CategoricalCrossentropy: (),
    SparseCategoricalCrossentropy: (),
    Hinge: (),
    SquaredHinge: (),
    CategoricalHinge: (),
    AUC: ("auc",),
    ConcordanceCorrelation: (),
    PearsonCorrelation: (),
    FalseNegatives: (),
    FalsePositives: (),
    Precision: (),
    Recall: (),
    TrueNegatives: (),
    TruePositives: (),
    PrecisionAtRecall: (),
    RecallAtPrecision: (),
    SensitivityAtSpecificity: (),
    SpecificityAtSensitivity: (),
    F1Score: (),
    FBetaScore: (),
    BinaryIoU: (),
    IoU: (),
    MeanIoU: (),
    OneHotIoU: (),
    OneHotMeanIoU: (),
    R2Score: (),
    SparseTopKCategoricalAccuracy: (),
    TopKCategoricalAccuracy: (),
    Metric: (),
    Mean: (),
    Sum: (),
    MeanMetricWrapper: (),
}
for _object, _names in _aliases.items():
    _namespace.add(_object, *_names)

get = _namespace.get


def serialize(metric: Any) -> Any:
    """Write a metric as a config.

    >>> serialize(BinaryAccuracy(threshold=0.7))["config"]["threshold"]
    0.7
    """
    return registry.serialize(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a metric from a config or name.

    >>> deserialize("mse").name
    'mean_squared_error'
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = [
    "AUC",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "kld",
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
    "pearson_correlation",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]
