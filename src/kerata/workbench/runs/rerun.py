"""The same training once more, from what a run's folder tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kerata.workbench.core.result import Trained
from kerata.workbench.experiment import fit_source
from kerata.workbench.runs.run import Run
from kerata.workbench.data import read_source

OPTIONS = (
    *("target", "task", "network", "columns", "options", "epochs", "batch_size", "seed"),
    *("test_share", "validation_share", "balance"),
)


def train_again(run: Run, **more: Any) -> Trained:
    """Train as a run was trained: the same data and seed give the same result.

    Arguments:
        run: a finished run.
        **more: for ``fit_source``, such as ``watch``.

    Raises:
        FileNotFoundError: the data are no longer there.
        ValueError: the data have changed since.
    """
    config = run.config
    name = str(config["source"])
    beside = Path(config.get("folder", ".")) / name
    source = read_source(
        beside if beside.exists() else name,
        target=config["target"] if run.columns is not None else None,
        table=config.get("table"),
    )
    if source.fingerprint != run.record["fingerprint"]:
        raise ValueError(
            f"The data {name!r} have changed since {run.name!r} was trained: train anew with "
            "'kerata train'."
        )
    given = {option: config[option] for option in OPTIONS if option in config}
    # What 'auto' chose then; another version may choose otherwise.
    given["network"] = run.record["network"]
    trained = fit_source(source, **given, **more)
    trained.config |= {"source": config["source"], "table": config.get("table")}
    return trained
