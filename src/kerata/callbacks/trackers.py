"""The logs of each epoch in MLflow, Weights & Biases or Trackio."""

from __future__ import annotations

import importlib
from typing import Any

from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.logs import plain_logs


class _Tracker(Callback):
    """Opens a run of an experiment tracker if none is open, and logs each epoch to it."""

    first_process_only = True
    _package = ""

    def __init__(self, name: str | None = None, config: dict[str, Any] | None = None) -> None:
        owner = type(self).__name__
        try:
            self._tracker = importlib.import_module(self._package)
        except ImportError as error:
            raise ImportError(
                f"{owner} needs {self._package}, which is not installed: "
                f"pip install {self._package}."
            ) from error
        self.name = name
        self.config = dict(config or {})
        self._opened = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open a run if none is open; log the settings."""
        self._opened = not self._is_open()
        if self._opened:
            self._open()
        self._log_settings(self._settings() | self.config)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Log the epoch's losses and metrics; epochs count from 0."""
        self._log({k: v for k, v in plain_logs(logs).items() if isinstance(v, float)}, epoch)

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the run if it was opened here."""
        if self._opened:
            self._close()

    def _settings(self) -> dict[str, Any]:
        model = self.model
        found: dict[str, Any] = {"model": model.name, "parameters": model.count_params()}
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            plain = (int, float, str, bool)
            given = {k: v for k, v in optimizer.get_config().items() if isinstance(v, plain)}
            found |= {f"optimizer_{name}": value for name, value in given.items()}
        return found | {
            name: self.params[name] for name in ("epochs", "steps") if name in self.params
        }

    def _is_open(self) -> bool:
        raise NotImplementedError

    def _open(self) -> None:
        raise NotImplementedError

    def _log_settings(self, settings: dict[str, Any]) -> None:
        raise NotImplementedError

    def _log(self, values: dict[str, float], epoch: int) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError


class MLflowLogger(_Tracker):
    """Logs each epoch to MLflow: to the run that is open, or to one of its own.

    Where it goes, MLflow's own settings say, such as ``mlflow.set_tracking_uri``.

    Arguments:
        name: string, name of a run that it opens; MLflow's choice by default.
        config: dictionary of further settings to log, None by default.

    Raises:
        ImportError: MLflow is not installed.

    >>> model.fit(x, y, callbacks=[MLflowLogger()])  # doctest: +SKIP
    """

    _package = "mlflow"

    def _is_open(self) -> bool:
        return self._tracker.active_run() is not None

    def _open(self) -> None:
        self._tracker.start_run(run_name=self.name)

    def _log_settings(self, settings: dict[str, Any]) -> None:
        # A setting of a run can't be changed: a second fit in it says what is new.
        run = self._tracker.active_run()
        known = self._tracker.get_run(run.info.run_id).data.params
        self._tracker.log_params({k: v for k, v in settings.items() if k not in known})

    def _log(self, values: dict[str, float], epoch: int) -> None:
        self._tracker.log_metrics(values, step=epoch)

    def _close(self) -> None:
        self._tracker.end_run()


class _OfProjects(_Tracker):
    """A tracker whose runs belong to projects."""

    def __init__(
        self,
        name: str | None = None,
        config: dict[str, Any] | None = None,
        project: str = "kerata",
    ) -> None:
        super().__init__(name, config)
        self.project = project

    def _log(self, values: dict[str, float], epoch: int) -> None:
        # Without a step of its own, a second fit in the run goes on behind the first.
        self._tracker.log({"epoch": epoch, **values})

    def _close(self) -> None:
        self._tracker.finish()


class WandbLogger(_OfProjects):
    """Logs each epoch to Weights & Biases: to the run that is open, or to one of its own.

    Arguments:
        name: string, name of a run that it opens; chosen there by default.
        config: dictionary of further settings to log, None by default.
        project: string, of a run that it opens, ``'kerata'`` by default.

    Raises:
        ImportError: wandb is not installed.

    >>> model.fit(x, y, callbacks=[WandbLogger(project="wine")])  # doctest: +SKIP
    """

    _package = "wandb"

    def _is_open(self) -> bool:
        return self._tracker.run is not None

    def _open(self) -> None:
        self._tracker.init(project=self.project, name=self.name)

    def _log_settings(self, settings: dict[str, Any]) -> None:
        self._tracker.config.update(settings, allow_val_change=True)


class TrackioLogger(_OfProjects):
    """Logs each epoch to Trackio: to the run that is open, or to one of its own.

    Arguments:
        name: string, name of a run that it opens; chosen there by default.
        config: dictionary of further settings to log, None by default.
        project: string, of a run that it opens, ``'kerata'`` by default.

    Raises:
        ImportError: trackio is not installed.

    >>> model.fit(x, y, callbacks=[TrackioLogger(project="wine")])  # doctest: +SKIP
    """

    _package = "trackio"

    def _is_open(self) -> bool:
        return self._tracker.context_vars.current_run.get() is not None

    def _open(self) -> None:
        self._tracker.init(
            project=self.project, name=self.name, config=self._settings() | self.config
        )

    def _log_settings(self, settings: dict[str, Any]) -> None:
        if not self._opened:
            self._tracker.config.update(settings)
