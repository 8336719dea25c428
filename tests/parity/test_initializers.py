"""kerata.initializers against keras.initializers: distributions, fans, configs."""

import numpy as np
import pytest

from kerata import initializers

keras = pytest.importorskip("keras")

RANDOM = [
    ("RandomNormal", {"mean": 0.5, "stddev": 0.2}),
    ("RandomUniform", {"minval": -0.3, "maxval": 0.7}),
    ("TruncatedNormal", {"mean": 0.5, "stddev": 0.2}),
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeUniform", {}),
    ("HeNormal", {}),
    ("LecunUniform", {}),
    ("LecunNormal", {}),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}),
    ("VarianceScaling", {"mode": "fan_avg", "distribution": "untruncated_normal"}),
    ("VarianceScaling", {"distribution": "normal", "input_axes": [0], "output_axes": [1, 2]}),
]
FIXED = [
    ("Zeros", {}, (2, 3)),
    ("Ones", {}, (2, 3)),
    ("Constant", {"value": 2.5}, (2, 3)),
    ("Identity", {"gain": 2.0}, (3, 4)),
    ("STFT", {}, (8, 1, 5)),
    ("STFT", {"side": "imag", "window": "hamming", "scaling": "spectrum"}, (8, 1, 5)),
    ("STFT", {"window": None, "periodic": True}, (8, 1, 5)),
    ("STFT", {"scaling": None, "periodic": True}, (8, 1, 5)),
]
NAMES = sorted({name for name, *_ in RANDOM + FIXED} | {"Orthogonal"})


@pytest.mark.parametrize(("name", "kwargs"), RANDOM)
def test_distributions(name, kwargs):
    shape = (20, 40, 60)
    ours = np.asarray(getattr(initializers, name)(**kwargs, seed=1)(shape))
    theirs = np.asarray(getattr(keras.initializers, name)(**kwargs, seed=1)(shape))
    spread = float(theirs.std())
    assert ours.dtype == theirs.dtype
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.03 * spread)
    assert ours.std() == pytest.approx(spread, rel=0.02)
    quantiles = np.linspace(0.05, 0.95, 19)
    np.testing.assert_allclose(
        np.quantile(ours, quantiles), np.quantile(theirs, quantiles), atol=0.04 * spread
    )
    if "uniform" in str(kwargs.get("distribution", name)).lower() or "Truncated" in name:
        assert ours.min() == pytest.approx(theirs.min(), abs=0.02 * spread)
        assert ours.max() == pytest.approx(theirs.max(), abs=0.02 * spread)


@pytest.mark.parametrize(("name", "kwargs", "shape"), FIXED)
def test_fixed_values(name, kwargs, shape):
    ours = getattr(initializers, name)(**kwargs)(shape)
    theirs = getattr(keras.initializers, name)(**kwargs)(shape)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (3, 4, 5), (2, 3, 4, 5), (0, 4)])
def test_compute_fans(shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert initializers.compute_fans(shape) == compute_fans(shape)


@pytest.mark.parametrize("name", NAMES)
def test_configs(name):
    kwargs = next((k for n, k, *_ in RANDOM + FIXED if n == name), {})
    ours = getattr(initializers, name)(**kwargs)
    theirs = getattr(keras.initializers, name)(**kwargs)
    config = keras.initializers.serialize(theirs)
    if name == "Identity":  # Keras 3.15 forgets to write the gain
        config["config"] = kwargs
    assert initializers.serialize(ours) == config
    assert initializers.deserialize(config).get_config() == config["config"]


def test_config_with_a_seed_generator():
    theirs = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(7))
    ours = initializers.deserialize(keras.initializers.serialize(theirs))
    assert ours.seed.seed == 7
    config = initializers.serialize(ours)
    assert config["config"]["seed"]["module"] == "keras.random"
    assert keras.initializers.deserialize(config).seed.get_config()["seed"] == 7


def test_every_name_of_keras_is_here():
    names = {n for n in dir(keras.initializers) if not n.startswith("_")}
    assert names <= set(initializers.__all__)
    for name in names - {"get", "serialize", "deserialize"}:
        assert initializers.get(name).__class__.__name__ == (
            getattr(keras.initializers, name).__name__
        )
