"""Pictures say what they should and never leave half a file."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from kerata import plots

HISTORY = {
    "loss": [1.0, 0.5, 0.2],
    "accuracy": [0.5, 0.8, 0.9],
    "val_loss": [1.1, 0.6, 0.7],
    "val_accuracy": [0.5, 0.7, 0.7],
}


def words(figure):
    import matplotlib.text

    return " ".join(t.get_text() for t in figure.findobj(matplotlib.text.Text))


def test_history_marks_the_best_epoch_and_names_its_curves(tmp_path):
    path = tmp_path / "sub" / "curves.png"
    figure = plots.history(HISTORY, path, "A title")
    told = words(figure)
    assert "best epoch 2" in told
    assert "validation" in told
    assert "A title" in told
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in path.parent.iterdir()] == ["curves.png"]


def test_history_objects_are_taken_too():
    import kerata

    model = kerata.Sequential([kerata.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=2, verbose=0)
    assert "Loss" in words(plots.history(history))


def test_confusion_shows_all_counts(tmp_path):
    matrix = np.array([[7, 1], [2, 11]])
    told = words(plots.confusion(matrix, ["cat", "dog"], tmp_path / "c.svg"))
    assert all(word in told for word in ("cat", "dog", "7", "11"))
    assert (tmp_path / "c.svg").stat().st_size > 1000


def test_confusion_has_shares_of_rows_and_slanted_long_names():
    axes = plots.confusion(np.array([[398, 2], [1, 3]]), ["a", "a long name"]).axes[0]
    assert [t.get_text() for t in axes.texts] == ["398\n>99%", "2\n<1%", "1\n25%", "3\n75%"]
    assert axes.get_xticklabels()[0].get_rotation() == 30


def test_identical_curves_are_told_apart_and_shares_end_at_one():
    same = {"accuracy": [0.5, 1.0, 1.0], "val_accuracy": [0.5, 1.0, 1.0]}
    axes = plots.history(same).axes[0]
    assert len({line.get_linestyle() for line in axes.lines[:2]}) == 2
    assert axes.get_ylim()[1] <= 1.02
    # Every second epoch was validated: its last point stands at the last epoch.
    some = plots.history({"loss": [4.0, 3.0, 2.0, 1.0], "val_loss": [4.0, 3.0]}).axes[0]
    assert some.lines[1].get_xdata().tolist() == [2, 4]


def test_long_titles_are_broken_into_lines():
    words = "A title that is far too long for so small a picture of a single curve"
    figure = plots.history({"loss": [1.0, 0.5]}, title_text=words)
    assert figure.get_suptitle().count("\n") == 1
    figure.canvas.draw()
    assert figure._suptitle.get_window_extent().x1 <= figure.bbox.x1


def test_digits_name_answer_and_truth():
    probabilities = np.eye(10)[[3, 5]]
    told = words(plots.digits(np.zeros((2, 8, 8)), [8, 5], probabilities))
    assert "3" in told
    assert "8" in told


def test_unknown_endings_and_folders_in_the_way(tmp_path):
    with pytest.raises(ValueError, match="png"):
        plots.history(HISTORY, tmp_path / "curves.pgn")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        plots.history(HISTORY, tmp_path / "file" / "curves.png")
    assert (tmp_path / "file").read_text() == "x"
