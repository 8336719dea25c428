"""The live view of a training, in a terminal and as lines."""

import io

import numpy as np

import kerata
from kerata.workbench.training.live import LiveView


def test_the_live_view_shows_epochs_in_a_terminal_and_as_lines():
    from rich.console import Console

    x = np.linspace(0, 1, 8)[:, None]
    for terminal in (True, False):
        model = kerata.Sequential([kerata.Input((1,)), kerata.layers.Dense(1)])
        model.compile("sgd", "mse")
        out = io.StringIO()
        with LiveView(Console(file=out, force_terminal=terminal, width=100)) as view:
            model.fit(x, x, epochs=2, validation_data=(x, x), verbose=0, callbacks=[view])
        told = out.getvalue()
        assert "best so far" in told
        assert ("epoch 2 of 2" in told) if terminal else ("epoch 2/2" in told)
