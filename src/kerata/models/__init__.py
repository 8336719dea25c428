"""Models: stacks, graphs and subclasses of layers that can be trained."""

from __future__ import annotations

from kerata.base.registry import Namespace
from kerata.layers.preprocessing.feature_kinds import Cross, Feature, TFDConcat, TFDIdentity
from kerata.models.cloning import clone_model
from kerata.models.feature_space import FeatureSpace
from kerata.models.function import Function
from kerata.models.model import Functional, Model
from kerata.models.sequential import Sequential
from kerata.saving.model_files import load_model, model_from_json, save_model

Namespace("keras", "model").add(Sequential)
Namespace("keras", "model").add(Model)
# Where Keras's files say that it is.
Namespace("keras.src.models.functional", "model").add(Functional)
Namespace("keras.utils", "utility").add(FeatureSpace)
for _kind in (Cross, Feature, TFDConcat, TFDIdentity):
    Namespace("keras.src.layers.preprocessing.feature_space", "feature").add(_kind)

__all__ = [
    "Function",
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]
