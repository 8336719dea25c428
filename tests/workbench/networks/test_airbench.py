"""The network for many small pictures, its layers, schedule and loss."""

import numpy as np
import pytest

import kerata as keras
from kerata.workbench import fit_source, runs
from kerata.workbench.data.containers import Images, Source
from kerata.workbench.features.images import ImagePreparation
from kerata.workbench.networks.airbench import (
    PartlyIdentity,
    SmoothedCrossentropy,
    airbench,
    whitening_kernel,
)
from kerata.workbench.networks.catalogue import checked_options
from kerata.workbench.networks.mirrored import AlternatingFlip, ReflectedShift


def pictures(rows, side=10):
    """Draw bright bars: upright ones are of another class than level ones."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 90, (rows, side, side, 3))
    for row, image in enumerate(images):
        place = slice((first := rng.integers(1, side - 3)), first + 2)
        image[(slice(None), place) if row % 3 else (place, slice(None))] += 150
    labels = ["upright" if row % 3 else "level" for row in range(rows)]
    return Images(images.astype("uint8"), labels, [""] * rows)


@pytest.fixture(scope="module")
def trained():
    source = Source("bars", "images", pictures(150))
    options = {"widths": (8,), "learning_rate": 0.3}
    return fit_source(
        source, network="airbench", options=options, epochs=6, batch_size=16, with_baselines=False
    )


def test_bars_are_learned_and_mirror_images_are_answered_alike(trained, tmp_path):
    assert trained.network == "airbench"
    assert trained.metrics["accuracy"] > 0.85
    new = pictures(9)
    answers = trained.predict(new)
    mirrored = Images(new.images[:, :, ::-1], None, new.origins)
    np.testing.assert_allclose(trained.predict(mirrored), answers, atol=1e-5)
    run = runs.load(runs.save(trained, "bars", tmp_path, report=False).path)
    np.testing.assert_allclose(run.predict(new), answers, atol=1e-6)


def test_the_first_layer_makes_patches_uncorrelated_and_is_not_trained(trained):
    whitening = trained.model.get_layer("whitening")
    kernel = whitening_kernel(np.array(trained.preparation.inputs.patches))
    np.testing.assert_array_equal(whitening.get_weights()[0], kernel)
    assert not whitening.trainable_variables
    inner = keras.Model(trained.model.inputs[0], whitening.output)
    out = np.asarray(inner(trained.train.images)).reshape(-1, kernel.shape[-1])
    half = out.shape[1] // 2
    np.testing.assert_array_equal(out[:, half:], -out[:, :half])
    np.testing.assert_allclose(np.cov(out[:, :half].T), np.eye(half), atol=0.05)


def test_each_picture_is_mirrored_in_every_other_epoch():
    images = pictures(7).images.astype("float32")
    layer = AlternatingFlip(rows=7)
    shown = []
    for _ in range(4):
        parts = [layer(images[:4], training=True), layer(images[4:], training=True)]
        shown.append(np.concatenate([np.asarray(part) for part in parts]))
    np.testing.assert_array_equal(shown[0], shown[2])
    np.testing.assert_array_equal(shown[1], shown[3])
    np.testing.assert_array_equal(shown[1], shown[0][:, :, ::-1])
    as_they_are = (shown[0] == images).all(axis=(1, 2, 3))
    assert 0 < as_they_are.sum() < 7
    np.testing.assert_array_equal(layer(images, training=False), images)


def test_shifts_reflect_edges_and_a_square_is_hidden():
    image = np.arange(36, dtype="float32").reshape(1, 6, 6, 1)
    batch = np.repeat(image, 200, axis=0)
    shown = np.asarray(ReflectedShift(2, seed=1)(batch, training=True))
    padded = np.pad(image[0, :, :, 0], 2, mode="reflect")
    possible = {padded[i : i + 6, j : j + 6].tobytes() for i in range(5) for j in range(5)}
    assert {one.tobytes() for one in np.ascontiguousarray(shown[..., 0])} == possible
    hidden = np.asarray(ReflectedShift(0, 3, fill=-1, seed=1)(batch, training=True)) == -1
    assert hidden.sum(axis=(1, 2, 3)).max() == 9
    assert hidden.any(axis=0).all()


def test_the_loss_is_that_of_smoothed_one_hot_vectors():
    chances = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]], "float32")
    same = keras.losses.CategoricalCrossentropy(label_smoothing=0.2)
    found = SmoothedCrossentropy(0.2)(np.array([0, 2]), chances)
    np.testing.assert_allclose(found, same(np.eye(3)[[0, 2]], chances), rtol=1e-6)
    again = SmoothedCrossentropy.from_config(SmoothedCrossentropy(0.3).get_config())
    assert again.smoothing == 0.3


def test_convolutions_begin_as_copies_of_their_inputs():
    layer = keras.layers.Conv2D(4, 3, padding="same", kernel_initializer=PartlyIdentity())
    x = np.random.default_rng(0).normal(size=(1, 5, 5, 2)).astype("float32")
    np.testing.assert_allclose(layer(x)[..., :2], x, atol=1e-6)
    assert PartlyIdentity()((3, 3, 4, 2)).shape == (3, 3, 4, 2)


def test_options_are_checked_and_pictures_may_be_of_any_size():
    assert checked_options("airbench", {"widths": 16, "flip": False})["widths"] == (16,)
    with pytest.raises(ValueError, match="cutout of the network 'airbench' takes a whole number"):
        checked_options("airbench", {"cutout": -1})
    for side, places in ((3, 2), (8, 7), (64, 32)):
        data = pictures(30, side) if side > 3 else Images(np.zeros((30, 3, 3, 1), "uint8"), [], [])
        made = ImagePreparation(patches=True).fit(data, None)
        task = type("Task", (), {"kind": "classes", "parts": (), "classes": ["a", "b", "c"]})
        model = airbench(made.inputs, task, widths=(4, 4, 4))
        assert model.get_layer("whitening").output.shape[1] == places
        assert model.output.shape == (None, 3)
