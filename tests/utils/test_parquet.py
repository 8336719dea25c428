"""Parquet files: batches, order, columns, training, mistakes."""

import numpy as np
import pytest

import kerata as keras
from kerata.utils import parquet, parquet_dataset

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ROWS = 100
NUMBER = np.arange(ROWS)
TABLE = {
    "number": NUMBER,
    "half": NUMBER / 2,
    "odd": NUMBER % 2 == 1,
    "label": (NUMBER % 3).astype("int8"),
    "weight": np.linspace(0, 1, ROWS),
}


@pytest.fixture
def folder(tmp_path):
    """Two files, the second in a subfolder, of several row groups."""
    table = pa.table({**TABLE, "pair": [[i, -i] for i in range(ROWS)], "name": ["a"] * ROWS})
    (tmp_path / "more").mkdir()
    pq.write_table(table.slice(0, 60), tmp_path / "1.parquet", row_group_size=25)
    pq.write_table(table.slice(60), tmp_path / "more" / "2.parquet", row_group_size=25)
    return tmp_path


def read(path, **args):
    features = ["number", "half", "odd"]
    return parquet_dataset(
        path, **{"target": "label", "features": features, "batch_size": 16, **args}
    )


def test_batches_in_order(folder):
    data = read(folder, shuffle=False)
    assert (data.num_rows, len(data)) == (100, 7)
    batches = list(data)
    assert [len(x) for x, _ in batches] == [16] * 6 + [4]
    x, y = (np.concatenate(part) for part in zip(*batches, strict=True))
    assert x.dtype == "float32"
    np.testing.assert_array_equal(x, np.stack([NUMBER, NUMBER / 2, NUMBER % 2], axis=1))
    np.testing.assert_array_equal(y, NUMBER % 3)
    assert len(list(data)) == 7


@pytest.mark.parametrize("together", [1, 40, 10**6])
def test_shuffling_gives_every_row_once(folder, monkeypatch, together):
    monkeypatch.setattr(parquet, "_SHUFFLED", together)

    def order(data):
        batches = [x for x, _ in data]
        assert [len(x) for x in batches] == [16] * 6 + [4]
        return np.concatenate(batches)[:, 0].astype(int).tolist()

    data = read(folder, seed=4)
    first, second = order(data), order(data)
    assert first != second
    assert sorted(first) == sorted(second) == list(range(100))
    assert order(read(folder, seed=4)) == first


def test_columns(folder):
    data = parquet_dataset(folder, features=["pair", "half"], sample_weight="weight", shuffle=False)
    assert data.feature_names == ["pair", "half"]
    data = parquet_dataset(folder, ["label", "half"], ["pair", "odd"], "weight", shuffle=False)
    x, y, weight = next(iter(data))
    assert x[3].tolist() == [3, -3, 1]
    assert y[3].tolist() == [0, 1.5]
    assert weight.shape == (32,)
    named, _ = next(iter(read(folder, as_dict=True)))
    shapes = {name: a.shape for name, a in named.items()}
    assert shapes == {"number": (16, 1), "half": (16, 1), "odd": (16, 1)}
    assert parquet_dataset(folder / "1.parquet", target="label").feature_names == [
        "number",
        "half",
        "odd",
        "weight",
        "pair",
        "name",
    ]


@pytest.mark.slow
def test_training_is_that_of_arrays(folder):
    def model():
        keras.utils.set_random_seed(1)
        made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, "softmax")])
        made.compile("adam", "sparse_categorical_crossentropy")
        return made

    data, arrays, batches = read(folder, shuffle=False), model(), model()
    x = np.stack([NUMBER, NUMBER / 2, NUMBER % 2], axis=1).astype("float32")
    args = {"epochs": 2, "verbose": 0}
    expected = arrays.fit(x, NUMBER % 3, batch_size=16, shuffle=False, **args).history["loss"]
    found = batches.fit(data, validation_data=data, **args).history
    np.testing.assert_allclose(found["loss"], expected, rtol=1e-5)
    outputs = batches.predict(parquet_dataset(folder, None, data.feature_names, shuffle=False))
    np.testing.assert_allclose(outputs, arrays.predict(x), rtol=1e-4, atol=1e-6)


def test_missing_values(folder):
    table = pa.table({"a": [1.0, None, 3.0], "y": [0, 1, 0]})
    pq.write_table(table, folder / "holes.parquet")
    with pytest.raises(ValueError, match="Column 'a' has missing values; give fill="):
        list(parquet_dataset(folder / "holes.parquet", "y"))
    (x, _) = next(iter(parquet_dataset(folder / "holes.parquet", "y", fill=-1, shuffle=False)))
    assert x[:, 0].tolist() == [1, -1, 3]


def test_mistakes(folder):
    with pytest.raises(ValueError, match="Column 'name' holds string, not numbers"):
        list(parquet_dataset(folder, "label"))
    with pytest.raises(ValueError, match=r"no column 'lable'\. Did you mean 'label'"):
        read(folder, target="lable")
    with pytest.raises(FileNotFoundError, match="no file"):
        read(folder / "3.parquet")
    (folder / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no .parquet files"):
        read(folder / "empty")
    with pytest.raises(ValueError, match="batch_size"):
        read(folder, batch_size=0)
    (folder / "bad.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(ValueError, match=r"bad\.parquet can't be read as a Parquet file"):
        read(folder / "bad.parquet")
    lists = pa.table({"a": [[1], [1, 2]], "y": [0, 1]})
    pq.write_table(lists, folder / "lists.parquet")
    with pytest.raises(ValueError, match="lists of 1 to 2 elements"):
        list(parquet_dataset(folder / "lists.parquet", "y"))


def test_class_weights_count_as_for_arrays(folder):
    def classifier():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
        model.compile(keras.optimizers.SGD(0.001), "sparse_categorical_crossentropy")
        return model

    x = np.stack([NUMBER, NUMBER / 2, NUMBER % 2], axis=1).astype("float32")
    args = {"epochs": 2, "verbose": 0, "shuffle": False, "class_weight": {0: 1.0, 1: 4.0, 2: 0.5}}
    expected = classifier().fit(x, NUMBER % 3, batch_size=16, **args).history["loss"]
    found = classifier().fit(read(folder, shuffle=False), **args).history["loss"]
    assert found == pytest.approx(expected, rel=1e-4)
    # Weights of rows and of classes multiply.
    weights = TABLE["weight"]
    expected = classifier().fit(x, NUMBER % 3, batch_size=16, sample_weight=weights, **args)
    weighted = read(folder, sample_weight="weight", shuffle=False)
    found = classifier().fit(weighted, **args).history["loss"]
    assert found == pytest.approx(expected.history["loss"], rel=1e-4)
