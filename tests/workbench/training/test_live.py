"""The live view of a training, in a terminal and as lines."""

import io
import os
import signal

import numpy as np
import pytest

import kerata
from kerata.training.interrupt import seen_presses
from kerata.workbench.training import live
from kerata.workbench.training.live import LiveView, sparkline
from kerata.workbench.training.pace import Pace


def console(terminal=True):
    from rich.console import Console

    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def text(view):
    """Give what the view shows now."""
    # The view's own console is drawn to by its own thread.
    paper = console(terminal=False)
    paper.print(view._render())
    return paper.file.getvalue()


def test_the_live_view_shows_epochs_in_a_terminal_and_as_lines():
    x = np.linspace(0, 1, 8)[:, None]
    model = kerata.Sequential([kerata.Input((1,)), kerata.layers.Dense(1)])
    model.compile("sgd", "mse")
    for terminal in (True, False):
        out = console(terminal)
        with LiveView(out) as view:
            model.fit(x, x, epochs=2, validation_data=(x, x), verbose=0, callbacks=[view])
        told = out.file.getvalue()
        assert "best so far" in told
        assert ("epoch 2 of 2" in told) if terminal else ("epoch 2/2" in told)


def test_it_says_what_is_true_while_it_happens():
    with LiveView(console(), rows=3) as view:
        view.set_params({"epochs": 9})
        view.on_train_begin()
        view.on_epoch_begin(0)
        assert "compiling the network for this machine, 0:00" in text(view)
        view.progress(1, 469, {"loss": 2.3})
        view.progress(120, 469, {"loss": 0.75})
        shown = text(view)
        assert "compiling" not in shown
        assert "0.7500" in shown
        assert "120 of 469 batches" in shown
        assert "epoch 1 of 9" in shown
        assert "left" in shown
        view.on_test_begin()
        # A validation's own batches are not the epoch's.
        view.progress(3, 80, {"loss": 0.1})
        assert "validating" in text(view)
        assert "0.7500" in text(view)
        losses = [0.5, 0.3, 0.4, 0.6, 0.7]
        for epoch, loss in enumerate(losses):
            view.on_epoch_begin(epoch)
            view.on_epoch_end(epoch, {"loss": loss, "val_loss": loss})
        shown = text(view)
        lines = [line.split() for line in shown.splitlines()]
        # The best epoch stays in sight above the last ones.
        assert [line[0] for line in lines[1:4]] == ["2", "4", "5"]
        assert "best so far" in shown
        assert "▅▁▃▆█" in shown


def test_it_says_that_it_stops():
    with LiveView(console()) as view:
        view.set_params({"epochs": 3})
        view.on_train_begin()
        view.on_epoch_begin(0)
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            os.kill(os.getpid(), signal.SIGINT)
            assert "stopping after this step" in text(view)
        finally:
            signal.signal(signal.SIGINT, before)
        view.progress(1, 10, {"loss": 1.0})
        view.on_train_stopped(KeyboardInterrupt())
        assert ", stopped" in text(view)
        assert "left" not in text(view)


def test_presses_are_not_seen_where_somebody_else_watches():
    with seen_presses() as first, seen_presses() as second:
        before = signal.signal(signal.SIGINT, lambda *_: None)
        os.kill(os.getpid(), signal.SIGINT)
        signal.signal(signal.SIGINT, before)
        assert first()
        assert not second()
    assert signal.set_wakeup_fd(-1) == -1


def test_long_epochs_tell_of_their_batches_without_a_terminal(monkeypatch):
    monkeypatch.setattr(live, "LINE_SECONDS", -1.0)
    out = console(terminal=False)
    view = LiveView(out)
    view.set_params({"epochs": 2})
    view.on_train_begin()
    view.on_epoch_begin(0)
    view.progress(7, 10, {"loss": 0.5})
    assert out.file.getvalue() == "epoch 1/2  loss 0.5000  7 of 10 batches\n"


def test_the_time_left_leaves_compiling_out():
    times = [0.0]
    pace = Pace(lambda: times[0])
    assert pace.left(3) is None
    times[0] = 60.0  # compiled
    pace.batches(1, 101)
    assert pace.left(3) is None
    times[0] = 65.0
    pace.batches(51, 101)
    # A batch takes 0.1 s, so an epoch 10.1 s: half of one and two more.
    assert pace.left(3) == pytest.approx(10.1 * (3 - 51 / 101))
    assert pace.share() == 51 / 101
    times[0] = 70.0
    assert pace.epoch() == 70.0
    assert pace.left(2) == 20.0
    times[0] = 80.0
    assert pace.epoch() == 10.0
    times[0] = 84.0
    assert pace.left(1) == 6.0
    times[0] = 99.0
    assert pace.left(1) == 0.0
    pace.end()
    times[0] = 200.0
    assert pace.spent() == 99.0


def test_sparklines():
    assert sparkline([1.0]) == sparkline([]) == ""
    assert sparkline([1.0, 1.0]) == "▁▁"
    assert sparkline([0.0, float("nan"), 7.0]) == "▁ █"
