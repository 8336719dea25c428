"""Lookups, hashing and text vectorization: examples by hand and from Keras's documentation."""

import json

import jax
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings, strategies as st

import kerata
from kerata import layers
from kerata.layers.preprocessing.fingerprints import farmhash64, siphash
from kerata.utils import PyDataset

VOCABULARY = ["a", "b", "c", "d"]
DATA = [["a", "c", "d"], ["d", "z", "b"]]
INTEGERS = [12, 36, 1138, 42]
TEXTS = ["foo bar", "bar baz", "baz bada boom"]

words = st.text("abcd é", min_size=1, max_size=3)


def copy_of(layer):
    """Rebuild a layer from its config after a trip through JSON."""
    return type(layer).from_config(json.loads(json.dumps(layer.get_config())))


# StringLookup ------------------------------------------------------------------------------


def test_strings_to_numbers():
    layer = layers.StringLookup(vocabulary=VOCABULARY)
    assert layer(DATA).tolist() == [[1, 3, 4], [4, 0, 2]]
    assert layer(DATA).dtype == "int32"
    assert layer.get_vocabulary() == ["[UNK]", *VOCABULARY]
    assert layer.get_vocabulary(include_special_tokens=False) == VOCABULARY
    assert layer.vocabulary_size() == 5


def test_several_numbers_for_unknown_strings():
    # FarmHash64 of "m" and "z" is even and odd, as in Keras's documentation.
    layer = layers.StringLookup(vocabulary=VOCABULARY, num_oov_indices=2)
    assert layer([["a", "c", "d"], ["m", "z", "b"]]).tolist() == [[2, 4, 5], [0, 1, 3]]
    salted = layers.StringLookup(vocabulary=VOCABULARY, num_oov_indices=3, salt=[133, 137])
    assert salted(["A", "B", "C", "D", "E"]).tolist() == [1, 2, 1, 0, 2]


@pytest.mark.parametrize(
    ("mode", "data", "expected"),
    [
        ("one_hot", ["a", "b", "z"], [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0]]),
        ("one_hot", [["a"], ["z"]], [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]),
        (
            "multi_hot",
            [["a", "c", "d", "d"], ["d", "z", "b", "z"]],
            [[0, 1, 0, 1, 1], [1, 0, 1, 0, 1]],
        ),
        ("multi_hot", ["a", "c", "d", "d"], [0, 1, 0, 1, 1]),
        ("multi_hot", [["a", "c"], ["z"], []], [[0, 1, 0, 1, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]),
        ("count", [["a", "c", "d", "d"], ["d", "z", "b", "z"]], [[0, 1, 0, 1, 2], [2, 0, 1, 0, 1]]),
        ("count", [[["a"], ["a"]]], [[[0, 2, 0, 0, 0]]]),
    ],
)
def test_strings_to_vectors(mode, data, expected):
    out = layers.StringLookup(vocabulary=VOCABULARY, output_mode=mode)(data)
    assert out.dtype == "float32"
    assert out.tolist() == expected


def test_weights_of_words():
    data = [["a", "c", "d", "d"], ["d", "z", "b", "z"]]
    weights = [0.25, 0.75, 0.6, 0.4]
    layer = layers.StringLookup(output_mode="tf_idf", vocabulary=VOCABULARY, idf_weights=weights)
    # Without a weight of their own unknown words get the mean, 0.5.
    expected = [[0, 0.25, 0, 0.6, 0.8], [1.0, 0, 0.75, 0, 0.4]]
    np.testing.assert_allclose(layer(data), expected, rtol=1e-6)
    layer.set_vocabulary(["[UNK]", *VOCABULARY], [0.9, *weights])
    np.testing.assert_allclose(layer(data)[1], [1.8, 0, 0.75, 0, 0.4], rtol=1e-6)
    np.testing.assert_array_equal(copy_of(layer)(data), layer(data))


def test_learned_weights_of_words():
    layer = layers.StringLookup(output_mode="tf_idf", max_tokens=5, pad_to_max_tokens=True)
    layer.adapt([["a", "a", "b"], ["a", "c", "c"]])
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]
    both, one = np.log(1 + 2 / 3), np.log(1 + 2 / 2)
    mean = (both + 2 * one) / 3
    np.testing.assert_allclose(layer.idf_weights, [mean, both, one, one, 0], rtol=1e-6)
    np.testing.assert_allclose(layer([["a", "a", "z"]]), [[mean, 2 * both, 0, 0, 0]], rtol=1e-6)
    again = copy_of(layer)
    np.testing.assert_array_equal(again([["a", "b", "z"]]), layer([["a", "b", "z"]]))


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        [s for row in DATA for s in row],
        np.array(DATA),
        np.array(DATA, dtype=object),
        np.array(DATA, dtype="S"),
        [["a", "c"], ["d"], ["d", "z", "b"]],
        iter([np.array(DATA[0]), np.array(DATA[1])]),
        (([x], 0) for row in DATA for x in row),
    ],
    ids=["lists", "flat", "array", "objects", "bytes", "ragged", "batches", "pairs"],
)
def test_vocabulary_is_learned_from(data):
    layer = layers.StringLookup()
    layer.adapt(data)
    # The most frequent first, the others backwards.
    assert layer.get_vocabulary() == ["[UNK]", "d", "z", "c", "b", "a"]


def test_vocabulary_is_learned_from_tables():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"name": ["x", "y", "x"], "n": [1, 2, 3]})
    layer = layers.StringLookup()
    layer.adapt(table["name"])
    assert layer(table["name"]).tolist() == [1, 2, 1]
    assert layer(table[["name"]]).tolist() == [[1], [2], [1]]
    table.loc[1, "name"] = None
    with pytest.raises(TypeError, match="fill in missing values"):
        layer(table["name"])


def test_vocabulary_is_learned_from_a_dataset_object():
    class Batches(PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.array(DATA[index]), np.zeros(3)

    layer = layers.StringLookup(max_tokens=3)
    layer.adapt(Batches())
    assert layer.get_vocabulary() == ["[UNK]", "d", "z"]
    layer.adapt(iter([["p"], ["q"]]), steps=1)
    assert layer.get_vocabulary() == ["[UNK]", "p"]


def test_masked_strings():
    layer = layers.StringLookup(vocabulary=VOCABULARY, mask_token="")
    assert layer(["", "a", "z"]).tolist() == [0, 2, 1]
    assert layer.get_vocabulary() == ["", "[UNK]", *VOCABULARY]
    layer = layers.StringLookup(vocabulary=["a"], mask_token="", output_mode="count")
    assert layer([["", "a", "z", ""]]).tolist() == [[1, 1]]
    layer = layers.StringLookup(mask_token="")
    layer.adapt(["", "", "[UNK]", "a"])
    assert layer.get_vocabulary() == ["", "[UNK]", "a"]


def test_padded_and_sparse_vectors():
    layer = layers.StringLookup(
        vocabulary=["a"], output_mode="count", max_tokens=4, pad_to_max_tokens=True, sparse=True
    )
    out = layer([["a", "a"], ["z"]])
    assert scipy.sparse.issparse(out)
    assert out.format == "csr"
    assert out.toarray().tolist() == [[0, 2, 0, 0], [1, 0, 0, 0]]


def test_vocabulary_files(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nb\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(path))
    assert layer.get_vocabulary() == ["[UNK]", "a", "b"]
    path.write_bytes(b"7\r\n5\r\n\r\n")
    layer = layers.IntegerLookup(vocabulary=path)
    assert layer.get_vocabulary() == [-1, 7, 5]
    assert copy_of(layer)([5]).tolist() == [2]
    with pytest.raises(ValueError, match="there is no vocabulary file nowhere"):
        layers.StringLookup(vocabulary="nowhere")
    hostile = layers.StringLookup().get_config() | {"vocabulary": str(path)}
    with pytest.raises(ValueError, match="can't name a vocabulary file"):
        layers.StringLookup.from_config(hostile)
    with pytest.raises(ValueError, match="can't name a vocabulary file"):
        layers.TextVectorization.from_config({"vocabulary": str(path)})


@given(st.lists(st.lists(words, max_size=5), min_size=1, max_size=5))
@settings(deadline=None)
def test_numbers_give_the_strings_back(rows):
    layer = layers.StringLookup()
    layer.adapt(rows)
    inverse = layers.StringLookup(vocabulary=[*layer.get_vocabulary(), "zz"], invert=True)
    back = inverse(layer(rows))
    assert [list(row) for row in back] == rows


def test_unknown_numbers_and_rows_of_different_lengths():
    words = layers.StringLookup(vocabulary=VOCABULARY, invert=True)
    assert words([0, 1, 99, -1]).tolist() == ["[UNK]", "a", "[UNK]", "[UNK]"]
    assert words([[1, 2], [4]]) == [["a", "b"], ["d"]]
    assert words(np.int64(2)).item() == "b"
    assert layers.StringLookup(vocabulary=VOCABULARY)([["a"], ["b", "q"]]) == [[1], [2, 0]]


# IntegerLookup -------------------------------------------------------------------------------


def test_integers_to_numbers():
    layer = layers.IntegerLookup(vocabulary=INTEGERS)
    assert layer([[12, 1138, 42], [42, 1000, 36]]).tolist() == [[1, 3, 4], [4, 0, 2]]
    learned = layers.IntegerLookup()
    learned.adapt(np.array([[12, 1138, 42], [42, 1000, 36]]))
    assert learned.get_vocabulary() == [-1, 42, 1138, 1000, 36, 12]
    two = layers.IntegerLookup(vocabulary=INTEGERS, num_oov_indices=2)
    assert two([[12, 1138, 42], [37, 1000, 36]]).tolist() == [[2, 4, 5], [1, 0, 3]]
    four = layers.IntegerLookup(vocabulary=[10, 20, 30], num_oov_indices=4, oov_method="farmhash")
    assert four([100, 300, 700, 1100, 1700, 2000]).tolist() == [3, 3, 2, 2, 0, 1]
    inverse = layers.IntegerLookup(vocabulary=INTEGERS, invert=True)
    assert inverse([[1, 3, 4], [4, 0, 2]]).tolist() == [[12, 1138, 42], [42, -1, 36]]
    assert layers.IntegerLookup(vocabulary=[2**40])([2**40]).tolist() == [1]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_oov_indices": 3},
        {"mask_token": 0},
        {"output_mode": "one_hot"},
        {"output_mode": "multi_hot", "mask_token": 0},
        {"output_mode": "count", "max_tokens": 9, "pad_to_max_tokens": True},
        {"output_mode": "tf_idf", "idf_weights": [0.25, 0.75, 0.6, 0.4]},
        {"invert": True},
    ],
    ids=str,
)
def test_integers_in_a_compiled_program_as_outside(options):
    layer = layers.IntegerLookup(vocabulary=INTEGERS, **options)
    data = np.array([[12, 42, 42, 0], [-7, 36, 1, 4]])
    np.testing.assert_allclose(jax.jit(layer)(data), layer(data), rtol=1e-6)
    out = layer(kerata.Input((4,), dtype="int32"))
    assert out.shape[1:] == layer(data).shape[1:]
    model = kerata.Model(*(lambda x: (x, layer(x)))(kerata.Input((4,), dtype="int32")))
    np.testing.assert_allclose(model.predict(data, verbose=0), layer(data), rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary": [2**40]}, "takes 64 bits"),
        ({"vocabulary": [1], "num_oov_indices": 2, "oov_method": "farmhash"}, "works on strings"),
        ({"vocabulary": [1], "output_mode": "count", "sparse": True}, "SciPy matrix"),
    ],
)
def test_integers_that_only_work_outside(options, message):
    with pytest.raises(ValueError, match=message):
        layers.IntegerLookup(**options)(kerata.Input((4,), dtype="int32"))


# Hashing -------------------------------------------------------------------------------------

LETTERS = [["A"], ["B"], ["C"], ["D"], ["E"]]


@pytest.mark.parametrize(
    ("options", "data", "expected"),
    [
        ({}, LETTERS, [[1], [0], [1], [1], [2]]),
        ({"mask_value": ""}, [["A"], ["B"], [""], ["C"], ["D"]], [[1], [1], [0], [2], [2]]),
        ({"salt": [133, 137]}, LETTERS, [[1], [2], [1], [0], [2]]),
        ({"salt": 133}, LETTERS, [[0], [0], [2], [1], [0]]),
        ({"output_mode": "one_hot"}, LETTERS[:2], [[0, 1, 0], [1, 0, 0]]),
        ({"output_mode": "count"}, [["A", "B", "C"]], [[1, 2, 0]]),
        ({"output_mode": "multi_hot"}, [["A", "C"], ["E", "E"]], [[0, 1, 0], [0, 0, 1]]),
    ],
    ids=str,
)
def test_hashing(options, data, expected):
    layer = layers.Hashing(num_bins=3, **options)
    assert layer(data).tolist() == expected
    assert copy_of(layer)(np.array(data)).tolist() == expected


def test_numbers_are_hashed_as_text():
    layer = layers.Hashing(num_bins=4)
    numbers = [100, 300, 700, 1100, 1700, 2000]
    assert layer(numbers).tolist() == [3, 3, 2, 2, 0, 1]
    assert layer(np.array(numbers, float)).tolist() == layer([str(n) for n in numbers]).tolist()
    masked = layers.Hashing(num_bins=5, mask_value=300)(np.array(numbers))
    assert masked.tolist() == [4, 0, 3, 3, 1, 2]


@pytest.mark.parametrize(
    ("length", "fingerprint"),
    [
        (0, 0x9AE16A3B2F90404F),
        (1, 0xBE6056EDF5E94B54),
        (3, 0x6CC1A093E8224428),
        (4, 0x5112B9E6277F665),
        (7, 0xF95C16A7544A65B),
        (8, 0xDC480BBCE8C737A7),
        (16, 0xFBB2740319962D9B),
        (17, 0xA55B9970B7B70074),
        (32, 0xA9D86AA8D37DA5C),
        (33, 0xFB43F626C43B2047),
        (64, 0x7CEC12BE5A094EF5),
        (65, 0xA9E102FC180DFFFC),
        (128, 0x908FDF8390E268D),
        (129, 0x9FCAEF69B5177FF1),
        (200, 0xD1B5C8FBF7334565),
    ],
)
def test_fingerprints(length, fingerprint):
    text = bytes((7 * i) % 251 for i in range(length))
    assert farmhash64(text) == fingerprint


def test_siphash_of_its_paper():
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert siphash(b"", *key) == 0x726FDB47DD0E0E31
    assert siphash(bytes(range(8)), *key) == 0x93F5F5799A932462


# TextVectorization ---------------------------------------------------------------------------


def test_texts_to_numbers():
    layer = layers.TextVectorization(max_tokens=5000, output_sequence_length=4)
    layer.adapt(TEXTS)
    assert layer.get_vocabulary() == ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
    expected = [[4, 1, 3, 0], [1, 2, 0, 0]]
    assert layer([["foo qux bar"], ["qux baz"]]).tolist() == expected
    assert layer(["foo qux bar", "qux baz"]).tolist() == expected
    assert layer("foo qux").tolist() == [4, 1, 0, 0]
    assert layer(["foo bar baz bada boom"]).tolist() == [[4, 3, 2, 6]]
    assert layer([]).shape == (0, 4)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"output_mode": "multi_hot"}, [[1, 1, 1, 0], [0, 0, 1, 1]]),
        ({"output_mode": "binary"}, [[1, 1, 1, 0], [0, 0, 1, 1]]),
        ({"output_mode": "count"}, [[1, 2, 1, 0], [0, 0, 1, 1]]),
        (
            {"output_mode": "count", "max_tokens": 6, "pad_to_max_tokens": True},
            [[1, 2, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0]],
        ),
        (
            {"output_mode": "tf_idf", "idf_weights": [0.5, 1.0, 3.0]},
            [[1.5, 1.0, 1.0, 0], [0, 0, 1.0, 3.0]],
        ),
    ],
    ids=str,
)
def test_texts_to_vectors(options, expected):
    layer = layers.TextVectorization(vocabulary=["good", "film", "bad"], **options)
    texts = ["Good, good film?! Indeed", "bad film"]
    assert layer(texts).tolist() == expected
    assert copy_of(layer)(texts).tolist() == expected
    sparse = layers.TextVectorization(vocabulary=["good", "film", "bad"], sparse=True, **options)(
        texts
    )
    assert scipy.sparse.issparse(sparse)
    assert sparse.toarray().tolist() == expected


@pytest.mark.parametrize(
    ("options", "tokens"),
    [
        ({}, ["its", "a", "goodfilm"]),
        ({"standardize": "lower"}, ["it's", "a", "good-film"]),
        ({"standardize": "strip_punctuation"}, ["Its", "a", "Goodfilm"]),
        ({"standardize": None}, ["It's", "a", "Good-film"]),
        ({"standardize": lambda x: np.char.replace(x, "-", " ")}, ["It's", "a", "Good", "film"]),
        ({"split": lambda x: np.char.split(x, "a")}, ["its ", " goodfilm"]),
        ({"ngrams": 2}, ["its", "a", "goodfilm", "its a", "a goodfilm"]),
        ({"ngrams": (3,)}, ["its a goodfilm"]),
        ({"ngrams": (4, 5)}, []),
        ({"split": "character", "standardize": None}, list("It's a Good-film")),
        ({"split": None}, ["its a goodfilm"]),
    ],
)
def test_texts_to_tokens(options, tokens):
    layer = layers.TextVectorization(**options)
    layer.adapt(["It's a Good-film"])
    assert sorted(layer.get_vocabulary(False)) == sorted(set(tokens))
    places = [layer.get_vocabulary().index(token) for token in tokens]
    assert layer(["It's a Good-film"])[0].tolist() == places


def test_words_instead_of_texts():
    layer = layers.TextVectorization(split=None, standardize=None)
    layer.adapt([["a", "b"], ["b", "b"]])
    assert layer([["b", "a"], ["", "q"]]).tolist() == [[2, 3], [0, 1]]
    vectors = layers.TextVectorization(split=None, vocabulary=["a"], output_mode="count")
    assert vectors([["a", "a"], ["q", "a"]]).tolist() == [[0, 2], [1, 1]]
    assert vectors(["a", "q"]).tolist() == [[0, 1], [1, 0]]


def test_only_ascii_is_made_small_and_split_at():
    layer = layers.TextVectorization()
    layer.adapt(["ÉTÉ A\xa0B c\td"])
    assert layer.get_vocabulary(False) == ["ÉtÉ", "d", "c", "a\xa0b"]


def test_learned_from_batches_as_from_the_whole():
    whole, batches = (layers.TextVectorization(output_mode="tf_idf") for _ in range(2))
    whole.adapt(np.array(TEXTS))
    batches.adapt(iter([TEXTS[:2], [[TEXTS[2]]]]), batch_size=2)
    assert whole.get_vocabulary() == batches.get_vocabulary()
    np.testing.assert_array_equal(whole(TEXTS), batches(TEXTS))
    assert copy_of(whole).get_vocabulary() == whole.get_vocabulary()
    np.testing.assert_array_equal(copy_of(whole)(TEXTS), whole(TEXTS))


@kerata.utils.register_keras_serializable("tests")
def shout(texts):
    return np.char.upper(texts)


def test_functions_come_back_from_configs():
    layer = layers.TextVectorization(standardize=shout, ngrams=(1, 2))
    layer.adapt(["a b"])
    again = copy_of(layer)
    assert again.standardize is shout
    assert again.ngrams == (1, 2)
    assert again(["b a b"]).tolist() == layer(["b a b"]).tolist()


def test_assets_as_keras_writes_them(tmp_path):
    layer = layers.TextVectorization(output_mode="tf_idf")
    layer.adapt(TEXTS)
    layer.save_assets(tmp_path)
    store = {}
    layer.save_own_variables(store)
    lines = (tmp_path / "vocabulary.txt").read_text().split("\n")
    assert lines == ["[UNK]", "baz", "bar", "foo", "boom", "bada"]
    again = layers.TextVectorization(output_mode="tf_idf")
    again.load_own_variables(store)
    again.load_assets(tmp_path)
    np.testing.assert_array_equal(again(TEXTS), layer(TEXTS))
    numbers = layers.TextVectorization()
    (tmp_path / "vocabulary.txt").write_text("\n[UNK]\nbaz\nbar")
    numbers.load_assets(tmp_path)
    assert numbers(["bar baz foo"]).tolist() == [[3, 2, 1]]


@given(st.lists(st.lists(st.text("abcé", min_size=1, max_size=3), max_size=6), max_size=4))
@settings(deadline=None)
def test_numbers_give_the_texts_back(rows):
    texts = [" ".join(row) for row in rows]
    layer = layers.TextVectorization()
    layer.adapt([*texts, "a"])
    inverse = layers.StringLookup(vocabulary=layer.get_vocabulary(), mask_token="", invert=True)
    assert [" ".join(row).strip() for row in inverse(layer(texts))] == texts


def test_a_network_learns_from_texts():
    texts = ["good film", "a good one", "bad film", "so bad"] * 4
    labels = np.array([1, 1, 0, 0] * 4)
    layer = layers.TextVectorization(output_mode="multi_hot")
    layer.adapt(texts)
    model = kerata.Sequential([layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.optimizer.learning_rate = 0.1
    model.fit(layer(texts), labels, epochs=20, verbose=0)
    good, bad = model.predict(layer(["good", "bad"]), verbose=0)[:, 0]
    assert good > 0.6 > 0.4 > bad


# What is wrong is said -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.StringLookup(vocabulary=["a"]),
        lambda: layers.StringLookup(vocabulary=["a"], invert=True),
        lambda: layers.TextVectorization(vocabulary=["a"]),
        lambda: layers.Hashing(num_bins=3),
    ],
)
def test_in_a_compiled_program_strings_are_refused(make):
    with pytest.raises(ValueError, match="at the beginning of a model made from Input"):
        jax.jit(make())(np.zeros((2, 1)))


def test_strings_as_results_are_refused_in_a_model():
    inverse = layers.StringLookup(vocabulary=["a"], invert=True)
    with pytest.raises(ValueError, match="invert=True gives strings: apply it outside"):
        inverse(kerata.Input((1,), dtype="int32"))
    sparse = layers.StringLookup(vocabulary=["a"], sparse=True, output_mode="count")
    with pytest.raises(ValueError, match="sparse=True gives a SciPy matrix: apply it outside"):
        sparse(kerata.Input((1,), dtype="string"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.StringLookup(max_tokens=1), "max_tokens must be above 1"),
        (lambda: layers.StringLookup(num_oov_indices=-1), "can't be negative"),
        (lambda: layers.StringLookup(output_mode="tfidf"), "Did you mean 'tf_idf'"),
        (lambda: layers.StringLookup(pad_to_max_tokens=True), "needs max_tokens"),
        (lambda: layers.StringLookup(sparse=True), "sparse=True goes with vectors"),
        (lambda: layers.StringLookup(invert=True, output_mode="count"), "invert=True goes"),
        (lambda: layers.StringLookup(vocabulary=["a"], idf_weights=[1.0]), "idf_weights go with"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "needs idf_weights"),
        (lambda: layers.StringLookup(vocabulary=[]), "empty vocabulary"),
        (lambda: layers.StringLookup(vocabulary=["a", "b", "a"]), "'a' more than once"),
        (lambda: layers.StringLookup(vocabulary=["a", ""], mask_token=""), "special token ''"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "has 3 tokens"),
        (lambda: layers.StringLookup(salt="x"), "salt must be"),
        (lambda: layers.StringLookup(oov_method="md5"), "'floormod' or 'farmhash'"),
        (lambda: layers.IntegerLookup(vocabulary=["a"]), "'a', no integer"),
        (lambda: layers.IntegerLookup(salt=3), "salt goes with"),
        (lambda: layers.IntegerLookup(vocabulary_dtype="int32"), "must be 'int64'"),
        (lambda: layers.Hashing(num_bins=0), "num_bins must be a positive integer"),
        (lambda: layers.Hashing(num_bins=2, dtype="float32"), "'int32' or 'int64'"),
        (lambda: layers.Hashing(num_bins=2, salt=[1, 2, 3]), "salt must be"),
        (lambda: layers.TextVectorization(standardize="upper"), "standardize must be"),
        (lambda: layers.TextVectorization(split="comma"), "split must be"),
        (lambda: layers.TextVectorization(ngrams=0), "ngrams must be"),
        (lambda: layers.TextVectorization(ragged=True), "padded with 0"),
        (lambda: layers.TextVectorization(output_mode="one_hot"), "use output_mode='multi_hot'"),
        (
            lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
            "output_sequence_length goes with",
        ),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "data", "error", "message"),
    [
        (layers.StringLookup(vocabulary=["a"]), [1], TypeError, "takes strings, got 1 of type int"),
        (layers.StringLookup(vocabulary=["a"], num_oov_indices=0), ["q"], ValueError, "got 'q'"),
        (layers.StringLookup(output_mode="tf_idf"), ["q"], ValueError, "no idf weights yet"),
        (layers.IntegerLookup(vocabulary=[1]), ["a"], TypeError, "takes numbers"),
        (layers.TextVectorization(), [["a", "b"]], ValueError, r"\(texts, 1\), got \(1, 2\)"),
        (layers.TextVectorization(), [["a", "b"], ["c"]], ValueError, "different lengths"),
        (layers.TextVectorization(), [float("nan")], TypeError, "fill in missing values"),
        (layers.TextVectorization(standardize=lambda x: x[:0]), ["a"], ValueError, "gave 0 for 1"),
        (layers.TextVectorization(split=lambda x: []), ["a"], ValueError, "gave 0 for 1"),
    ],
)
def test_wrong_data(layer, data, error, message):
    with pytest.raises(error, match=message):
        layer(data)


def test_a_given_vocabulary_is_not_learned_anew():
    for layer in (
        layers.StringLookup(vocabulary=["a"]),
        layers.TextVectorization(vocabulary=["a"]),
    ):
        with pytest.raises(ValueError, match="was given its vocabulary"):
            layer.adapt(["b"])
