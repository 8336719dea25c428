"""Decision boundaries, filters and feature maps show what the network does."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import kerata as keras
from kerata import plots


class Halves:
    """Gives class 1 right of zero, in the kind of output that is asked for."""

    def __init__(self, kind):
        self.kind = kind

    def predict(self, x, verbose=0):
        right = (x[:, 0] > 0).astype("float32")
        return right[:, None] if self.kind == "one" else np.stack([1 - right, right], axis=1)


X = np.array([[-1.0, 0.0], [1.0, 0.5], [-0.5, 1.0]])


@pytest.mark.parametrize("kind", ["one", "two"])
def test_the_plane_is_coloured_by_the_answer(kind, tmp_path):
    path = tmp_path / "plane.png"
    figure = plots.decision_boundary(Halves(kind), X, [0, 1, 0], path, "Halves", steps=20)
    colours = np.asarray(figure.axes[0].images[0].get_array())
    assert colours.shape == (20, 20, 3)
    blue, orange = colours[:, 0], colours[:, -1]
    assert (blue[:, 2] > blue[:, 0]).all()
    assert (orange[:, 0] > orange[:, 2]).all()
    assert path.stat().st_size > 0
    # One line where the classes meet, one cloud of points for each class.
    assert len(figure.axes[0].collections) == 3


def test_an_estimator_of_class_numbers():
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.RidgeClassifier().fit(X, [0, 1, 2])
    assert plots.decision_boundary(model, X, [0, 1, 2], steps=10).axes


def test_one_class_has_no_boundary():
    figure = plots.decision_boundary(Halves("two"), X[:1] - 5, [0], steps=10)
    assert len(figure.axes[0].collections) == 1


@pytest.mark.parametrize(("x", "y"), [(np.ones((2, 3)), [0, 1]), (X, [0]), (X[:0], [])])
def test_what_is_not_in_the_plane_is_refused(x, y):
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        plots.decision_boundary(Halves("one"), x, y)


@pytest.fixture
def network():
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6, 6, 1)),
            layers.Conv2D(3, 3, name="first"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(),
            layers.Dense(2, name="last"),
        ]
    )


def shown(figure):
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]


def test_filters_are_the_kernel(network, tmp_path):
    kernel = np.asarray(network.get_layer("first").kernel)
    figure = plots.filters(network, path=tmp_path / "filters.png")
    np.testing.assert_allclose(shown(figure)[2], kernel[:, :, 0, 2])
    assert (tmp_path / "filters.png").stat().st_size > 0
    with pytest.raises(ValueError, match="last"):
        plots.filters(network, "last")


def test_feature_maps_are_the_layers_output(network):
    image = np.random.default_rng(0).normal(size=(6, 6, 1)).astype("float32")
    first = network.get_layer("first")
    expected = np.asarray(first(image[None]))[0]
    np.testing.assert_allclose(shown(plots.feature_maps(network, image))[1], expected[..., 1], 1e-5)
    assert shown(plots.feature_maps(network, image, "pool"))[0].shape == (2, 2)
    with pytest.raises(ValueError, match="no image"):
        plots.feature_maps(network, image, "last")


def test_without_a_convolution_there_are_no_filters():
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="no two-dimensional convolution"):
        plots.filters(model)


def test_boundaries_have_a_legend_and_markers(tmp_path):
    x, y = np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([0, 1])
    look = {"title_text": "Two pears", "steps": 5}
    axes = plots.decision_boundary(Half(), x, y, class_names=["hard", "ripe"], **look).axes[0]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["hard", "ripe"]
    assert axes.get_title(loc="left") == "Two pears"
    plain = plots.decision_boundary(Half(), x, y, steps=5).axes[0]
    assert [t.get_text() for t in plain.get_legend().get_texts()] == ["class 0", "class 1"]
    with pytest.raises(ValueError, match="2 classes, but 1 class_names"):
        plots.decision_boundary(Half(), x, y, class_names=["hard"])


class Half:
    """Says the second class right of the middle."""

    def predict(self, x, verbose=0):
        return (x[:, :1] > 0) * 1.0


def test_the_image_stands_beside_filters_and_maps():
    network = keras.Sequential([keras.Input((6, 6, 3)), keras.layers.Conv2D(2, 3)])
    image = np.linspace(0, 255, 108).reshape(6, 6, 3)
    for figure in (plots.filters(network, image=image), plots.feature_maps(network, image)):
        assert len(figure.axes) == 3
        assert figure.axes[-1].get_title() == "the image"
    # Filters on colours are colours: what adds nothing is grey.
    shown = plots.filters(network).axes[0].images[0].get_array()
    kernel = np.asarray(network.layers[0].kernel)[..., 0]
    np.testing.assert_allclose(np.asarray(shown), 0.5 + 0.5 * kernel / abs(kernel).max(), 1e-5)
