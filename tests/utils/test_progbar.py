"""The bar: what is on the line, when it is drawn, and Keras's numbers."""

import io
import re
import sys

import pytest

from kerata.callbacks import CallbackList, ProgbarLogger
from kerata.utils import Progbar, progbar


class Screen(io.StringIO):
    """Standard output that says whether it is a terminal."""

    def __init__(self, terminal, encoding="utf-8"):
        super().__init__()
        self.terminal = terminal
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return self.terminal

    def plain(self):
        return re.sub(r"\x1b\[\d+m", "", self.getvalue())


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets by hand."""

    class Clock:
        now = 0.0

        def perf_counter(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progbar, "time", clock)
    return clock


@pytest.fixture
def screen(monkeypatch):
    def make(terminal=True, encoding="utf-8", columns=200):
        screen = Screen(terminal, encoding)
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.delenv("PYCHARM_HOSTED", raising=False)
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("LINES", "24")
        return screen

    return make


def test_finished_line_in_keras_look(screen, clock):
    out = screen(terminal=False)
    bar = Progbar(469, stateless_metrics=())
    clock.now = 0.938
    bar.update(469, [("accuracy", 0.9234), ("loss", 0.28006), ("val_loss", 0.0001)])
    assert out.getvalue() == (
        "469/469 ━━━━━━━━━━━━━━━━━━━━ 1s 2ms/step"
        " - accuracy: 0.9234 - loss: 0.2801 - val_loss: 1.0000e-04\n"
    )


def test_no_terminal_gets_only_the_finished_line(screen, clock):
    out = screen(terminal=False)
    bar = Progbar(10, interval=0)
    for step in range(1, 10):
        bar.update(step, [("loss", 1.0)])
    assert out.getvalue() == ""
    bar.update(10)
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()


def test_terminal_redraws_in_place_and_not_too_often(screen, clock):
    out = screen()
    bar = Progbar(100, interval=0.1)
    for step in range(1, 101):
        clock.now = step * 0.01
        bar.update(step)
    lines = out.plain().split("\r")[1:]
    assert 9 <= len(lines) <= 12
    assert lines[0].startswith("  1/100 ━")
    assert lines[-1].startswith("100/100 ━")
    assert out.getvalue().count("\n") == 1


def test_a_shorter_line_covers_a_longer_one(screen, clock):
    out = screen()
    bar = Progbar(3, interval=0, stateful_metrics=["loss"])
    bar.update(1, [("loss", 0.0)])
    bar.update(2, [("loss", 0.5)])
    first, second = out.plain().split("\r")[1:]
    assert "0.0000e+00" in first
    assert len(second) == len(first)


def test_live_lines_never_wrap(screen, clock):
    out = screen(columns=50)
    bar = Progbar(3, interval=0)
    bar.update(1, [(f"metric_{i}", 1.0) for i in range(10)])
    line = out.plain().split("\r")[1]
    assert len(line) == 49
    bar.update(3)
    assert "metric_9" in out.plain().split("\r")[2]


def test_time_left_in_the_middle_and_taken_at_the_end(screen, clock):
    out = screen()
    bar = Progbar(10, interval=0)
    clock.now = 5.0
    bar.update(5)
    assert " 5s 1s/step" in out.plain()
    clock.now = 12.0
    bar.update(10)
    assert " 12s 1s/step" in out.plain()


def test_first_step_does_not_count_for_speed(screen, clock):
    out = screen()
    bar = Progbar(11, interval=0)
    clock.now = 10.0
    bar.update(1)
    clock.now = 10.2
    bar.update(11)
    assert "10s 20ms/step" in out.plain()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (61, "1:01"), (3600, "1:00:00"), (7325, "2:02:05")],
)
def test_time_left_is_written_as_a_clock(seconds, text):
    assert progbar._clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.2, "2s/step"), (0.0124, "12ms/step"), (0.000035, "35us/step"), (0, "0s/step")],
)
def test_seconds_per_step(seconds, text, clock):
    assert Progbar(1)._step_time(1, seconds) == text


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, "loss: 2.5000"),  # (1 * 1 + 3 * 3) / 4 steps
        ({"stateful_metrics": ["loss"]}, "loss: 3.0000"),
        ({"stateless_metrics": ["loss"]}, "loss: 2.5000"),
        ({"stateless_metrics": []}, "loss: 3.0000"),
    ],
)
def test_which_values_are_averaged(kwargs, expected, screen, clock):
    out = screen()
    bar = Progbar(10, interval=0, **kwargs)
    bar.update(1, [("loss", 1.0)])
    bar.add(3, [("loss", 3.0)])
    assert expected in out.plain().split("\r")[-1]


def test_both_kinds_of_metric_lists_are_refused():
    with pytest.raises(ValueError, match="not both"):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_ascii_output_gets_an_ascii_bar(screen, clock):
    out = screen(terminal=False, encoding="ascii")
    Progbar(4).update(4)
    assert out.getvalue().startswith("4/4 ==================== ")


@pytest.mark.parametrize("target", [None, 0])
def test_unknown_length(target, screen, clock):
    out = screen()
    Progbar(target, interval=0).update(12)
    assert "     12/Unknown" in out.plain()


def test_silent(screen):
    out = screen()
    Progbar(1, verbose=0).update(1)
    assert out.getvalue() == ""


# The callback --------------------------------------------------------------------------


class Model:
    pass


def fit(epochs=2, verbose=1, steps=4, drive="progress", validate=True):
    events = CallbackList(
        add_progbar=True, model=Model(), epochs=epochs, verbose=verbose, steps=steps
    )
    events.on_train_begin()
    for epoch in range(epochs):
        events.on_epoch_begin(epoch)
        for step in range(4):
            if drive == "progress":
                events.progress(step + 1, steps, {"loss": 1.0})
            else:
                events.on_train_batch_end(step, {"loss": 1.0})
        if validate:
            events.on_test_begin()
            events.progress(1, 9, {"loss": 7.0})
            events.on_test_batch_end(1, {"loss": 7.0})
            events.on_test_end({"loss": 7.0})
        events.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.25})
    events.on_train_end()


@pytest.mark.parametrize("drive", ["progress", "batches"])
@pytest.mark.parametrize("steps", [4, None])
def test_fit_prints_one_line_an_epoch_into_files(screen, clock, drive, steps):
    out = screen(terminal=False)
    fit(drive=drive, steps=steps)
    line = "4/4 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 0.5000 - val_loss: 0.2500\n"
    assert out.getvalue() == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_fit_verbose_2(screen, clock):
    out = screen()
    fit(verbose=2)
    line = "4/4 - 0s - 0s/step - loss: 0.5000 - val_loss: 0.2500\n"
    assert out.getvalue() == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_fit_verbose_0_is_silent(screen):
    out = screen()
    fit(verbose=0)
    assert out.getvalue() == ""


def test_one_epoch_has_no_heading(screen, clock):
    out = screen(terminal=False)
    fit(epochs=1)
    assert "Epoch" not in out.getvalue()


def test_validation_is_not_drawn(screen, clock):
    out = screen()
    fit()
    assert "7.0000" not in out.plain()


def test_evaluate_and_predict_have_a_bar(screen, clock):
    out = screen(terminal=False)
    events = CallbackList(add_progbar=True, model=Model(), epochs=1, verbose="auto", steps=3)
    events.on_test_begin()
    events.on_test_end({"loss": 0.5})
    events.on_predict_begin()
    events.on_predict_batch_end(2, {"outputs": [1]})
    events.on_predict_end()
    bar = "3/3 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step"
    assert out.getvalue() == f"{bar} - loss: 0.5000\n{bar}\n"


def test_interrupted_line_is_ended(screen, clock):
    out = screen()
    bar = ProgbarLogger()
    bar.set_params({"verbose": 1, "epochs": 1, "steps": 10})
    bar.on_train_begin()
    bar.on_epoch_begin(0)
    bar.progress(3, 10, {"loss": 1.0})
    assert not out.getvalue().endswith("\n")
    bar.on_train_end()
    assert out.getvalue().endswith("\n")


def test_an_evaluation_after_a_fit_is_drawn(screen, clock):
    out = screen(terminal=False)
    bar = ProgbarLogger()
    bar.set_params({"verbose": 1, "epochs": 1, "steps": 2})
    bar.on_train_begin()
    bar.on_train_end()
    bar.on_test_begin()
    bar.on_test_end({"loss": 1.0})
    assert "2/2" in out.getvalue()
