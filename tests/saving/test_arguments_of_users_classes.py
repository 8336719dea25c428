"""Classes of users without ``get_config``: what they were given comes back, or is refused."""

import os
import sys
import warnings

import numpy as np
import pytest

import kerata as keras
from kerata import Input, Sequential, layers, models, saving


def twice(x):
    return 2 * x


class Given(layers.Layer):
    def __init__(self, inner, table, function, pair, settings):
        super().__init__(name="given")
        self.inner, self.table, self.function = inner, table, function
        self.pair, self.settings = pair, settings

    def call(self, x):
        return self.function(x) * float(self.pair[1]) + self.table.sum()


class Scale(layers.Layer):
    """A layer whose config says nothing of its name."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {"factor": self.factor}


class Open(layers.Dense):
    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)


class Weighted(keras.losses.Loss):
    def __init__(self, weights, function, **kwargs):
        super().__init__(**kwargs)
        self.weights, self.function = weights, function

    def call(self, y_true, y_pred):
        return self.function((y_true - y_pred) ** 2) * float(np.sum(self.weights))


OWN = {c.__name__: c for c in (Given, Scale, Open, Weighted, twice)}


@pytest.mark.parametrize("function", [twice, keras.activations.relu])
def test_arguments_come_back(tmp_path, function):
    x = Input((2,))
    given = Given(
        keras.regularizers.L2(0.5), np.arange(3.0), function, (2, 3), {"a": [1, (2,)], "b": None}
    )
    y = Open(2, activation="tanh", use_bias=False)(Scale(3.0)(given(x)))
    model = keras.Model(x, y)
    model.save(tmp_path / "m.keras")
    data = np.array([[1.0, -2.0]], "float32")
    loaded = models.load_model(tmp_path / "m.keras", custom_objects=OWN)
    again = loaded.get_layer("given")
    assert again.inner.l2 == 0.5
    assert again.table.tolist() == [0, 1, 2]
    assert again.function is function
    assert again.pair == (2, 3)
    assert again.settings == {"a": [1, (2,)], "b": None}
    np.testing.assert_array_equal(loaded(data), model(data))
    clone = models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(data), model(data))


def test_a_loss_of_ones_own(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", Weighted(np.ones(2), twice))
    model.save(tmp_path / "m.keras")
    loss = models.load_model(tmp_path / "m.keras", custom_objects=OWN).loss
    assert loss.weights.tolist() == [1, 1]
    assert loss.function is twice
    assert float(loss([[1.0]], [[3.0]])) == 16


@pytest.mark.parametrize("value", [{1: 2}, object(), {1, 2}, 3j, {"class_name": "x"}])
def test_what_a_file_cannot_hold_is_refused_on_saving(tmp_path, value):
    class One(layers.Layer):
        def __init__(self, value):
            super().__init__(name="one")

        def call(self, x):
            return x

    model = Sequential([Input((2,)), One(value)])
    with pytest.raises(TypeError, match=r"One 'one' was given value=.*get_config"):
        model.save(tmp_path / "m.keras")
    assert not (tmp_path / "m.keras").exists()


def test_a_class_that_cannot_be_made_is_not_called_damage(tmp_path):
    class Needs(layers.Layer):
        def __init__(self, a, b):
            super().__init__()

        def get_config(self):
            return {"a": 1}

        def call(self, x):
            return x

    model = Sequential([Input((2,)), Needs(1, 2)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"class 'Needs' can't be made.*argument: 'b'") as caught:
        models.load_model(tmp_path / "m.keras", custom_objects={"Needs": Needs})
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_function_stays_a_function_and_a_name_a_name(tmp_path, ending):
    model = Sequential([Input((2,)), layers.Dense(1)])
    path = tmp_path / f"m.{ending}"
    model.compile("sgd", "mse")
    model.save(path)
    if ending == "keras":
        assert models.load_model(path).loss == "mse"
    model.compile("sgd", keras.losses.mean_squared_error)
    model.save(path)
    loss = models.load_model(path).loss
    assert callable(loss)
    assert float(np.mean(loss(np.array([[1.0]]), np.array([[3.0]])))) == 4
    if ending == "keras":
        assert loss is keras.losses.mean_squared_error


def test_containers_that_hold_themselves(tmp_path):
    class Cyclic(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.blocks = [layers.Dense(2)]
            self.blocks.append(self.blocks)

        def call(self, x):
            return self.blocks[0](x)

    model = Sequential([Input((2,)), Cyclic()])
    model.save(tmp_path / "m.keras")
    loaded = models.load_model(tmp_path / "m.keras", custom_objects={"Cyclic": Cyclic})
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_link_is_written_through(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(1)])
    link, target = tmp_path / "link.keras", tmp_path / "real.keras"
    os.symlink(target, link)
    model.save(link)
    assert link.is_symlink()
    assert target.is_file()
    models.load_model(link)


def test_objects_to_skip(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(2, name="a"), layers.Dense(1, name="b")])
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    kept = model.get_weights()
    model.set_weights([np.zeros_like(w) for w in kept])
    model.load_weights(path, objects_to_skip=[model.get_layer("a")])
    assert not model.get_layer("a").get_weights()[0].any()
    np.testing.assert_array_equal(model.get_layer("b").get_weights()[0], kept[2])
    saving.save_weights(model, path, objects_to_skip=[model.get_layer("a")])
    with pytest.raises(ValueError, match="layer 'a' does not fit"):
        model.load_weights(path)
    with pytest.raises(ValueError, match="objects_to_skip"):
        saving.save_weights(model, tmp_path / "m.h5", objects_to_skip=[model.get_layer("a")])


def test_what_keras_can_and_we_refuse_is_one_sentence(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="zipped=False"):
        model.save(tmp_path / "m.keras", zipped=False)
    with pytest.raises(ValueError, match="max_shard_size"):
        model.save_weights(tmp_path / "m.weights.h5", max_shard_size=1)


def test_building_is_not_quadratic():
    """Ten times as many layers make about ten times as many calls; 60 would show the square."""

    def calls(count):
        made = 0

        def note(frame, event, argument):
            nonlocal made
            made += event in ("call", "c_call")

        config = {
            "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [None, 2]}}]
            + [{"class_name": "Activation", "config": {"activation": "relu"}}] * count
        }
        with warnings.catch_warnings():
            sys.setprofile(note)
            try:
                keras.Sequential.from_config(config)
            finally:
                sys.setprofile(None)
        return made

    calls(10)
    few = calls(100)
    assert few > 1000
    assert calls(1000) < 15 * few
