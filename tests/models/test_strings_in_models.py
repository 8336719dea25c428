"""Layers of strings at the beginning of a model: they run before its compiled program."""

import numpy as np
import pytest

import kerata
from kerata import layers

TEXTS = np.array(["a good film", "a bad film", "what a waste", "good good fun"])
TARGETS = np.array([1.0, 0, 0, 1])
WORDS = ["a", "good", "bad", "film", "waste"]


@pytest.fixture(scope="module")
def pair():
    """Give a model from texts, the layer it begins with, and the rest of it with its weights."""
    vectors = layers.TextVectorization(vocabulary=WORDS, output_sequence_length=4)
    rest = kerata.Sequential(
        [layers.Embedding(8, 3), layers.GlobalAveragePooling1D(), layers.Dense(1, "sigmoid")]
    )
    given = kerata.Input((1,), dtype="string")
    whole = kerata.Model(given, rest(vectors(given)))
    for model in (whole, rest):
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return whole, vectors, rest


class Batches(kerata.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return TEXTS[2 * i : 2 * i + 2], TARGETS[2 * i : 2 * i + 2]


def test_it_trains_as_on_what_the_layer_gives(pair):
    whole, vectors, rest = pair
    before = rest.get_weights()

    def trained(model, *data):
        rest.set_weights(before)
        history = model.fit(*data, batch_size=2, epochs=2, shuffle=False, verbose=0).history
        return history["loss"], rest.get_weights()

    numbers = np.asarray(vectors(TEXTS))
    want = trained(rest, numbers, TARGETS)
    batches = kerata.data.Dataset.from_tensor_slices((TEXTS, TARGETS)).batch(2)
    for data in ((TEXTS, TARGETS), (TEXTS[:, None], TARGETS), (batches,)):
        loss, weights = trained(whole, *data)
        np.testing.assert_allclose(loss, want[0], rtol=1e-6)
        for ours, theirs in zip(weights, want[1], strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert whole.evaluate(Batches(), verbose=0) == pytest.approx(
        rest.evaluate(numbers, TARGETS, batch_size=2, verbose=0)
    )
    answers = rest.predict(numbers, verbose=0)
    for found in (
        whole.predict(TEXTS, verbose=0),
        whole.predict(list(TEXTS), verbose=0),
        whole.predict_on_batch(TEXTS),
        whole(TEXTS[:, None]),
    ):
        np.testing.assert_allclose(found, answers, rtol=1e-6)


def test_files_copies_and_models_around_it(pair, tmp_path):
    whole, vectors, rest = pair
    answers = whole.predict(TEXTS, verbose=0)
    whole.save(tmp_path / "m.keras")
    again = kerata.models.load_model(tmp_path / "m.keras")
    assert again.layers[1].get_vocabulary() == vectors.get_vocabulary()
    np.testing.assert_array_equal(again.predict(TEXTS, verbose=0), answers)
    stack = kerata.Sequential([vectors, rest])
    np.testing.assert_array_equal(stack.predict(TEXTS, verbose=0), answers)
    given = kerata.Input((1,), dtype="string")
    around = kerata.Model(given, whole(given) * 2)
    np.testing.assert_allclose(around.predict(TEXTS, verbose=0), 2 * answers, rtol=1e-6)


def test_columns_of_several_kinds():
    kind, town = (kerata.Input((1,), name=name, dtype="string") for name in ("kind", "town"))
    age = kerata.Input((1,), name="age")
    lookup = layers.StringLookup(vocabulary=["x", "y"], output_mode="one_hot")
    crossing = layers.HashedCrossing(num_bins=5, output_mode="one_hot")
    bins = layers.Hashing(4, output_mode="one_hot")
    parts = [lookup(kind), bins(town), crossing([kind, town]), age]
    model = kerata.Model([kind, town, age], layers.Concatenate()(parts))
    rows = {
        "kind": np.array(["x", "y", "z"]),
        "town": np.array(["a", "b", "a"]),
        "age": np.array([1.0, 2, 3]),
    }
    want = np.concatenate(
        [
            np.asarray(lookup(rows["kind"][:, None])),
            np.asarray(bins(rows["town"][:, None])),
            np.asarray(crossing([rows["kind"][:, None], rows["town"][:, None]])),
            rows["age"][:, None],
        ],
        axis=1,
    )
    np.testing.assert_array_equal(model.predict(rows, verbose=0), want)
    np.testing.assert_array_equal(model.predict(list(rows.values()), verbose=0), want)


def test_mistakes_are_named(pair):
    whole = pair[0]
    text, number = kerata.Input((1,), dtype="string", name="text"), kerata.Input((1,))
    lookup = layers.StringLookup(vocabulary=["x"], name="lookup")
    for make, words in (
        (lambda: kerata.Model(text, layers.Dense(1, name="d")(text)), "'text' reach layer 'd'"),
        (lambda: kerata.Model(text, text), "'text' reach an output"),
        (lambda: kerata.Model(number, lookup(layers.Dense(1)(number))), "layer 'lookup' works on"),
        (lambda: whole.predict(np.array([["a", "b"]]), verbose=0), "takes texts of shape"),
        (lambda: whole.fit(TEXTS, TARGETS[:2], verbose=0), "4 rows but y has 2"),
    ):
        with pytest.raises(ValueError, match=words):
            make()
    with pytest.raises(TypeError, match=r"takes strings, got 1\.0 of type float"):
        whole.predict(np.ones((3, 1)), verbose=0)
