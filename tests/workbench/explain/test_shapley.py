"""Contributions: exact sums, shap's exact values, and what a Keras model's rows hang on."""

import itertools
import math

import numpy as np
import pytest

import kerata
from kerata import layers
from kerata.workbench.explain import Explanation, RowExplanation, explain, shapley_values


def network(x):
    first = np.arange(20).reshape(5, 4) % 7 / 3 - 1
    second = np.array([[1, -1], [0.5, 2], [-1.5, 0.3], [0.8, 0.8]])
    return np.tanh(x[0] @ first) @ second


def drawn():
    rng = np.random.RandomState(0)
    return rng.normal(size=(2, 5)), rng.normal(size=(12, 5))


# Of shap 0.51's exact explainer with a mask that takes features from the background one by one.
EXACT = np.array(
    [
        [
            [-0.911807557, 0.172149795],
            [-0.093634716, -0.011087127],
            [-0.16518045, 0.218886365],
            [2.444674548, 0.698975714],
            [-0.037114832, 0.653952345],
        ],
        [
            [0.372819014, 0.023441125],
            [-0.727478156, 0.140126648],
            [0.112762557, -0.061218981],
            [0.301938041, 0.309761423],
            [-0.060375142, 0.10591765],
        ],
    ]
)
MEAN = [-0.57133747, 0.14881528]


def test_many_orders_come_to_the_values_of_shap():
    x, behind = drawn()
    few, many = (
        shapley_values(network, [x], [behind], [np.arange(5)], rounds=rounds) for rounds in (2, 60)
    )
    np.testing.assert_allclose(many.mean, MEAN, 1e-6)
    off = np.abs(many.contributions - EXACT)
    assert off.max() < 0.02
    # The standard errors tell how far off it is.
    assert 0.5 < np.sqrt((off**2).mean() / (many.errors**2).mean()) < 1.5
    assert np.abs(few.contributions - EXACT).max() < 0.15
    for found in (few, many):
        np.testing.assert_allclose(
            found.contributions.sum(axis=1), found.answers - found.mean, atol=1e-12
        )


def test_opposite_orders_are_exact_for_pairs_of_features():
    x, behind = drawn()

    def pairs(x):
        return x[0][:, 0] * x[0][:, 1] + x[0][:, 2] ** 2 - x[0][:, 3] * x[0][:, 0]

    found = shapley_values(pairs, [x], [behind], [np.arange(5)])
    np.testing.assert_allclose(found.contributions[..., 0], by_subsets(pairs, x, behind), atol=1e-9)
    assert np.isnan(found.errors).all()


def by_subsets(answer, x, behind):
    """Give Shapley values by their definition."""
    count = x.shape[1]
    values = np.zeros(x.shape)
    for row, feature in np.ndindex(*x.shape):
        others = [k for k in range(count) if k != feature]
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - size - 1)
            for known in itertools.combinations(others, size):
                both = []
                for taken in (known, (*known, feature)):
                    mixed = behind.copy()
                    mixed[:, list(taken)] = x[row, list(taken)]
                    both.append(answer([mixed]).mean())
                values[row, feature] += weight * (both[1] - both[0]) / math.factorial(count)
    return values


def test_what_agrees_with_the_background_is_not_asked_again():
    rng = np.random.default_rng(0)
    x, behind = rng.integers(0, 2, (3, 6)).astype(float), rng.integers(0, 2, (8, 6)).astype(float)
    behind[0] = x[0]
    asked = []

    def answer(arrays):
        asked.append(len(arrays[0]))
        return np.tanh(arrays[0]).prod(axis=1) + arrays[0][:, 0]

    found = shapley_values(answer, [x], [behind], [np.arange(6)], rounds=50)
    np.testing.assert_allclose(
        found.contributions[..., 0], by_subsets(answer, x, behind), atol=0.02
    )
    assert sum(asked[:3]) < 0.6 * 3 * 8 * 100 * 5
    one = shapley_values(answer, [x[:1]], [x[:1]], [np.zeros(6, int)])
    assert one.contributions.ravel().tolist() == [0.0]


def test_sparse_bags_are_one_feature():
    from scipy import sparse

    bags, numbers = np.eye(4)[:2] * 3, np.array([[1.0], [2.0]])

    def answer(x):
        return np.asarray(x[0].sum(axis=1)).ravel() * x[1][:, 0]

    behind = [sparse.csr_matrix((3, 4)), np.ones((3, 1))]
    x = [sparse.csr_matrix(bags), numbers]
    found = shapley_values(answer, x, behind, [np.array(0), np.array([1])])
    assert found.contributions[..., 0].tolist() == [[3.0, 0.0], [4.5, 1.5]]


@pytest.fixture(scope="module")
def linear():
    model = kerata.Sequential([kerata.Input((3,)), layers.Dense(2)])
    model.set_weights([np.array([[1.0, 2], [3, 4], [0, -1]]), np.zeros(2)])
    return model


def test_a_linear_model_is_its_weights(linear):
    rng = np.random.default_rng(1)
    x, behind = rng.normal(size=(4, 3)), rng.normal(size=(60, 3))
    found = explain(linear, x, behind[:20], output=1, names=["a", "b", "c"])
    expected = (x - behind[:20].mean(axis=0)) * [2, 4, -1]
    np.testing.assert_allclose([row.contributions for row in found], expected, atol=1e-5)
    for row in found:
        assert row.contributions.sum() == pytest.approx(row.answer - row.mean, abs=1e-9)
    # Of a large background some rows are drawn, and by default the largest output is told.
    largest = explain(linear, x, behind)
    assert "40 rows" in largest.about
    assert [row.output for row in largest] == [
        f"output {k}" for k in np.argmax(linear.predict(x, verbose=0), axis=1)
    ]


def test_several_inputs_images_and_series():
    a, b = kerata.Input((2,), name="a"), kerata.Input((1,), name="b")
    model = kerata.Model({"a": a, "b": b}, layers.Add()([layers.Dense(1)(a), b]))
    x = {"a": np.ones((1, 2)), "b": np.ones((1, 1))}
    row = explain(model, x, {name: np.zeros((2, *v.shape[1:])) for name, v in x.items()})[0]
    assert row.names == ("a 0", "a 1", "b")
    assert row.contributions[2] == pytest.approx(1)
    image = np.zeros((1, 14, 14, 1))
    image[0, 0, 0] = 5
    bright = kerata.Sequential([kerata.Input((14, 14, 1)), layers.GlobalAveragePooling2D()])
    row = explain(bright, image, np.zeros((1, 14, 14, 1)))[0]
    assert row.names[0] == "rows 0-1, columns 0-1"
    assert row.heat[0, 0] == pytest.approx(5 / 196)
    assert row.heat[5, 5] == 0
    steps = explain(
        kerata.Sequential([kerata.Input((4, 2)), layers.GlobalAveragePooling1D()]),
        np.ones((1, 4, 2)),
        np.zeros((1, 4, 2)),
        output=0,
    )[0]
    assert steps.contributions.tolist() == pytest.approx([0.25] * 4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": np.ones((1, 4))}, "same form, got \\(rows, 4\\) and \\(rows, 3\\)"),
        ({"x": np.ones(3)}, "give an array \\(rows, ...\\), got shape \\(3,\\)"),
        ({"background": np.ones((0, 3))}, "at least one row"),
        ({"output": 2}, "There are 2 outputs, from 0; got output=2"),
        ({"names": ["a"]}, "3 features, but 1 names"),
    ],
)
def test_what_makes_no_sense_is_refused(linear, given, message):
    given = {"x": np.ones((1, 3)), "background": np.ones((2, 3))} | given
    with pytest.raises(ValueError, match=message):
        explain(linear, given.pop("x"), given.pop("background"), **given)


def test_explanations_as_text_table_and_picture(tmp_path):
    pytest.importorskip("matplotlib")
    names = tuple(f"<{k}>" for k in range(11))
    values = np.linspace(-0.05, 0.05, 11)
    row = RowExplanation(
        *("row 1", "probability of 'ripe'", names, ("3",) * 11, values, values * 0),
        *(0.5, 0.5),
        share=True,
    )
    found = Explanation([row], "About.")
    lines = str(found).splitlines()
    assert lines[0] == "row 1: probability of 'ripe' 50.0%; 50.0% on average, and the rest by"
    assert lines[1:3] == ["  -5.0  <0> = 3", "  +5.0  <10> = 3"]
    assert lines[9:] == ["  +0.0  3 others", "About."]
    assert "&lt;0&gt; = 3" in found._repr_html_()
    assert found.to_pandas()["by_<0>"].tolist() == [-0.05]
    axes = row.plot(tmp_path / "why.png", title_text="Why").axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "2 others"
    assert len(labels) == 10
    # Bars begin where the one below ends, and lead from the mean to the answer.
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    starts = [bar.get_x() for bar in axes.patches]
    assert starts == pytest.approx([0.5, *ends[:-1]])
    assert ends[-1] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="got 1 names"):
        kerata.plots.waterfall(["a"], [1.0, 2.0], 0.0)
