"""Kerata: Keras's language on JAX, with whole epochs compiled into one program.

``import kerata as keras`` and a Keras program for supervised learning runs.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from kerata._version import __version__
from kerata.base import families, forking, notebook

families.announce(
    *("kerata.layers", "kerata.models", "kerata.distillation"),
    "kerata.applications.own_layers",
)
forking.watch()
notebook.shorten_tracebacks()

# Namespaces are imported when they are first used, so that the command line starts at once.
_SUBMODULES = frozenset(
    {
        "activations",
        "applications",
        "backend",
        "callbacks",
        "compat",
        "config",
        "constraints",
        "data",
        "datasets",
        "distillation",
        "distribution",
        "dtype_policies",
        "export",
        "initializers",
        "layers",
        "legacy",
        "losses",
        "metrics",
        "mixed_precision",
        "models",
        "ops",
        "optimizers",
        "playground",
        "plots",
        "preprocessing",
        "quantizers",
        "random",
        "regularizers",
        "saving",
        "search",
        "training",
        "tree",
        "uncertainty",
        "utils",
        "visualization",
        "workbench",
        "wrappers",
    }
)
_HOMES = {
    "DTypePolicy": "base.dtypes",
    "FloatDTypePolicy": "dtype_policies",
    "Function": "models",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "KerasTensor": "base.symbolic",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Operation": "base.symbolic",
    "Optimizer": "optimizers",
    "Quantizer": "quantizers",
    "Regularizer": "regularizers",
    "RematScope": "base.rematerialization",
    "Sequential": "models",
    "StatelessScope": "base.stateless_scope",
    "SymbolicScope": "base.symbolic_scope",
    "Variable": "base.variable",
    "calibrate": "uncertainty",
    "conformal": "uncertainty",
    "device": "distribution.devices",
    "diagnose": "workbench.diagnosis",
    "explain": "workbench.explain",
    "find_learning_rate": "workbench.diagnosis",
    "name_scope": "base.naming",
    "remat": "base.rematerialization",
}


def version() -> str:
    """Give the version of this package.

    >>> version() == __version__
    True
    """
    return __version__


__all__ = ["__version__", "version", *sorted(_SUBMODULES), *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"kerata.{name}")
    if name in _HOMES:
        found = getattr(importlib.import_module(f"kerata.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    from kerata.base.messages import did_you_mean

    guess = did_you_mean(name, [*_SUBMODULES, *_HOMES], listing=0)
    close = f" {guess}" if guess.startswith("Did") else ""
    raise AttributeError(f"Kerata has no {name} yet.{close}", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted(__all__)
