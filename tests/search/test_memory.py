"""A thousand candidates leave no trace in memory."""

from pathlib import Path

import pytest

import kerata as keras
from kerata import search


def resident():
    """Give the resident memory of this process, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("resident memory is read from /proc")
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@pytest.mark.slow
@pytest.mark.parametrize("shapes", [1, 40])
def test_memory_stays_flat(data, shapes, monkeypatch):
    from kerata.search import study

    measured = []
    add = study.Watch.count

    def counted(self, finished=1):
        measured.append(resident())
        add(self, finished)

    monkeypatch.setattr(study.Watch, "count", counted)

    def build(units=3, learning_rate=0.01):
        model = keras.Sequential(
            [keras.layers.Dense(units, activation="tanh"), keras.layers.Dense(1)]
        )
        model.compile(keras.optimizers.Adam(learning_rate), "mse")
        return model

    space = {
        "units": list(range(1, shapes + 1)),
        "learning_rate": search.loguniform(1e-4, 1e-2),
    }
    search.random(build, space, *data, n=1000, folds=2, epochs=2, batch_size=16, verbose=0)
    assert len(measured) == 2000
    assert max(measured[100:]) - measured[100] < 50
