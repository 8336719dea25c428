"""Boston, California, Adult and made points: made files, Keras's splits, the real files."""

import gzip
import io
import tarfile

import numpy as np
import pytest

from kerata import datasets
from kerata.datasets import adult, boston_housing, california_housing

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("arguments", [{}, {"test_split": 0.35}, {"seed": 5}, {"test_split": 0.0}])
@pytest.mark.parametrize("name", ["boston_housing", "california_housing"])
def test_splits_equal_keras(folders, tmp_path, monkeypatch, name, arguments):
    theirs = pytest.importorskip(f"keras.src.datasets.{name}")
    path = tmp_path / "made.npz"
    np.savez(path, x=RNG.normal(size=(601, 13)), y=RNG.normal(size=601))
    monkeypatch.setattr(theirs, "get_file", lambda *_, **__: str(path))
    ours = getattr(datasets, name).load_data(path=path, **arguments)
    for our_part, their_part in zip(ours, theirs.load_data(**arguments), strict=True):
        for our_array, their_array in zip(our_part, their_part, strict=True):
            np.testing.assert_array_equal(our_array, their_array)


def test_boston_from_csv(folders):
    own, _ = folders
    rows = RNG.normal(size=(10, 14)).round(3)
    head = ",".join(f'"{name.lower()}"' for name in (*boston_housing.FEATURE_NAMES, "medv"))
    text = "\n".join([head, *(",".join(map(str, row)) for row in rows.tolist()), ""])
    (own / "BostonHousing.csv").write_text(text)
    (x, y), (x_test, y_test) = boston_housing.load_data()
    assert (x.shape, x_test.shape) == ((8, 13), (2, 13))
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.c_[np.r_[x, x_test], np.r_[y, y_test]], rows[order])
    for damage in (text.replace(",", ";"), text[: len(text) // 2 + 1], head, "", "\0"):
        (own / "BostonHousing.csv").write_text(damage)
        with pytest.raises(ValueError, match=r"BostonHousing\.csv.*fetch it again"):
            boston_housing.load_data()


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_split_out_of_range(share):
    with pytest.raises(ValueError, match="test_split"):
        boston_housing.split_rows(np.zeros((4, 1)), np.zeros(4), share, 0)


def test_california_from_the_publishers_file(folders):
    own, _ = folders
    line = "-122.230000,37.880000,41.000000,880.0,129.0,322.0,126.0,8.325200,452600.0\n"
    content = (line * 700).encode()
    with tarfile.open(own / "cal_housing.tgz", "w:gz") as tar:
        info = tarfile.TarInfo("CaliforniaHousing/cal_housing.data")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    (x, y), (x_test, _) = california_housing.load_data()
    assert (len(x), len(x_test)) == (560, 140)
    assert y[0] == 452600
    expected = [-122.23, 37.88, 41, 880, 129, 322, 126, 8.3252]
    np.testing.assert_array_equal(x[0], np.array(expected, dtype="float32"))
    assert x.dtype == y.dtype == "float32"
    assert len(california_housing.load_data("small")[0][0]) == 480
    with pytest.raises(ValueError, match="'medium'"):
        california_housing.load_data("medium")


PERSON = (
    "39, State-gov, 77516, Bachelors, 13, Never-married, ?, Own-child, White, Male, 1, 0, 40, ?"
)


def test_adult_packed_or_not(folders):
    pytest.importorskip("pandas")
    own, _ = folders
    train = f"{PERSON}, <=50K\n{PERSON}, >50K\n\n"
    test = f"|1x3 Cross validator\n{PERSON}, >50K.\n\n"
    (own / "adult.data").write_text(train)
    (own / "adult.test").write_text(test)
    plain = adult.load_data()
    for path, text in (("adult.data", train), ("adult.test", test)):
        (own / path).unlink()
        (own / f"{path}.gz").write_bytes(gzip.compress(text.encode()))
    packed = adult.load_data()
    for (table, labels), (packed_table, packed_labels) in zip(plain, packed, strict=True):
        assert table.equals(packed_table)
        assert labels.tolist() == packed_labels.tolist()
    (table, labels), (_, test_labels) = plain
    assert (labels.tolist(), test_labels.tolist()) == ([0, 1], [1])
    assert tuple(table.columns) == adult.COLUMNS
    assert table["age"].dtype == "int64"
    assert table.iloc[0][["occupation", "sex", "native_country"]].tolist() == ["?", "Male", "?"]
    for damage in (train[:-20], "", train.replace("39", "old"), train.replace(">50K", "much")):
        (own / "adult.data.gz").write_bytes(gzip.compress(damage.encode()))
        with pytest.raises(ValueError, match=r"adult\.data\.gz.*fetch it again"):
            adult.load_data()
    (own / "adult.data.gz").write_bytes(gzip.compress(train.encode())[:-12])
    with pytest.raises(ValueError, match="fetch it again"):
        adult.load_data()


@pytest.mark.parametrize("make", [datasets.moons, datasets.circles, datasets.spirals, datasets.xor])
def test_made_points(make):
    x, y = make(101, seed=3)
    again, _ = make(101, seed=3)
    other, _ = make(101, seed=4)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((101, 2), "float32", (101,), "int32")
    assert set(y.tolist()) == {0, 1}
    np.testing.assert_array_equal(x, again)
    assert np.abs(x - other).max() > 0.1
    assert 0 < y[:50].sum() < 50, "classes must be mixed"
    # No straight line tells them apart.
    line = np.linalg.lstsq(np.c_[x, np.ones(101)], 2.0 * y - 1, rcond=None)[0]
    assert np.mean((np.c_[x, np.ones(101)] @ line > 0) == y) < 0.95
    with pytest.raises(ValueError, match="rows"):
        make(1)
    with pytest.raises(ValueError, match="noise"):
        make(10, noise=-1.0)


def test_moons_are_scikit_learns():
    reference = pytest.importorskip("sklearn.datasets").make_moons(9, shuffle=False)
    x, y = datasets.moons(9, noise=0.0)

    def rows(points, classes):
        return np.array(sorted(np.c_[classes, points.round(5)].tolist()))

    np.testing.assert_allclose(rows(x, y), rows(*reference), atol=1e-5)


def test_openml_without_a_network(folders, monkeypatch):
    sklearn = pytest.importorskip("sklearn.datasets")
    seen = {}

    def unreachable(name, **options):
        seen.update(options)
        raise OSError("no route to host")

    monkeypatch.setattr(sklearn, "fetch_openml", unreachable)
    with pytest.raises(ConnectionError, match=r"diabetes.*no route.*openml\.org"):
        datasets.fetch_openml("diabetes", version=1)
    assert seen == {"version": 1, "data_home": str(folders[1] / "openml")}


def test_real_boston(real):
    real("BostonHousing.csv")
    (x, y), (x_test, y_test) = boston_housing.load_data()
    assert (x.shape, x_test.shape) == ((404, 13), (102, 13))
    # Keras's first row.
    expected = [1.23247, 0, 8.14, 0, 0.538, 6.142, 91.7, 3.9769, 4, 307, 21, 396.9, 18.72]
    assert x[0].tolist() == expected
    assert (y[:3].tolist(), y_test[0]) == ([15.2, 42.3, 50.0], 7.2)


def test_real_adult(real):
    pytest.importorskip("pandas")
    real("adult.data.gz", "adult.test.gz")
    (table, labels), (test_table, test_labels) = adult.load_data()
    assert (len(table), len(test_table)) == (32561, 16281)
    assert (labels.sum(), test_labels.sum()) == (7841, 3846)
    assert (table["workclass"] == "?").sum() == 1836
