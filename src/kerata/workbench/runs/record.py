"""The record of a run, as plain values."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import math
import platform
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata._version import __version__
from kerata.workbench.core.metric_intervals import metric_intervals
from kerata.workbench.core.metrics import Interval
from kerata.workbench.evaluation.verdict import Verdict, verdict_of
from kerata.workbench.features.images import ImagePreparation
from kerata.workbench.features.rows import count, take
from kerata.workbench.forecasting import TrainedForecast, forecast_verdict

if TYPE_CHECKING:
    from kerata.workbench.core.result import TargetResult, Trained

PACKAGES = ("jax", "jaxlib", "numpy", "pandas", "pyarrow", "scipy")
# Rows by which the speed of prediction is measured.
TIMED = 2000
# Of photos, each of which takes a fortieth of a second.
TIMED_PHOTOS = 32


def record_of(trained: Trained) -> dict[str, Any]:
    """Give what ``run.json`` holds of a training that is not judged yet.

    Arguments:
        trained: what ``fit_source`` gave.
    """
    return plain(
        {
            "kerata": __version__,
            "created": datetime.now().astimezone().isoformat(timespec="seconds"),
            "source": trained.config.get("source"),
            "network": trained.network,
            "solved": trained.solved,
            "task": trained.task.as_dict(),
            "metrics": trained.metrics,
            "interval": trained.interval,
            "intervals": _intervals(trained),
            "baselines": [dataclasses.asdict(baseline) for baseline in trained.baselines],
            "targets": [
                {"target": one.task.target, **_without_task(one)} for one in trained.targets
            ],
            "verdict": None,
            "diagnosis": None,
            "search": None if trained.search is None else trained.search.as_dict(),
            "split": dataclasses.asdict(trained.split),
            "forecast": _forecast(trained),
            "certainty": certainty_record(trained),
            "rows": {part: len(numbers) for part, numbers in trained.rows.items()},
            "epochs": len(next(iter(trained.history.values()))),
            "best_epoch": trained.best_epoch,
            "seed": trained.config.get("seed"),
            "parameters": int(trained.model.count_params()),
            "rows_per_second": None,
            "seconds": trained.seconds,
            "fingerprint": trained.fingerprint,
            "notes": trained.notes,
            "columns": (
                None
                if trained.columns is None
                else [column.as_dict() for column in trained.columns]
            ),
            "versions": versions(),
        }
    )


def certainty_record(trained: Trained) -> dict[str, Any] | None:
    """Give what is known of how sure answers are, for the record and the model file.

    Arguments:
        trained: what ``fit_source`` gave.
    """
    found: dict[str, Any] = {}
    if trained.calibration is not None:
        one = trained.calibration
        found["calibration"] = {
            "method": one.method,
            "factor": one.factor,
            "log_loss_before": one.before,
            "log_loss_after": one.after,
        }
    if trained.residuals:
        found["residuals"] = [dataclasses.asdict(one) for one in trained.residuals]
    if trained.inside is not None:
        found["held"] = np.nanmean(trained.inside, axis=0) if trained.inside.size else None
    if trained.threshold is not None:
        found["threshold"] = {"value": trained.threshold.value, "why": trained.threshold.sentence}
    return plain(found) if found else None


def _without_task(one: TargetResult) -> dict[str, Any]:
    found = dataclasses.asdict(one)
    # It is among the run's own already.
    del found["task"]
    return found


def _intervals(trained: Trained) -> dict[str, Interval]:
    """Give the intervals of all figures that have one."""
    if isinstance(trained, TrainedForecast):
        assert trained.backtest is not None
        return trained.backtest.intervals()
    return metric_intervals(trained.task, trained.truth, trained.outputs, trained.dependence)


def _forecast(trained: Trained) -> dict[str, Any] | None:
    """Give what a forecast is of; None for all else."""
    if not isinstance(trained, TrainedForecast) or trained.backtest is None:
        return None
    made, test = trained.preparation, trained.backtest
    return {
        "time": made.time,
        "group": made.group,
        "horizon": test.horizon,
        "step": made.steps.named(1),
        "season": test.season,
        "series": len(made.names),
        "origins": len(np.unique(test.origins)),
    }


def judged_record_of(trained: Trained) -> dict[str, Any]:
    """Give what ``run.json`` holds besides, once the network is judged.

    Arguments:
        trained: what ``fit_source`` gave.
    """
    return plain(
        {
            "verdict": dataclasses.asdict(_verdict(trained)),
            "diagnosis": None if trained.findings is None else trained.findings.as_dict(),
            "rows_per_second": speed(trained),
            "seconds": trained.seconds,
        }
    )


def _verdict(trained: Trained) -> Verdict:
    return (
        forecast_verdict(trained) if isinstance(trained, TrainedForecast) else verdict_of(trained)
    )


def config_of(trained: Trained) -> dict[str, Any]:
    """Give what ``config.json`` holds: all that another run of the same needs."""
    return plain({**trained.config, "folder": str(Path.cwd())})


def speed(trained: Trained) -> float | None:
    """Measure how many raw rows a second are prepared and answered, all compiled before.

    A forecast answers no rows, so it has no such figure.
    """
    if isinstance(trained, TrainedForecast):
        return None
    some = take(trained.test, np.arange(min(TIMED, count(trained.test))))
    if isinstance(trained.preparation, ImagePreparation) and trained.preparation.pretrained:
        some = take(some, np.arange(min(TIMED_PHOTOS, count(some))))
    trained.predict(some)
    if isinstance(trained.preparation, ImagePreparation):
        trained.preparation.forget(some)
    began = time.perf_counter()
    trained.predict(some)
    return count(some) / max(time.perf_counter() - began, 1e-9)


def versions() -> dict[str, str]:
    """Give the versions of what the result may depend on."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def plain(value: Any) -> Any:
    """Turn values into what JSON can hold; numbers that are not finite become None.

    >>> plain({"a": np.float32(0.5), "b": (1, float("nan"))})
    {'a': 0.5, 'b': [1, None]}
    """
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
