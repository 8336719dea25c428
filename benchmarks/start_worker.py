"""One job from the start of Python to its result, in a process of its own; prints figures as JSON.

Kerata's figures say where the seconds went: JAX reports each tracing, lowering, compilation and
reading of its cache.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from collections import Counter
from typing import Any

BEGIN = time.perf_counter()
PARTS = {
    "/jax/core/compile/jaxpr_trace_duration": "tracing",
    "/jax/core/compile/jaxpr_to_mlir_module_duration": "lowering",
    "/jax/core/compile/backend_compile_duration": "compiling",
    "/jax/compilation_cache/cache_retrieval_time_sec": "cache",
}


def watch() -> tuple[dict[str, float], Counter[str]]:
    """Add up what JAX reports: seconds and numbers."""
    import jax.monitoring

    seconds: dict[str, float] = dict.fromkeys(PARTS.values(), 0.0)
    counts: Counter[str] = Counter()

    def note(event: str, duration_secs: float, **_: Any) -> None:
        if part := PARTS.get(event):
            seconds[part] += duration_secs
            counts[part] += 1

    jax.monitoring.register_event_duration_secs_listener(note)
    return seconds, counts


def digits() -> tuple[Any, Any]:
    """Give scikit-learn's digits, brightness from 0 to 1."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return (x / 16).astype("float32"), y


def command(*arguments: str) -> None:
    """Run the ``kerata`` command."""
    from kerata.cli.main import main

    sys.argv = ["kerata", *arguments]
    with contextlib.suppress(SystemExit):
        main()


def table() -> None:
    """``kerata train wine.csv``."""
    from sklearn.datasets import load_wine

    load_wine(as_frame=True).frame.to_csv("wine.csv", index=False)
    command("train", "wine.csv", "--target", "target", "--overwrite")


def estimator(library: str) -> None:
    """An estimator's ``fit`` on 200 rows."""
    x, y = digits()
    if library == "kerata":
        from kerata.wrappers import NetworkClassifier

        NetworkClassifier(random_state=0).fit(x[:200], y[:200])
    else:
        from sklearn.neural_network import MLPClassifier

        MLPClassifier((64, 64), batch_size=32, max_iter=100, n_iter_no_change=100).fit(
            x[:200], y[:200]
        )


def grid(library: str) -> None:
    """27 settings in 3 folds on the digits, 5 epochs each."""
    x, y = digits()
    space = {"rate": [1e-3, 3e-3, 1e-2], "decay": [0.0, 1e-4, 1e-3], "momentum": [0.8, 0.9, 0.95]}
    if library == "kerata":
        import kerata as keras
        from kerata import search

        def build(rate: float, decay: float, momentum: float) -> Any:
            model = keras.Sequential(
                [
                    keras.Input((64,)),
                    keras.layers.Dense(
                        32, activation="relu", kernel_regularizer=keras.regularizers.L2(decay)
                    ),
                    keras.layers.Dense(10, activation="softmax"),
                ]
            )
            optimizer = keras.optimizers.Adam(rate, beta_1=momentum)
            model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model

        search.grid(build, space, x, y, folds=3, epochs=5, batch_size=128, verbose=0)
        return
    import warnings

    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")
    given = {"learning_rate_init": space["rate"], "alpha": space["decay"]}
    given["beta_1"] = space["momentum"]
    network = MLPClassifier((32,), batch_size=128, max_iter=5)
    GridSearchCV(network, given, cv=3, n_jobs=os.cpu_count()).fit(x, y)


def main() -> None:
    job, library = sys.argv[1:3]
    figures: dict[str, Any] = {}
    printed = io.StringIO()
    if library == "kerata":
        import kerata  # noqa: F401

        seconds, counts = watch()
        figures["import"] = time.perf_counter() - BEGIN
    with contextlib.redirect_stdout(printed):
        if job == "help":
            command("--help")
        elif job == "digits":
            command("train", "digits", "--overwrite")
        elif job == "wine":
            table()
        elif job == "estimator":
            estimator(library)
        else:
            grid(library)
    figures["whole"] = time.perf_counter() - BEGIN
    times = os.times()
    figures["cpu"] = times.user + times.system
    if library == "kerata":
        figures |= seconds | {"programs": counts["compiling"]}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
