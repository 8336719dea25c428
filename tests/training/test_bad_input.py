"""Mistakes users make: each gets one sentence that says what, where and what to do."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
Y = X[:, :1] * 2


def compiled(last=1, activation=None, loss="mse", **more):
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, name="first"), layers.Dense(last, activation)],
        name="net",
    )
    model.compile("sgd", loss, **more)
    return model


def softmax(loss):
    return compiled(3, "softmax", loss)


def message(error, call):
    with pytest.raises(error) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text.strip(), "one sentence, not a trace"
    return text


def test_wrong_width_names_the_model_input_and_shapes():
    text = message(ValueError, lambda: compiled().fit(X[:, :3], Y, verbose=0))
    assert "net" in text
    assert "(None, 4)" in text
    assert "(None, 3)" in text


def test_images_into_a_dense_network_suggest_reshape():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(1)])
    text = message(ValueError, lambda: model.predict(np.zeros((2, 28, 28)), verbose=0))
    assert "x.reshape((-1, 784))" in text


def test_layer_called_on_another_width_names_the_layer():
    layer = layers.Dense(3, name="middle")
    layer(X)
    text = message(ValueError, lambda: layer(X[:, :2]))
    assert "'middle'" in text
    assert "size 4" in text
    assert "(20, 2)" in text


def test_x_and_y_of_different_lengths():
    text = message(ValueError, lambda: compiled().fit(X, Y[:19], verbose=0))
    assert "20" in text
    assert "19" in text


def test_validation_data_of_different_lengths():
    text = message(ValueError, lambda: compiled().fit(X, Y, validation_data=(X, Y[:5]), verbose=0))
    assert "5" in text


def test_labels_outside_the_classes():
    y = np.arange(20) % 4
    text = message(
        ValueError, lambda: softmax("sparse_categorical_crossentropy").fit(X, y, verbose=0)
    )
    assert "3" in text
    assert "row 3" in text


def test_one_hot_labels_for_a_sparse_loss_and_the_reverse():
    one_hot = np.eye(3)[np.arange(20) % 3]
    text = message(
        ValueError, lambda: softmax("sparse_categorical_crossentropy").fit(X, one_hot, verbose=0)
    )
    assert "categorical_crossentropy" in text
    text = message(
        ValueError,
        lambda: softmax("categorical_crossentropy").fit(X, np.arange(20) % 3, verbose=0),
    )
    assert "to_categorical" in text or "sparse_categorical_crossentropy" in text


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_inputs_and_targets_that_are_no_numbers_name_the_place(bad):
    x = X.copy()
    x[7, 2] = bad
    text = message(ValueError, lambda: compiled().fit(x, Y, verbose=0))
    assert "row 7, column 2" in text
    y = Y.copy()
    y[4] = bad
    assert "row 4" in message(ValueError, lambda: compiled().fit(X, y, verbose=0))


def test_a_loss_that_explodes_says_at_which_epoch():
    model = compiled()
    model.compile(keras.optimizers.SGD(1e20), "mse")
    text = message(FloatingPointError, lambda: model.fit(X, Y, epochs=9, verbose=0))
    assert "epoch" in text
    assert "learning rate" in text


def test_terminate_on_nan_ends_without_an_error():
    model = compiled()
    model.compile(keras.optimizers.SGD(1e20), "mse")
    history = model.fit(X, Y, epochs=9, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert len(history.history["loss"]) < 9


def test_strings_and_ragged_lists():
    text = message(ValueError, lambda: compiled().fit([["a", "b"]] * 20, Y, verbose=0))
    assert "text" in text
    assert "'a'" in text
    text = message(ValueError, lambda: compiled().fit([[1, 2], [3]], Y[:2], verbose=0))
    assert "ragged" in text
    assert "row 1" in text
    assert "x must be" in message(TypeError, lambda: compiled().fit("data.csv", Y, verbose=0))


def test_no_rows():
    assert "no rows" in message(ValueError, lambda: compiled().fit(X[:0], Y[:0], verbose=0))
    assert "no rows" in message(ValueError, lambda: compiled().predict(X[:0], verbose=0))
    assert "no rows" in message(ValueError, lambda: compiled().evaluate(X[:0], Y[:0], verbose=0))


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "32", True])
def test_batch_sizes_that_make_no_sense(batch_size):
    text = message(ValueError, lambda: compiled().fit(X, Y, batch_size=batch_size, verbose=0))
    assert "batch_size" in text


@pytest.mark.parametrize("epochs", [-1, 1.5, "ten", None])
def test_epochs_that_make_no_sense(epochs):
    assert "epochs" in message(ValueError, lambda: compiled().fit(X, Y, epochs=epochs, verbose=0))


def test_fit_and_evaluate_before_compile():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    for call in (model.fit, model.evaluate):
        assert "compile(" in message(RuntimeError, lambda call=call: call(X, Y, verbose=0))


@pytest.mark.parametrize(
    ("make", "suggestion"),
    [
        (lambda: layers.Dense(1, activation="rleu"), "relu"),
        (lambda: compiled(loss="mean_square_error"), "mean_squared_error"),
        (lambda: compiled(metrics=["acuracy"]), "accuracy"),
        (lambda: compiled().compile("adamm", "mse"), "adam"),
        (lambda: layers.Dense(1, kernel_initializer="he_norml"), "he_normal"),
        (lambda: compiled().get_layer("frist"), "first"),
    ],
)
def test_unknown_names_come_with_a_suggestion(make, suggestion):
    text = message(ValueError, make)
    assert "Did you mean" in text
    assert suggestion in text


def test_misspelt_layer_argument():
    text = message(TypeError, lambda: layers.Dense(1, actvation="relu"))
    assert "'activation'" in text


def test_a_graph_with_a_loose_end():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    out = layers.Dense(1)(layers.Concatenate()([a, b]))
    text = message(ValueError, lambda: keras.Model(a, out, name="net"))
    assert "loose end" in text
    assert "'b'" in text
    text = message(TypeError, lambda: keras.Model(a, np.zeros(3)))
    assert "symbolic" in text


@pytest.mark.parametrize("fraction", [1.0, -0.1, 1.5, "0.2"])
def test_wrong_validation_split(fraction):
    text = message(ValueError, lambda: compiled().fit(X, Y, validation_split=fraction, verbose=0))
    assert "validation_split" in text


def test_validation_split_that_leaves_no_rows():
    text = message(
        ValueError, lambda: compiled().fit(X[:1], Y[:1], validation_split=0.1, verbose=0)
    )
    assert "no rows" in text or "leaves" in text


def test_weights_of_the_wrong_shape_change_nothing():
    model = compiled()
    before = model.get_weights()
    wrong = [*before[:-1], np.zeros(7)]
    text = message(ValueError, lambda: model.set_weights(wrong))
    assert "(7,)" in text
    assert "(1,)" in text
    assert "2" in message(ValueError, lambda: model.set_weights(before[:2]))
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_wrong_number_of_inputs_and_unknown_input_names():
    a, b = keras.Input((2,), name="left"), keras.Input((2,), name="right")
    model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([a, b])), name="net")
    assert "2 inputs" in message(ValueError, lambda: model.predict([X[:, :2]], verbose=0))
    text = message(
        ValueError, lambda: model.predict({"left": X[:, :2], "rigth": X[:, 2:]}, verbose=0)
    )
    assert "Did you mean" in text


def test_sample_weights_of_another_length():
    text = message(ValueError, lambda: compiled().fit(X, Y, sample_weight=np.ones(3), verbose=0))
    assert "3" in text


def test_sample_weights_of_another_shape():
    model, y = compiled(run_eagerly=True), Y[:, 0]
    expected = model.evaluate(X, y, verbose=0)
    for shape in ((20,), (20, 1)):
        weight = np.ones(shape)
        assert model.evaluate(X, y, sample_weight=weight, verbose=0) == pytest.approx(expected)
    for shape in ((20, 1, 1), (20, 1, 1, 1)):
        weight = np.ones(shape)
        text = message(ValueError, lambda w=weight: model.evaluate(X, y, sample_weight=w))
        assert text == f"sample_weight has shape {shape}; it must have one number a row: (20,)."


def test_no_loss_at_all():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd")
    assert "no loss" in message(ValueError, lambda: model.fit(X, Y, verbose=0))


def test_a_batch_dimension_that_is_missing():
    assert "batch axis" in message(ValueError, lambda: compiled().predict(X[0], verbose=0))
