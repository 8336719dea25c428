"""The playground's network as a Keras program that gives the same figures."""

from __future__ import annotations

from kerata.playground.learner import Learner
from kerata.playground.network import loss_and_metrics
from kerata.playground.settings import Settings

_OPTIMIZERS = {
    "sgd": "SGD({rate})",
    "momentum": "SGD({rate}, momentum=0.9)",
    "adam": "Adam({rate})",
    "rmsprop": "RMSprop({rate})",
}


def program_text(learner: Learner) -> str:
    """Write the program that trains the first network from its beginning, as far as it is.

    It makes the same rows and the same first weights, draws the same random numbers and reports
    the same losses, as long as rounding does not grow (hundreds of epochs). What was changed
    while the network learned, it has from the beginning.

    >>> from kerata.playground.problems import make_problem
    >>> small = Settings(rows=20, layers=(2,))
    >>> program = program_text(Learner(make_problem(small), [small]))
    >>> print(program.splitlines()[0])
    import kerata as keras
    """
    settings, problem = learner.settings[0], learner.problem
    needs_numpy = any("np." in line for line in problem.program)
    loss, metrics = loss_and_metrics(problem.kind)
    last = "sigmoid" if problem.kind == "binary" else "linear"
    penalty = _penalty(settings)
    regularized = ", kernel_regularizer=penalty" if penalty else ""
    layers = [f"keras.layers.Input(({problem.x.shape[1]},)),"]
    layers += _noise(settings)
    for units in settings.layers:
        layers.append(f'keras.layers.Dense({units}, "{settings.activation}"{regularized}),')
        if settings.dropout:
            layers.append(f"keras.layers.Dropout({settings.dropout!r}),")
    layers.append(f'keras.layers.Dense(1, "{last}"{regularized}),')
    optimizer = _OPTIMIZERS[settings.optimizer].format(rate=repr(settings.rate))
    measured = f", metrics={metrics!r}".replace("'", '"') if metrics else ""
    lines = [
        *(["import numpy as np", ""] if needs_numpy else []),
        "import kerata as keras",
        "",
        *problem.program,
        "",
        f"keras.utils.set_random_seed({settings.seed})",
        *([penalty] if penalty else []),
        "model = keras.Sequential(",
        "    [",
        *(f"        {layer}" for layer in layers),
        "    ]",
        ")",
        f'model.compile(keras.optimizers.{optimizer}, "{loss}"{measured})',
        "history = model.fit(",
        "    x[:train],",
        "    y[:train],",
        f"    batch_size={settings.batch},",
        f"    epochs={max(1, learner.epoch)},",
        "    validation_data=(x[train:], y[train:]),",
        "    verbose=0,",
        ")",
        "for name, values in history.history.items():",
        '    print(f"{name}: {values[-1]:.6f}")',
    ]
    return "\n".join(lines) + "\n"


def _penalty(settings: Settings) -> str:
    if not (settings.l1 or settings.l2):
        return ""
    return f"penalty = keras.regularizers.L1L2(l1={settings.l1!r}, l2={settings.l2!r})"


def _noise(settings: Settings) -> list[str]:
    if settings.jitter:
        return [f"keras.layers.GaussianNoise({settings.jitter!r}),"]
    if settings.dropout:
        # It draws random numbers whatever its strength, and dropout draws those after them.
        return ["keras.layers.GaussianNoise(0.0),  # off, but takes its random numbers"]
    return []
