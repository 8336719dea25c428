"""Names in a file can't steer the terminal, wherever Python prints them."""

import warnings

import numpy as np
import pytest

import kerata as keras

# Clears the screen, renames the window, hides what follows, turns the direction of writing.
HOSTILE = "a\x1b[2J\x1b]0;owned\x9b8m\u202eb"
SHOWN = r"a\x1b[2J\x1b]0;owned\x9b8m\u202eb"
X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


@pytest.fixture
def model(tmp_path):
    inputs = keras.Input((2,), name=HOSTILE + "0")
    hidden = keras.layers.Dense(3, name=HOSTILE + "1")(inputs)
    outputs = keras.layers.Dense(1, name=HOSTILE + "2")(hidden)
    model = keras.Model(inputs, outputs, name=HOSTILE)
    model.compile("sgd", "mse", metrics=[keras.metrics.MeanAbsoluteError(name=HOSTILE + "m")])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "gift.keras")
    return keras.models.load_model(tmp_path / "gift.keras")


def assert_harmless(text):
    assert all(c.isprintable() or c in "\n\t" for c in text), ascii(text)
    assert SHOWN in text.replace("\n", "")


def test_summary(model, capsys):
    model.summary(line_length=300)
    assert_harmless(capsys.readouterr().out)
    lines = []
    model.summary(line_length=300, print_fn=lines.append)
    assert_harmless("\n".join(lines))


def test_repr(model):
    layer = model.layers[1]
    things = [model, layer, layer.kernel, model.inputs[0], *model.metrics[1:], model.weights]
    for thing in things:
        assert_harmless(repr(thing))
    loss = keras.losses.MeanSquaredError(name=HOSTILE)
    assert_harmless(repr(keras.losses.deserialize(keras.losses.serialize(loss))))
    assert_harmless(repr(model.fit(X, Y, verbose=0)))


@pytest.mark.parametrize("verbose", [1, 2])
def test_progress_bar(model, capsys, verbose):
    model.fit(X, Y, validation_data=(X, Y), epochs=2, verbose=verbose)
    model.evaluate(X, Y, verbose=verbose)
    assert_harmless(capsys.readouterr().out)


def test_warnings(model, tmp_path):
    stop = keras.callbacks.EarlyStopping(monitor="nothing")
    with pytest.warns(UserWarning, match="does nothing") as caught:
        model.fit(X, Y, verbose=0, callbacks=[stop])
    assert_harmless("".join(str(w.message) for w in caught))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.optimizer.apply([None, None, X[:3, :1] * 0, None], model.trainable_weights)
    assert_harmless("".join(str(w.message) for w in caught))


def test_errors(model):
    with pytest.raises(ValueError, match="expects shape") as caught:
        model(np.ones((8, 5), "float32"))
    assert_harmless(str(caught.value))
    with pytest.raises(ValueError, match="nothing") as caught:
        model.get_layer("nothing")
    assert_harmless(str(caught.value))
    with pytest.raises(ValueError, match="shape") as caught:
        model.fit(X, np.ones((8, 4)), verbose=0)
    assert_harmless(str(caught.value))
