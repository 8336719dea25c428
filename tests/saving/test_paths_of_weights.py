"""The paths of weights after a model was read from its config, as in Keras."""

import keras as real
import pytest

import kerata


def stacked(library):
    layers = library.layers
    return library.Sequential(
        [layers.Dense(2, name="encoder"), layers.BatchNormalization(name="norm")], name="outer"
    )


def nested(library):
    layers = library.layers
    inner = library.Sequential([layers.Dense(3, name="encoder")], name="inner")
    return library.Sequential([inner, layers.Dense(1, name="head")], name="outer")


def graph(library):
    layers = library.layers
    inputs = library.Input((4, 3))
    both = layers.Bidirectional(layers.LSTM(2, name="lstm", return_sequences=True), name="both")
    x = layers.TimeDistributed(layers.Dense(2, name="encoder"), name="each")(both(inputs))
    x = layers.MultiHeadAttention(2, 2, name="heads")(x, x)
    return library.Model(inputs, layers.RNN(layers.GRUCell(2, name="cell"), name="rnn")(x))


@pytest.mark.parametrize("made", [stacked, nested, graph])
def test_layers_from_configs_begin_paths_as_in_keras(made, tmp_path):
    found = []
    for library in (kerata, real):
        library.utils.clear_session()
        model = made(library)
        if not model.built:
            model.build((None, 3))
        model.save(tmp_path / f"{library.__name__}.keras")
        models = [
            model,
            type(model).from_config(model.get_config()),
            library.models.clone_model(model),
            library.models.model_from_json(model.to_json()),
            library.models.load_model(tmp_path / "kerata.keras"),
        ]
        found.append([[v.path for v in m.weights] for m in models])
    assert found[0] == found[1]
    theirs = kerata.models.load_model(tmp_path / "keras.keras")
    assert [v.path for v in theirs.weights] == found[1][-1]
