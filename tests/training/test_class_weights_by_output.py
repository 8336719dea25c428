"""Class weights of a model with several outputs count as the same weights of rows."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.search.options import Options, make_data

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3)).astype("float32")
KIND, COLOR = RNG.integers(0, 2, 12), RNG.integers(0, 3, 12)
WEIGHTS = {"kind": {0: 1.0, 1: 4.0}, "color": {2: 0.5}}
ROWS = RNG.uniform(1, 2, 12).astype("float32")
BY_ROW = [np.where(KIND == 1, 4.0, 1.0) * ROWS, np.where(COLOR == 2, 0.5, 1.0) * ROWS]


def build(seed=0):
    keras.utils.set_random_seed(seed)
    x = layers.Input((3,))
    kind = layers.Dense(1, activation="sigmoid", name="kind")(x)
    color = layers.Dense(3, activation="softmax", name="color")(x)
    model = keras.Model(x, [kind, color])
    losses = {"kind": "binary_crossentropy", "color": "sparse_categorical_crossentropy"}
    model.compile("sgd", losses, weighted_metrics={"kind": ["accuracy"]})
    return model


def fit(*data, **options):
    options = {"epochs": 2, "batch_size": 4, "shuffle": False, "verbose": 0} | options
    return build().fit(*data, **options).history


@pytest.fixture(scope="module")
def expected():
    return fit(X, [KIND, COLOR], sample_weight=BY_ROW)


def close(found, expected):
    assert found.keys() == expected.keys()
    for name, numbers in expected.items():
        assert found[name] == pytest.approx(numbers, abs=1e-6)


def test_they_count_as_weights_of_rows(expected):
    for weights in (WEIGHTS, [WEIGHTS["kind"], WEIGHTS["color"]]):
        close(fit(X, [KIND, COLOR], class_weight=weights, sample_weight=ROWS), expected)
    named = {"color": COLOR, "kind": KIND}
    close(fit(X, named, class_weight=WEIGHTS, sample_weight=ROWS), expected)


def test_batches_are_weighted_too(expected):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            part = slice(4 * i, 4 * i + 4)
            return X[part], {"kind": KIND[part], "color": COLOR[part]}, ROWS[part]

    close(fit(Batches(), class_weight=WEIGHTS, batch_size=None), expected)
    whole = keras.data.Dataset.from_tensor_slices((X, (KIND, COLOR), ROWS)).batch(4)
    close(fit(whole, class_weight=WEIGHTS, batch_size=None), expected)
    model = build()
    found = model.train_on_batch(X, [KIND, COLOR], class_weight=WEIGHTS, return_dict=True)
    assert found["kind_loss"] == pytest.approx(
        build().train_on_batch(X, [KIND, COLOR], [b / ROWS for b in BY_ROW])[1], abs=1e-6
    )


@pytest.mark.slow
def test_rows_in_files_are_weighted_too(expected, tmp_path):
    stored = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", "float32", X.shape)
    stored[:] = X
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    close(fit(mapped, [KIND, COLOR], class_weight=WEIGHTS, sample_weight=ROWS), expected)
    one = {"kind": WEIGHTS["kind"]}
    close(fit(mapped, [KIND, COLOR], class_weight=one), fit(X, [KIND, COLOR], class_weight=one))


def test_searches_weight_their_rows():
    options = Options(class_weight=WEIGHTS, sample_weight=ROWS)
    rows, _ = make_data(build, {}, X, [KIND, COLOR], options)
    for found, expected in zip(rows.sample_weight, BY_ROW, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_one_output_may_be_named_and_a_wrong_name_is_refused():
    x = layers.Input((3,))
    model = keras.Model(x, layers.Dense(1, activation="sigmoid", name="kind")(x))
    model.compile("sgd", "binary_crossentropy")
    model.fit(X, KIND, class_weight={"kind": {1: 4.0}}, verbose=0)
    with pytest.raises(ValueError, match=r"names the output 'kid', .* Did you mean 'kind'"):
        model.fit(X, KIND, class_weight={"kid": {1: 4.0}}, verbose=0)
    with pytest.raises(ValueError, match="does not say which of the outputs"):
        fit(X, [KIND, COLOR], class_weight={0: 1.0, 1: 2.0})
