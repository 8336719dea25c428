"""IMDB and Reuters: made archives, Keras's own loader on made files, and the real data."""

import contextlib
import io
import json
import tarfile

import numpy as np
import pytest

from kerata.datasets import imdb, reuters
from kerata.datasets.sequences import words_of

REVIEWS = {
    "train/pos/0_9": "Good, good film.<br />It's GOOD",
    "train/neg/0_1": "bad film",
    "train/pos/10_8": "the film",
    "test/neg/3_2": "unheard bad words",
    "test/pos/1_7": "good!",
    "train/unsup/5_0": "left out entirely",
}


def archive(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def objects(rows):
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


@pytest.fixture
def made_imdb(tmp_path):
    rng = np.random.default_rng(0)

    def part(count):
        return objects([rng.integers(1, 60, rng.integers(1, 12)).tolist() for _ in range(count)])

    path = tmp_path / "imdb.npz"
    np.savez(
        path,
        x_train=part(40),
        y_train=rng.integers(0, 2, 40),
        x_test=part(30),
        y_test=rng.integers(0, 2, 30),
    )
    return path


ARGUMENTS = [
    {},
    {"num_words": 20},
    {"num_words": 20, "skip_top": 7},
    {"skip_top": 5, "oov_char": None},
    {"num_words": 30, "oov_char": None, "start_char": None},
    {"maxlen": 6},
    {"maxlen": 8, "num_words": 25, "seed": 7},
    {"start_char": None, "index_from": None},
    {"start_char": 9, "oov_char": 8, "index_from": 10, "num_words": 40},
    {"start_char": None, "index_from": 0, "num_words": 1},
    {"num_words": 20, "oov_char": 2_000_000_000},
]


def assert_same(ours, theirs):
    for (x, y), (keras_x, keras_y) in zip(ours, theirs, strict=True):
        assert x.dtype == keras_x.dtype == object
        assert x.tolist() == keras_x.tolist()
        assert all(type(row) is list for row in x)
        np.testing.assert_array_equal(y, keras_y)
        assert y.dtype == keras_y.dtype


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=str)
def test_imdb_equals_keras(made_imdb, folders, monkeypatch, arguments):
    keras_imdb = pytest.importorskip("keras.src.datasets.imdb")
    monkeypatch.setattr(keras_imdb, "get_file", lambda **_: str(made_imdb))
    assert_same(imdb.load_data(made_imdb, **arguments), keras_imdb.load_data(**arguments))


@pytest.mark.parametrize("arguments", [*ARGUMENTS, {"test_split": 0.5}], ids=str)
def test_reuters_equals_keras(made_imdb, folders, tmp_path, monkeypatch, arguments):
    keras_reuters = pytest.importorskip("keras.src.datasets.reuters")
    path = tmp_path / "reuters.npz"
    with np.load(made_imdb, allow_pickle=True) as file:
        np.savez(path, x=file["x_train"], y=file["y_train"])
    monkeypatch.setattr(keras_reuters, "get_file", lambda **_: str(path))
    assert_same(reuters.load_data(path, **arguments), keras_reuters.load_data(**arguments))
    assert reuters.get_label_names() == keras_reuters.get_label_names()


def test_imdb_from_the_archive(folders):
    own, _ = folders
    files = {f"aclImdb/{name}.txt": text.encode() for name, text in REVIEWS.items()}
    archive(own / "aclImdb_v1.tar.gz", {"aclImdb/README": b"...", **files})
    index = imdb.get_word_index()
    assert index == {"film": 1, "good": 2, "bad": 3, "br": 4, "it's": 5, "the": 6}
    words = {rank + 3: word for word, rank in index.items()} | {1: "START", 2: "OOV"}
    for _ in range(2):
        (x, y), (x_test, y_test) = imdb.load_data(num_words=100)
        train = {" ".join(words[i] for i in row): label for row, label in zip(x, y, strict=True)}
        assert train == {
            "START good good film br it's good": 1,
            "START bad film": 0,
            "START the film": 1,
        }
        # Words that no training review has are left out of the test reviews.
        assert sorted(zip(x_test.tolist(), y_test.tolist(), strict=True)) == [
            ([1, 5], 1),
            ([1, 6], 0),
        ]


def test_texts_of_imdb_have_the_rows_of_their_numbers(folders):
    own, _ = folders
    files = {f"aclImdb/{name}.txt": text.encode() for name, text in REVIEWS.items()}
    archive(own / "aclImdb_v1.tar.gz", files)
    words = {rank + 3: word for word, rank in imdb.get_word_index().items()}
    numbers = imdb.load_data(num_words=100, start_char=None)
    for _ in range(2):
        for (texts, labels), (x, y) in zip(imdb.load_texts(), numbers, strict=True):
            assert labels.tolist() == y.tolist()
            for text, row in zip(texts, x, strict=True):
                known = [word for word in words_of(text) if word in words.values()]
                assert known == [words[i] for i in row]
    assert "Good, good film.<br />It's GOOD" in imdb.load_texts()[0][0]


def test_keras_files_come_before_the_archive(folders, made_imdb):
    own, _ = folders
    (own / "imdb.npz").write_bytes(made_imdb.read_bytes())
    (own / "imdb_word_index.json").write_text(json.dumps({"fawn": 34701, "the": 1}))
    assert len(imdb.load_data()[0][0]) == 40
    assert imdb.get_word_index() == {"fawn": 34701, "the": 1}


def test_no_review_short_enough(made_imdb, folders):
    with pytest.raises(ValueError, match="maxlen=1"):
        imdb.load_data(made_imdb, maxlen=1)


def sgml(stories):
    tale = "<REUTERS><TOPICS>{}</TOPICS><TEXT>&#2;<TITLE>T</TITLE>{}</TEXT></REUTERS>\n"
    return "".join(
        tale.format("".join(f"<D>{t}</D>" for t in topics), body and f"<BODY>{body}</BODY>")
        for topics, body in stories
    ).encode("latin-1")


def test_reuters_from_the_archive(folders):
    own, _ = folders
    first = [(["grain", "wheat"], "grain &lt;X> caf\xe9"), ([], "no topic"), (["rare"], "once")]
    rest = [(["earn"], "net profit &#3;")] * 14 + [(["grain"], "")] + [(["grain"], "rice")] * 12
    archive(
        own / "reuters21578.tar.gz",
        {"b/reut2-001.sgm": sgml(rest), "b/reut2-000.sgm": sgml(first), "b/README.txt": b"<"},
    )
    (x, y), (x_test, y_test) = reuters.load_data(test_split=0.25)
    assert (len(x), len(x_test)) == (21, 7)
    # Numbered by first occurrence: grain 0, earn 1; the rare topic is left out.
    assert np.bincount(np.concatenate([y, y_test])).tolist() == [14, 14]
    index = reuters.get_word_index()
    assert set(index) == {"net", "profit", "3", "rice", "grain", "lt", "x", "caf\xe9"}
    assert index["rice"] == 4


def test_texts_of_reuters_have_the_rows_of_their_numbers(folders):
    stories = [(["earn" if n % 2 else "acq"], f"story {n} &lt;X>\nends") for n in range(40)]
    archive(folders[0] / "reuters21578.tar.gz", {"reut2-000.sgm": sgml(stories)})
    words = {rank: word for word, rank in reuters.get_word_index().items()}
    numbers = reuters.load_data(start_char=None, index_from=0, num_words=100)
    for (texts, labels), (x, y) in zip(reuters.load_texts(), numbers, strict=True):
        assert labels.tolist() == y.tolist()
        assert [t.split()[1] for t in texts] == [words[row[1]] for row in x]
        assert texts[0].endswith("<X>\nends")


@pytest.mark.parametrize("name", ["aclImdb_v1.tar.gz", "reuters21578.tar.gz"])
def test_damaged_archives(folders, name):
    own, _ = folders
    module = imdb if "Imdb" in name else reuters
    noise = np.random.default_rng(0).bytes(200_000)
    whole = archive(
        own / name, {"aclImdb/train/pos/0_9.txt": b"good", "reut2-000.sgm": noise}
    ).read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    for damage in (whole, whole[: len(whole) // 2], bytes(flipped), b"", b"<html>404</html>"):
        (own / name).write_bytes(damage)
        with pytest.raises(ValueError, match="fetch it again") as raised:
            module.load_data()
        assert name in str(raised.value)
        with pytest.raises(ValueError, match="fetch it again"):
            module.load_texts()


class Hostile:
    def __reduce__(self):
        return print, ("foreign code has run",)


def test_hostile_and_damaged_npz(folders, made_imdb, tmp_path, capsys):
    hostile = tmp_path / "hostile.npz"
    np.savez(hostile, x_train=objects([Hostile()]), y_train=[0], x_test=[[1]], y_test=[0])
    with pytest.raises(ValueError, match=r"hostile\.npz.*builtins"):
        imdb.load_data(hostile)
    assert capsys.readouterr().out == ""
    whole = made_imdb.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(40):
        mutated = bytearray(whole[: rng.integers(1, len(whole))] if rng.random() < 0.3 else whole)
        for place in rng.integers(0, len(mutated), 3):
            mutated[place] ^= rng.integers(1, 256)
        made_imdb.write_bytes(mutated)
        # Damage that ZIP's checksums can't see may load; any other is one kind of error.
        with contextlib.suppress(ValueError):
            imdb.load_data(made_imdb)


def test_word_index_must_be_one(folders, tmp_path):
    path = tmp_path / "imdb_word_index.json"
    archive(folders[0] / "aclImdb_v1.tar.gz", {})
    for text in ("[1, 2]", "{", '{"the": "first"}'):
        path.write_text(text)
        with pytest.raises(ValueError, match="word to rank"):
            imdb.get_word_index(path)


def test_real_imdb(real):
    real("aclImdb_v1.tar.gz")
    (x, y), (x_test, y_test) = imdb.load_data(num_words=10000)
    assert (len(x), len(x_test), y.mean(), y_test.mean()) == (25000, 25000, 0.5, 0.5)
    assert 1 < y[:100].sum() < 99, "reviews are not shuffled"
    assert max(max(row) for row in x) == 9999
    assert np.mean([len(set(row)) for row in x]) == pytest.approx(132, abs=1)
    index = imdb.get_word_index()
    assert len(index) == 88076
    assert " ".join(list(index)[:12]) == "the and a of to is br in it i this that"


def test_real_reuters(real):
    real("reuters21578.tar.gz")
    (x, y), (x_test, y_test) = reuters.load_data(num_words=10000)
    assert (len(x), len(x_test)) == (8982, 2246)
    # Keras's own first labels, and the first words of its first story.
    assert y[:10].tolist() == [3, 4, 3, 4, 4, 4, 4, 3, 3, 16]
    assert y_test[:6].tolist() == [3, 10, 1, 4, 4, 3]
    assert x[0][:12] == [1, 2, 2, 8, 43, 10, 447, 5, 25, 207, 270, 5]
    assert np.bincount(np.concatenate([y, y_test])).min() >= 14
    assert len(set(y.tolist())) == 46
