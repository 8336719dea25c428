"""The same training once more, from a run's folder.

A run's folder may come from a stranger: what it names is compared with what the user says,
but never imported, and no file outside the current folder is opened because of it.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from kerata.workbench.core.result import Trained
from kerata.workbench.data import Source, read_source
from kerata.workbench.data.named import is_named
from kerata.workbench.experiment import fit_source
from kerata.workbench.forecasting import fit_forecast
from kerata.workbench.networks.recipes import RECIPES
from kerata.workbench.runs.run import Run

OPTIONS = (
    *("target", "task", "network", "columns", "options", "epochs", "batch_size", "seed"),
    *("test_share", "validation_share", "split_by", "group", "folds", "balance"),
    *("cost", "recall", "precision"),
)
FORECAST = (
    *("target", "time", "horizon", "group", "known", "options", "epochs", "batch_size", "seed"),
    *("test_share", "validation_share"),
)


def train_again(
    run: Run, *, network: str | None = None, data: str | Path | None = None, **more: Any
) -> Trained:
    """Train as a run was trained: the same data and seed give the same result.

    Arguments:
        run: a finished run.
        network: ``'module:function'`` for a run of a network of one's own: the name in the
            run's record is never imported, so it must be said again.
        data: where the data are now. Without it they are looked for where they were, if
            that is in the current folder.
        **more: for ``fit_source`` or ``fit_forecast``, such as ``watch``.

    Raises:
        FileNotFoundError: the data are no longer there.
        ValueError: the data have changed since; a network of one's own that is not named;
            data outside the current folder that are not named.
    """
    # What 'auto' chose then; another version may choose otherwise.
    chosen = _network(run, network)
    source, _ = own_source(run, data, "rerun")
    trained: Trained
    if run.is_forecast:
        # A forecast has no diagnosis.
        more.pop("with_diagnosis", None)
        trained = fit_forecast(source, **forecast_options(run), **more)
    else:
        trained = fit_source(source, **(given_options(run) | {"network": chosen}), **more)
    trained.config |= {
        "source": str(run.config.get("source") if data is None else data),
        "table": run.config.get("table"),
    }
    return trained


def forecast_options(run: Run) -> dict[str, Any]:
    """Give the arguments with which ``fit_forecast`` trained a run."""
    return {option: run.config[option] for option in FORECAST if option in run.config}


def given_options(run: Run) -> dict[str, Any]:
    """Give the arguments with which ``fit_source`` trained a run."""
    config = run.config
    given = {option: config[option] for option in OPTIONS if option in config}
    if run.columns is not None and "split_by" not in config:
        # Rows of runs from before were always divided at random.
        given["split_by"] = "random"
    # Runs from before were judged by folds only where these were asked for.
    given.setdefault("folds", 1)
    return given


def own_source(
    run: Run, data: str | Path | None, command: str, *, others: bool = False
) -> tuple[Source, str | Path | None]:
    """Read the data that a run was trained on.

    Arguments:
        run: a finished run.
        data: where they are now. Without it they are looked for where they were, if that is
            in the current folder.
        command: that is asked for, for the message.
        others: whether ``data`` may be other rows, beside which the run's own are read.

    Returns:
        The run's source, and the place of the other rows, if those are others.

    Raises:
        FileNotFoundError: they are no longer there.
        ValueError: they have changed since; they are outside the current folder and not named.
    """
    config = run.config
    if data is None:
        name = config.get("source")
        place = _place(run, name if isinstance(name, str) else "", command)
    else:
        place = data
    source = read_source(
        place,
        target=config.get("target") if run.columns is not None else None,
        table=config.get("table"),
        photos=None if run.is_forecast else run.preparation.photos,
    )
    if source.fingerprint == run.record.get("fingerprint"):
        return source, None
    if others and data is not None:
        return own_source(run, None, command)[0], data
    raise ValueError(
        f"The data {str(place)!r} have changed since {run.name!r} was trained, or are "
        "others: train again with 'kerata train'."
    )


def _network(run: Run, said: str | None) -> str:
    recorded = run.record.get("network")
    if said is not None and said != recorded:
        raise ValueError(
            f"The run {run.name!r} was trained with the network {recorded!r}, not {said!r}: "
            "train another network with 'kerata train'."
        )
    own = ":" in str(recorded)
    if recorded not in RECIPES and not run.is_forecast and not own:
        raise ValueError(
            f"The network of the run {run.name!r} is {recorded!r}, which 'kerata train' does not "
            "have: nothing here can train it again."
        )
    if said is None and own and not run.is_forecast:
        raise ValueError(
            f"The run {run.name!r} was trained with {recorded!r}, code that is not Kerata's, and "
            "nothing that a record names is imported. If you know and trust that code, name it "
            f"yourself: {_command(run, '--network', recorded)}"
        )
    return str(recorded)


def _place(run: Run, name: str, command: str = "rerun") -> Path | str:
    """Give where the data were, unless a stranger's record would lead somewhere else with it."""
    flags = {"rerun": ["--data"], "export": ["--rows"], "explain": ["ROWS", "--data"]}
    flag = flags.get(command, [])
    if not name:
        raise ValueError(
            f"The run {run.name!r} does not say where its data were: name them, "
            f"{_command(run, *flag, 'FILE', command=command)}."
        )
    if is_named(name) and not Path(name).exists():
        return name
    here = Path.cwd().resolve()
    place = (here / Path(name)).resolve()
    if not place.is_relative_to(here):
        raise ValueError(
            f"The run {run.name!r} was trained on {name!r}, which is outside the current folder, "
            "and no record leads there. If these are your data, name them yourself: "
            f"{_command(run, *flag, name, command=command)}"
        )
    if not place.exists():
        raise FileNotFoundError(
            f"The data {name!r} of the run {run.name!r} are not in the current folder: say where "
            f"they are, {_command(run, *flag, 'FILE', command=command)}."
        )
    return place


def _command(run: Run, *words: object, command: str = "rerun") -> str:
    return shlex.join(["kerata", command, run.name, *map(str, words)])
