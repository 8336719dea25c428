"""Distillation: a small network learns from a large one that is trained."""

from __future__ import annotations

from kerata.base.registry import Namespace
from kerata.distillation.distillation_loss import (
    DistillationLoss,
    FeatureDistillation,
    LogitsDistillation,
)
from kerata.distillation.distiller import Distiller

_namespace = Namespace("keras.distillation", "distillation loss")
for _known in (Distiller, DistillationLoss, FeatureDistillation, LogitsDistillation):
    _namespace.add(_known)

__all__ = ["DistillationLoss", "Distiller", "FeatureDistillation", "LogitsDistillation"]
