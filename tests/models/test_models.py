"""Stacks, graphs and subclasses: structure, weights, configs, pictures."""

import json

import numpy as np
import pytest

import kerata as keras
from kerata import layers, ops

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def test_stack_with_input_shape_builds_at_once_and_grows():
    model = keras.Sequential()
    model.add(layers.Dense(3, input_shape=(4,)))
    assert model.built
    model.add(layers.Dense(2))
    assert model.count_params() == 23
    assert model.output_shape == (None, 2)
    assert model.pop().units == 2
    model.add(layers.Dense(5))
    assert model.output_shape == (None, 5)
    assert model.predict(X, verbose=0).shape == (6, 5)
    assert [len(w) for w in model.get_weights()] == [4, 3, 3, 5]


def test_stack_without_shape_is_built_by_data():
    model = keras.Sequential([layers.Dense(3), layers.Dense(1)])
    assert not model.built
    assert model.weights == []
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert model.count_params() == 4 * 3 + 3 + 3 + 1
    fresh = keras.Sequential([layers.Dense(3)])
    fresh.build((None, 7))
    assert fresh.get_weights()[0].shape == (7, 3)
    eager = keras.Sequential([layers.Dense(3)])
    assert eager(X).shape == (6, 3)
    assert eager.built


def test_things_that_are_no_layers_are_refused():
    with pytest.raises(TypeError, match="Lambda"):
        keras.Sequential([lambda x: x])
    with pytest.raises(TypeError, match="only layers"):
        keras.Sequential([3])
    with pytest.raises(ValueError, match="'twin'"):
        keras.Sequential([layers.Dense(1, name="twin"), layers.Dense(1, name="twin")])
    with pytest.raises(ValueError, match="no layer"):
        keras.Sequential().pop()


def test_shared_layers_and_nested_models():
    shared = layers.Dense(3, name="shared")
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="inner")
    a, b = keras.Input((4,)), keras.Input((4,))
    out = layers.Dense(1)(layers.Concatenate()([inner(shared(a)), inner(shared(b))]))
    model = keras.Model([a, b], out)
    assert model.count_params() == (4 * 3 + 3) + (3 * 2 + 2) + (4 + 1)
    assert len(model.weights) == 6
    kernel, bias = shared.get_weights()
    w, c = inner.get_weights()
    v, d = model.layers[-1].get_weights()

    def branch(x):
        return (x @ kernel + bias) @ w + c

    expected = np.concatenate([branch(X), branch(2 * X)], axis=1) @ v + d
    np.testing.assert_allclose(model.predict([X, 2 * X], verbose=0), expected, rtol=1e-4, atol=1e-5)


def test_feature_extractor_from_the_middle():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "relu", name="mid"), layers.Dense(1)]
    )
    middle = keras.Model(model.inputs, model.get_layer("mid").output)
    kernel, bias = model.layers[0].get_weights()
    expected = np.maximum(X @ kernel + bias, 0)
    np.testing.assert_allclose(middle.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)
    tail = keras.Model(model.get_layer("mid").output, model.output)
    np.testing.assert_allclose(
        tail.predict(expected, verbose=0), model.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_arithmetic_on_symbolic_tensors():
    x = keras.Input((4,))
    y = ops.mean(2.0 * x[:, :2] + ops.square(x)[:, 2:], axis=-1, keepdims=True)
    model = keras.Model(x, layers.Dense(1, kernel_initializer="ones")(y))
    expected = (2 * X[:, :2] + X[:, 2:] ** 2).mean(1, keepdims=True)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_dictionaries_of_inputs_and_outputs():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model({"a": a, "b": b}, {"sum": a + b, "difference": a - b})
    found = model.predict({"b": X[:, 2:], "a": X[:, :2]}, verbose=0)
    np.testing.assert_allclose(found["difference"], X[:, :2] - X[:, 2:], rtol=1e-6)
    assert set(found) == {"sum", "difference"}


class Residual(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [layers.Dense(units, "relu")]
        self.blocks.append(layers.Dense(units))

    def call(self, x):
        y = x
        for block in self.blocks:
            y = block(y)
        return x + y


class Classifier(keras.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.residual = Residual(4)
        self.drop = layers.Dropout(0.5)
        self.out = layers.Dense(units, "softmax")

    def call(self, inputs, training=False):
        return self.out(self.drop(self.residual(inputs), training=training))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_subclassed_model_trains_and_knows_its_weights():
    model = Classifier()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, np.arange(6) % 3, epochs=2, verbose=0).history
    assert len(history["accuracy"]) == 2
    assert len(model.weights) == 6
    assert [layer.name.split("_")[0] for layer in model.layers] == ["residual", "dropout", "dense"]
    np.testing.assert_allclose(model.predict(X, verbose=0).sum(1), np.ones(6), rtol=1e-5)
    again = Classifier.from_config(model.get_config())
    assert again.units == 3


def test_functional_subclass():
    class Net(keras.Model):
        def __init__(self):
            x = keras.Input((4,))
            super().__init__(x, layers.Dense(2)(x))

    model = Net()
    assert type(model) is Net
    assert model.count_params() == 10
    assert model.predict(X, verbose=0).shape == (6, 2)


def round_trip(model):
    config = json.loads(json.dumps(model.get_config()))
    again = type(model).from_config(config)
    again.set_weights(model.get_weights())
    return again


def test_configs_rebuild_stacks_and_graphs():
    stack = keras.Sequential([keras.Input((4,)), layers.Dense(3, "relu"), layers.Dense(1)])
    np.testing.assert_array_equal(
        round_trip(stack).predict(X, verbose=0), stack.predict(X, verbose=0)
    )
    shared = layers.Dense(3)
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    mixed = ops.concatenate([shared(a), shared(b) * 2.0], axis=-1)
    graph = keras.Model({"a": a, "b": b}, [layers.Dense(1)(mixed), layers.Dropout(0.5)(mixed)])
    again = round_trip(graph)
    data = {"a": X, "b": -X}
    for p, q in zip(graph.predict(data, verbose=0), again.predict(data, verbose=0), strict=True):
        np.testing.assert_array_equal(p, q)
    assert len(again.weights) == 4


def test_freezing_reaches_the_inside():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()])
    model = keras.Sequential([keras.Input((4,)), inner, layers.Dense(1)])
    assert len(model.trainable_weights) == 6
    inner.trainable = False
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 6
    assert not inner.layers[0].trainable
    inner.layers[0].trainable = True
    assert len(inner.trainable_weights) == 0


def test_summary_counts_and_connections(capsys):
    a = keras.Input((1000,), name="words")
    left = layers.Dense(1234, name="left")(a)
    model = keras.Model(a, layers.Add(name="both")([left, layers.Dense(1234)(a)]), name="net")
    model.summary()
    text = capsys.readouterr().out
    assert 'Model: "net"' in text
    assert "1,235,234" in text
    assert "2,470,468 (9.42 MB)" in text
    assert "Connected to" in text
    lines = []
    model.summary(print_fn=lines.append)
    assert "left (Dense)" in lines[0]
    wide = []
    model.summary(print_fn=wide.append, line_length=120, show_trainable=True)
    assert max(map(len, wide[0].splitlines())) == 120


def test_pictures_show_sizes_and_draw_the_same_once():
    pytest.importorskip("matplotlib")
    a = keras.Input((4,))
    towers = [keras.Sequential([layers.Dense(3)])(a) for _ in range(3)]
    x = layers.Average()(towers)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(3, activation="relu")(x))
    model = keras.Model(a, layers.Dense(1)(x))

    def texts(**options):
        figure = keras.utils.plot_model(model, to_file=None, **options)
        return [text.get_text() for text in figure.axes[0].texts if text.get_text()]

    shown = texts(show_shapes=True)
    assert shown[2] == "3 × Sequential"
    assert "in   3 × (None, 3)" in shown
    block = ["2 × in a row", "Dense", "3 units, relu", "out  (None, 3)", "Dropout", "rate 0.5"]
    assert shown[shown.index("2 × in a row") :][:6] == block
    assert shown[-3:] == ["1 unit", "in   (None, 3)", "out  (None, 1)"]
    assert texts(collapse=False).count("Sequential") == 3
    dark = keras.utils.plot_model(model, to_file=None, dark=True)
    assert sum(dark.get_facecolor()[:3]) < 0.5


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_picture_of_a_network(tmp_path, ending):
    pytest.importorskip("matplotlib")
    a = keras.Input((4,))
    branch = layers.Dense(3, "relu")(layers.Dense(3)(a))
    model = keras.Model(a, layers.Add()([layers.Dense(3)(a), branch]))
    path = tmp_path / f"net.{ending}"
    keras.utils.plot_model(model, path, show_shapes=True, show_layer_names=True)
    assert path.stat().st_size > 2000
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    if ending == "svg":
        assert "Dense" in path.read_text() or "<path" in path.read_text()


def test_get_layer():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(1)])
    assert model.get_layer("a") is model.get_layer(index=0)
    with pytest.raises(ValueError, match="one of them"):
        model.get_layer()
    with pytest.raises(ValueError, match="there is no 7"):
        model.get_layer(index=7)


def test_symbolic_tensors_explain_themselves():
    x = keras.Input((4,))
    for misuse in (lambda: bool(x), lambda: np.exp(x), lambda: list(x), lambda: len(x)):
        with pytest.raises(TypeError, match="symbolic"):
            misuse()
    doubled = keras.Model(x, np.ones(4, "float32") + x * np.float32(2))
    np.testing.assert_allclose(doubled.predict(X, verbose=0), 1 + 2 * X, rtol=1e-6)


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_dictionaries_go_to_inputs_by_name_whatever_their_order(names):
    one, two = (keras.Input((1,), name=name) for name in names)
    for inputs in ([one, two], {names[0]: one, names[1]: two}):
        model = keras.Model(inputs, layers.Subtract()([one, two]))
        data = {"a": np.full((3, 1), 5.0), "b": np.full((3, 1), 2.0)}
        wanted = 3.0 if names[0] == "a" else -3.0
        for given in (data, dict(reversed(data.items()))):
            assert model.predict(given, verbose=0).ravel().tolist() == [wanted] * 3
            assert np.asarray(model(given)).ravel().tolist() == [wanted] * 3


def test_the_summary_has_colours_in_a_terminal_alone(capsys, monkeypatch):
    model = keras.Sequential([layers.Input((2,)), layers.Dense(3)])
    monkeypatch.delenv("NO_COLOR", raising=False)
    model.summary()
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    model.summary()
    assert "\x1b[36mDense\x1b[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    model.summary()
    assert "\x1b[3" not in capsys.readouterr().out
    lines = []
    model.summary(print_fn=lines.append)
    assert "\x1b" not in lines[0]


def test_the_summary_of_a_subclass_shows_what_its_layers_were_built_for(capsys):
    class Two(keras.Model):
        def __init__(self):
            super().__init__(name="two")
            self.first = layers.Dense(3, name="first")
            self.second = layers.Dense(2, name="second")

        def call(self, x):
            return self.second(self.first(x))

    model = Two()
    model.summary()
    assert capsys.readouterr().out.count("?") == 2
    model(np.zeros((8, 4), "float32"))
    model.summary()
    told = capsys.readouterr().out
    assert "(8, 3)" in told
    assert "(8, 2)" in told
    trained = Two()
    trained.compile("sgd", "mse")
    trained.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0)
    trained.summary()
    assert "(None, 3)" in capsys.readouterr().out
