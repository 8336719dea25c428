"""Notebooks: what cells show, in a real IPython shell inside this process."""

import re

import numpy as np
import pytest

import kerata
from kerata import callbacks, layers, plots
from kerata.base import notebook
from kerata.callbacks.notebook_progress import NotebookProgress
from kerata.callbacks.progbar_logger import ProgbarLogger
from kerata.utils import html
from kerata.utils.live_output import LiveOutput

X = np.linspace(-1, 1, 24, dtype="float32")[:, None]


def test_without_a_notebook_the_bar_is_drawn():
    # IPython may be there, but no shell of it; so this test comes first.
    assert notebook.shell() is None
    progress = callbacks.callback_list.CallbackList(add_progbar=True, verbose=1).callbacks
    assert [type(c) for c in progress] == [ProgbarLogger]


@pytest.fixture(scope="module")
def shell():
    """Give a shell that shows HTML, as a notebook's does, and records what it shows."""
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    found = InteractiveShell.instance(config=settings, colors="nocolor")
    found.display_pub = CapturingDisplayPublisher(parent=found)
    notebook.shorten_tracebacks()
    model = kerata.Sequential([kerata.Input((1,)), layers.Dense(1, name="<i>one")])
    model.compile("sgd", "mse")
    found.push({"model": model, "x": X, "kerata": kerata})
    yield found
    InteractiveShell.clear_instance()


def shown(shell, code):
    """Run a cell; give its result and what it displayed."""
    shell.display_pub.outputs.clear()
    result = shell.run_cell(code)
    return result, list(shell.display_pub.outputs)


def test_fit_leaves_one_output_with_one_line(shell, capsys):
    result, outputs = shown(shell, "h = model.fit(x, x, epochs=40, validation_data=(x, x))")
    assert result.success
    # One output that is replaced, and nothing on standard output.
    assert len({o["transient"]["display_id"] for o in outputs}) == 1
    assert [bool(o["update"]) for o in outputs] == [False] + [True] * (len(outputs) - 1)
    assert capsys.readouterr().out.strip() == ""
    first, last = outputs[0]["data"], outputs[-1]["data"]
    assert first["text/plain"].startswith("compiling")
    assert re.match(r"40 epochs · .* · loss 0\.\d+ · val_loss .* in epoch 40$", last["text/plain"])
    assert "\n" not in last["text/plain"]
    # The curves wait behind the line.
    assert "<details><summary>" in last["text/html"]
    assert "<polyline" in last["text/html"]
    assert shell.user_ns["h"].epoch == list(range(40))


def test_lines_of_evaluations_predictions_and_silence(shell, capsys):
    _, outputs = shown(shell, "_ = model.evaluate(x, x); _ = model.predict(x)")
    last = [o["data"]["text/plain"] for o in outputs]
    assert "evaluating" in last[0]
    assert re.search(r"1 step · .* · loss 0\.\d+$", last[1])
    assert "predicting" in last[2]
    assert re.match(r"1 step · [\d.]+ s$", last[3])
    _, outputs = shown(shell, "_ = model.fit(x, x, verbose=0); _ = model.fit(x, x, verbose=2)")
    assert outputs == []
    assert "1/1 - 0s" in capsys.readouterr().out


def test_an_ended_training_says_so(shell):
    code = """
class Stop(kerata.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt
try:
    model.fit(x, x, epochs=9, callbacks=[Stop()])
except KeyboardInterrupt:
    pass
"""
    _, outputs = shown(shell, code)
    assert re.match(r"2 epochs · interrupted · ", outputs[-1]["data"]["text/plain"])


def test_drawing_is_rare_and_cheap(shell):
    drawn = []
    output = LiveOutput(lambda: drawn.append(0) or ("<b>a</b>", "a"))
    for _ in range(1000):
        output.maybe()
    assert len(drawn) == 1
    output.now()
    assert len(drawn) == 2


def test_a_refused_mistake_is_lines_of_the_cell_and_a_sentence(shell, capsys):
    shown(shell, "def mine():\n    return kerata.layers.Dense(-3)\nmine()")
    told = capsys.readouterr().out
    assert "ValueError: Dense: units must be a positive integer, got units=-3." in told
    assert "return kerata.layers.Dense(-3)" in told
    assert "arguments.py" not in told
    kerata.config.disable_traceback_filtering()
    try:
        shown(shell, "kerata.layers.Dense(-3)")
        assert "arguments.py" in capsys.readouterr().out
    finally:
        kerata.config.enable_traceback_filtering()
    # A fault that nobody raised on purpose keeps its frames.
    shown(shell, "kerata.utils.to_categorical(object())")
    assert "labels.py" in capsys.readouterr().out


def formatted(shell, thing):
    return shell.display_formatter.format(thing)


def test_pictures_and_tables_show_and_are_escaped(shell):
    model = shell.user_ns["model"]
    history = callbacks.History()
    history.history, history.epoch = {"loss": [0.9, 0.5], "<script>": [1.0, 2.0]}, [0, 1]
    png, look = formatted(shell, plots.history(history))
    assert png["image/png"]
    assert look["image/png"]["width"] > 400
    assert "image/png" in formatted(shell, kerata.utils.plot_model(model, to_file=None))[0]
    for thing, words in (
        (history, "History of 2 epochs"),
        (callbacks.History(), "History of 0 epochs"),
        (model, "&lt;i&gt;one (Dense)"),
    ):
        page = formatted(shell, thing)[0]["text/html"]
        assert words in page
        assert "<script" not in page
        assert "<i>" not in page


def test_a_quiet_notebook_gets_the_bar(shell):
    kinds = []
    for logged in (True, False):
        if not logged:
            kerata.utils.disable_interactive_logging()
        progress = callbacks.callback_list.CallbackList(add_progbar=True, verbose=1).callbacks
        kinds.append(type(progress[0]))
        kerata.utils.enable_interactive_logging()
    assert kinds == [NotebookProgress, ProgbarLogger]


def test_curves_of_few_points_and_of_losses_that_are_not_finite():
    assert html.curves({"loss": [float("nan")]}) == html.curves({})
    one = html.curves({"loss": [0.5], "val_loss": [0.5]})
    assert one.count("<circle") == 2
    assert "<polyline" not in one
    gaps = html.curves({"loss": [1.0, float("inf"), 0.01], "val_loss": [0.5]}, first=11)
    assert "(logarithmic)" in gaps
    assert "epoch 13" in gaps
    assert "nan" not in gaps
    # Every second epoch was validated: the second of two stands below the last of four.
    places = re.findall(r'points="([^"]+)"', html.curves({"a": [1, 2, 3, 4], "val_a": [1, 2]}))
    assert places[0].split()[-1].split(",")[0] == places[1].split()[-1].split(",")[0]
