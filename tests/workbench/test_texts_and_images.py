"""Texts as weighted bags and as lists of words; images moved at random; their networks."""

import json

import jax
import numpy as np
import pytest

pytest.importorskip("pandas")

from kerata.workbench import fit_source
from kerata.workbench.core.task import choose_task
from kerata.workbench.data.containers import Images, Source, Texts
from kerata.workbench.features import (
    TextPreparation,
    WordBag,
    from_dict,
    load_with,
    save_with,
)
from kerata.workbench.networks.affine import RandomAffine, moved
from kerata.workbench.networks.margins import squared_margin
from kerata.workbench.networks.periodic import PeriodicEmbedding

GOOD, BAD = ["great", "lovely", "fine", "superb"], ["awful", "boring", "poor", "weak"]


def reviews(rows=160, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    names = ["good", "bad", "odd"][:classes]
    words = {"good": GOOD, "bad": BAD, "odd": ["strange", "weird", "puzzling"]}
    labels = [names[i % classes] for i in range(rows)]
    texts = [
        " ".join(["the film is", *rng.choice(words[label], 3), *rng.choice(["it", "was", "so"], 4)])
        for label in labels
    ]
    return Texts(texts, labels, [str(i) for i in range(rows)])


def source_of(data, kind):
    return Source("made", kind, data, None, None)


def test_terms_are_words_and_runs_of_words():
    bag = WordBag(3, least=1).fit(["a b c a b", "b c d", "x", ""])
    assert bag.names()[:5] == ["a", "b", "c", "d", "x"]
    assert bag.names()[5:9] == ["a b", "b c", "c a", "c d"]
    assert bag.names()[9:] == ["a b c", "b c a", "b c d", "c a b"]
    assert bag.names(np.array([9, 0])) == ["a b c", "a"]
    row = bag.transform(["b c a b q a b c"]).toarray()[0]
    assert [name for name, value in zip(bag.names(), row, strict=True) if value] == [
        *("a", "b", "c", "a b", "b c", "c a", "a b c", "b c a", "c a b")
    ]


def test_runs_do_not_cross_texts_or_rare_words():
    bag = WordBag(2, least=2).fit(["a b", "b a", "a b", "a rare b"])
    assert bag.names() == ["a", "b", "a b"]


def test_counts_and_binary():
    texts = ["a a b", "b b"]
    assert WordBag(1, "counts").fit(texts).transform(texts).toarray().tolist() == [[2, 1], [0, 2]]
    assert WordBag(1, "binary").fit(texts).transform(texts).toarray().tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize("weights", ["tfidf", "naive-bayes"])
def test_weighted_rows_have_length_one(weights):
    data = reviews()
    classes = np.eye(2)[[int(label == "good") for label in data.labels]]
    bag = WordBag(2, weights).fit(data.texts, classes)
    matrix = bag.transform([*data.texts[:5], "nothing known"])
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).reshape(-1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 1, 0], atol=1e-5)


def test_naive_bayes_weights_what_tells_classes_apart():
    data = reviews()
    classes = np.eye(2)[[int(label == "good") for label in data.labels]]
    bag = WordBag(1, "naive-bayes").fit(data.texts, classes)
    scale = dict(zip(bag.names(), bag.scale, strict=True))
    assert min(scale[word] for word in [*GOOD, *BAD]) > 5 * max(scale["film"], scale["it"])


def test_the_most_frequent_terms_are_kept():
    bag = WordBag(1, most=2, least=1).fit(["a a a b b c"])
    assert bag.names() == ["a", "b"]


def test_no_frequent_word_at_all():
    with pytest.raises(ValueError, match="No word occurs 2 times"):
        WordBag(1).fit(["a", "b"])


def test_unknown_weights():
    with pytest.raises(ValueError, match="Did you mean 'tfidf'"):
        WordBag(1, "tf-idf")


@pytest.mark.parametrize("weights", ["naive-bayes", "sequence"])
def test_text_preparation_round_trip(weights):
    data = reviews()
    task = choose_task(data.labels, "class")
    made = TextPreparation(weights, 2).fit(data, task)
    again = from_dict(json.loads(json.dumps(made.to_dict())))
    one, two = made.transform(data), again.transform(data)
    if weights == "sequence":
        assert one.dtype == np.int32
        assert one.max() < made.vocabulary
    else:
        one, two = one.toarray(), two.toarray()
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("network", "classes"),
    [
        ("bag-of-words", 2),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                ("bag-of-words", 3),
                ("tfidf", 3),
                ("embeddings", 2),
                ("text-cnn", 2),
                ("mlp", 2),
            )
        ),
    ],
)
def test_networks_for_texts(network, classes, tmp_path):
    trained = fit_source(
        source_of(reviews(classes=classes), "texts"), network=network, with_baselines=False
    )
    assert trained.metrics["accuracy"] > 0.9
    if classes == 3:
        np.testing.assert_allclose(trained.outputs.sum(axis=1), 1, atol=1e-5)
    save_with(trained.model, trained.preparation, tmp_path / "m.keras")
    model, preparation, _ = load_with(tmp_path / "m.keras")
    answers = model.predict(preparation.transform(trained.test), verbose=0)
    shown = answers if classes == 3 else answers[:, 0]
    np.testing.assert_allclose(shown, trained.outputs, atol=1e-5)


@pytest.mark.slow
def test_linear_baseline_beside_lists_of_words():
    trained = fit_source(source_of(reviews(), "texts"), network="embeddings", epochs=2)
    assert [baseline.name for baseline in trained.baselines][1].startswith("a linear model")


def test_network_for_other_data():
    with pytest.raises(ValueError, match=r"'cnn' takes images.*there are: linear, mlp"):
        fit_source(source_of(reviews(), "texts"), network="cnn")


def test_squared_margin_is_that_of_liblinear():
    loss = squared_margin(np.array([1, 0]), np.array([[-2.0, 3.0], [0.5, 0.0]], "float32"))
    np.testing.assert_allclose(loss, [0, 0.25 + 1], rtol=1e-6)


def test_affine_maps_take_pixels_from_where_they_point():
    image = np.arange(16.0, dtype="float32").reshape(4, 4, 1)
    still = np.array([[1, 0, 0], [0, 1, 0]], "float32")
    np.testing.assert_allclose(moved(image, still, 0.0), image)
    down = np.array([[1, 0, 0.5], [0, 1, 0]], "float32")
    np.testing.assert_allclose(np.asarray(moved(image, down, 0.0))[0, :, 0], [2, 3, 4, 5])
    turned = np.array([[0, -1, 0], [1, 0, 0]], "float32")
    np.testing.assert_allclose(moved(image, turned, 0.0), np.rot90(image, -1), atol=1e-4)


def test_images_are_moved_in_training_only():
    images = np.random.default_rng(0).uniform(size=(3, 8, 8, 1)).astype("float32")
    layer = RandomAffine(seed=1)
    np.testing.assert_array_equal(layer(images, training=False), images)
    first, second = layer(images, training=True), layer(images, training=True)
    assert float(abs(np.asarray(first) - images).max()) > 0.1
    assert float(abs(np.asarray(first) - np.asarray(second)).max()) > 0.1
    assert RandomAffine.from_config(layer.get_config()).rotation == layer.rotation


def stripes(rows=120, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 60, (rows, 9, 9, 1))
    for row in range(rows):
        if row % 2:
            images[row, :, 4] += 180
        else:
            images[row, 4] += 180
    labels = ["upright" if row % 2 else "level" for row in range(rows)]
    return Images(images.astype(np.uint8), labels, [str(i) for i in range(rows)])


@pytest.mark.only_cases("linear")
@pytest.mark.parametrize(
    "network", ["cnn", pytest.param("cnn-bn", marks=pytest.mark.slow), "linear"]
)
def test_networks_for_images(network, tmp_path):
    trained = fit_source(
        source_of(stripes(), "images"),
        network=network,
        epochs=8,
        with_baselines=False,
        batch_size=16,
        options={} if network == "linear" else {"filters": 4},
    )
    assert trained.metrics["accuracy"] > 0.9
    save_with(trained.model, trained.preparation, tmp_path / "m.keras")
    model, preparation, _ = load_with(tmp_path / "m.keras")
    answers = model.predict(preparation.transform(trained.test), verbose=0)[:, 0]
    np.testing.assert_allclose(answers, trained.outputs, atol=1e-5)


def test_images_of_another_size_are_scaled():
    pytest.importorskip("PIL")
    data = stripes()
    trained = fit_source(
        source_of(data, "images"), network="linear", epochs=1, with_baselines=False
    )
    large = Images(np.zeros((2, 18, 18, 3), np.uint8), None, ["1", "2"])
    assert trained.preparation.transform(large).shape == (2, 9, 9, 1)
    assert "scaled to 9 by 9 by 1" in trained.preparation.check(large)[0]


def test_periodic_embedding_against_its_formula():
    layer = PeriodicEmbedding(units=3, frequencies=2, sigma=1.0)
    x = np.array([[0.3, -1.2]], "float32")
    out = np.asarray(layer(x))
    waves, kernel, bias = (np.asarray(weight) for weight in layer.get_weights())
    angles = 2 * np.pi * x[..., None] * waves
    both = np.concatenate([np.cos(angles), np.sin(angles)], -1)
    wanted = np.maximum(np.einsum("bcw,cwu->bcu", both, kernel) + bias, 0)
    np.testing.assert_allclose(out, wanted, atol=1e-5)
    assert out.shape == (1, 2, 3) == jax.eval_shape(layer, x).shape
