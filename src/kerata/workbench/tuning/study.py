"""The study file: a search as Optuna keeps it in SQLite, shared by all who work on it."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerata.utils.files import put_file, unfinished
from kerata.utils.plain_files import check_plain
from kerata.workbench.tuning.space import USUAL
from kerata.workbench.tuning.summary import ended, tried_of

NAME = "kerata"
IDENTITY = "identity"
# Trials that choose freely before the others learn from them, and epochs before any is ended.
STARTUP, WARMUP = 8, 3
# Between seeds; more than there are workers.
STRIDE = 7919
# Seconds for which one process waits while another one writes.
PATIENCE = 60
# What reading a file raises that SQLite takes for sound, but whose content makes no sense.
_OF_CONTENT = (RuntimeError, AssertionError, LookupError, AttributeError, TypeError, ValueError)


def open_study(
    path: Path, identity: dict[str, Any], networks: tuple[str, ...], maximize: bool, seed: int
) -> Any:
    """Open a study file, or make one that first tries every network as it is.

    Arguments:
        path: of the file.
        identity: what the search is about; must be that of an existing file.
        networks: to be tried, the most promising first.
        maximize: whether a higher figure is a better one.
        seed: of the choices.

    Raises:
        ImportError: Optuna is not installed.
        ValueError: the file holds another search, or is no study file.
    """
    if path.exists():
        try:
            check_plain(path)
        except ValueError as error:
            raise ValueError(f"{error}: name another one with --study.") from None
    with _plain_errors(path):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _put_new(path, identity, networks, maximize)
        optuna, storage = _optuna(), _storage(path)
        names = optuna.get_all_study_names(storage)
        study = optuna.load_study(study_name=NAME, storage=storage) if NAME in names else None
        known = {} if study is None else study.user_attrs.get(IDENTITY, {})
    if study is None:
        others = f"holds studies of another program ({', '.join(names[:3])})"
        raise ValueError(
            f"{path} {others if names else 'holds no study'}: name another file with --study."
        )
    if known != json.loads(json.dumps(identity)):
        raise ValueError(_difference(path, known, identity))
    with _plain_errors(path):
        # All of it is read, so that damage is reported before hours are spent on the file.
        if any(tried.value is not None for tried in ended(study)):
            tried_of(study.best_trial)
        return joined(path, seed, crowd=False, study=study)


def _put_new(
    path: Path, identity: dict[str, Any], networks: tuple[str, ...], maximize: bool
) -> None:
    """Make a study under a temporary name and rename it, unless another process was first."""
    beside = unfinished(path)
    try:
        storage = _storage(beside)
        study = _optuna().create_study(
            storage=storage, study_name=NAME, direction="maximize" if maximize else "minimize"
        )
        study.set_user_attr(IDENTITY, identity)
        for network in networks:
            study.enqueue_trial({"network": network}, user_attrs={USUAL: True})
        storage.remove_session()
        storage.engine.dispose()
        with contextlib.suppress(FileExistsError):
            put_file(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def joined(path: Path, seed: int, crowd: bool, study: Any = None) -> Any:
    """Give a study that chooses and ends trials our way.

    Arguments:
        path: of the study file.
        seed: of the choices; those who work together need different ones.
        crowd: whether others work on it at the same time.
        study: opened already.
    """
    optuna = _optuna()
    if study is None:
        study = optuna.load_study(study_name=NAME, storage=_storage(path))
    with warnings.catch_warnings():
        # Joint choices are declared experimental by Optuna since version 2.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            # A search that goes on must not choose again what it chose at the beginning.
            seed=(seed + STRIDE * len(study.get_trials(deepcopy=False))) % 2**32,
            n_startup_trials=STARTUP,
            multivariate=True,
            group=True,
            constant_liar=crowd,
        )
    pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=WARMUP)
    study.sampler, study.pruner = sampler, pruner
    return study


def _storage(path: Path) -> Any:
    return _optuna().storages.RDBStorage(
        f"sqlite:///{path.resolve()}",
        engine_kwargs={"connect_args": {"timeout": PATIENCE}},
        skip_compatibility_check=False,
    )


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise ImportError("Tuning needs Optuna: pip install 'kerata[optuna]'.") from error
    # Its own words about each trial would stand between ours.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


@contextlib.contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with a file that SQLite or Optuna can't read."""
    _optuna()
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, OptunaError, *_OF_CONTENT) as error:
        told = str(getattr(error, "orig", error)).splitlines()
        reason = told[0] if isinstance(error, (SQLAlchemyError, OptunaError)) else "it is damaged"
        raise ValueError(
            f"{path} can't be used as a study file ({reason}): name another one with --study."
        ) from error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence that a study could not be written on while its trials were trained.

    Raises:
        OSError: the disk is full, or another process held the file for too long.
    """
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        cause = error if isinstance(error, SQLAlchemyError) else error.__cause__
        told = str(getattr(cause, "orig", error)).splitlines()
        raise OSError(
            f"The study file {path} could not be written ({told[0] if told else 'no reason'}): "
            "mend that, and the same search goes on with the trials that are in it."
        ) from error


def _difference(path: Path, known: dict[str, Any], wanted: dict[str, Any]) -> str:
    names = [n for n in {**known, **wanted} if known.get(n) != wanted.get(n)]
    message = "; ".join(
        f"its {name.replace('_', ' ')} is {known.get(name)!r}, now it is {wanted.get(name)!r}"
        for name in names
        if name != "fingerprint"
    )
    return (
        f"{path} belongs to another search: {message or 'the data have changed since'}. "
        "Name another file with --study."
    )
