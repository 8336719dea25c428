"""All faults that are looked for, and what each check needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kerata.workbench.core.findings import Finding
from kerata.workbench.diagnosis.bottleneck import bottleneck
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.gradients import exploding_gradients, vanishing_gradients
from kerata.workbench.diagnosis.labels import class_imbalance, label_noise
from kerata.workbench.diagnosis.learning_rate import learning_rate_too_high, learning_rate_too_low
from kerata.workbench.diagnosis.outputs import (
    certain_and_wrong,
    constant_predictions,
    wrong_last_activation,
)
from kerata.workbench.diagnosis.overfitting import overfitting
from kerata.workbench.diagnosis.scales import inputs_not_scaled, targets_not_scaled
from kerata.workbench.diagnosis.split_checks import shared_rows, small_test_set, splits_differ
from kerata.workbench.diagnosis.underfitting import underfitting
from kerata.workbench.diagnosis.units import dead_units, saturated_units


@dataclass(frozen=True)
class Check:
    """One check for a fault.

    Arguments:
        name: of the fault.
        look: gives a finding or None.
        needs: what there must be, each of ``"history"``, ``"model"``, ``"training data"``,
            ``"held-out data"``; a set of them for each way to detect the fault.
        apart: whether held-out rows must be others than the training rows.
    """

    name: str
    find: Callable[[DiagnosisContext], Finding | None]
    needs: tuple[frozenset[str], ...]
    apart: bool = False

    def missing(self, context: DiagnosisContext) -> str:
        """Say what must be given before this can be looked for; '' if nothing."""
        there = {
            "history": bool(context.history),
            "model": context.model is not None,
            "training data": context.train is not None,
            "held-out data": context.held is not None,
        }
        lacks = [[name for name in there if name in way and not there[name]] for way in self.needs]
        fewest = min(lacks, key=len)
        if self.apart and context.held_is_train:
            return "each row is held out by one fold and learned from by the others"
        return f"needs {' and '.join(fewest)}" if fewest else ""


_HISTORY = frozenset({"history"})
_TRAIN = frozenset({"training data"})
_MODEL = frozenset({"model"})
_FITTED = _MODEL | _TRAIN
_HELD = _MODEL | {"held-out data"}
_SPLITS = _TRAIN | {"held-out data"}

CHECKS = (
    Check("inputs not scaled", inputs_not_scaled, (_TRAIN,)),
    Check("targets not scaled", targets_not_scaled, (_FITTED,)),
    Check("wrong last activation", wrong_last_activation, (_FITTED,)),
    Check("learning rate too high", learning_rate_too_high, (_HISTORY,)),
    Check("learning rate too low", learning_rate_too_low, (_HISTORY,)),
    Check("constant predictions", constant_predictions, (_FITTED,)),
    Check("underfitting", underfitting, (_FITTED,)),
    Check("overfitting", overfitting, (_HISTORY, _FITTED | _HELD)),
    Check("dead units", dead_units, (_FITTED,)),
    Check("saturated units", saturated_units, (_FITTED,)),
    Check("vanishing gradients", vanishing_gradients, (_FITTED,)),
    Check("exploding gradients", exploding_gradients, (_FITTED,)),
    Check("bottleneck", bottleneck, (_MODEL,)),
    Check("saturated outputs", certain_and_wrong, (_HELD,)),
    Check("shared rows", shared_rows, (_SPLITS,), apart=True),
    Check("splits differ", splits_differ, (_SPLITS,), apart=True),
    Check("label noise", label_noise, (_TRAIN,)),
    Check("class imbalance", class_imbalance, (_TRAIN,)),
    Check("small test set", small_test_set, (_HELD,)),
)
