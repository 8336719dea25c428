"""Models that begin with layers of strings, as ONNX files."""

import numpy as np
import onnxruntime
import pytest

import kerata as keras
from kerata import layers
from kerata.export import ExportError

TEXTS = ["a Good, film!", "bad  film; don't", "good good the end"]


def test_texts_words_and_numbers_go_into_one_file(tmp_path):
    text, town = (keras.Input((1,), dtype="string", name=name) for name in ("text", "town"))
    size = keras.Input((2,), name="size")
    words = layers.TextVectorization(output_sequence_length=4)
    weights = layers.TextVectorization(output_mode="tf_idf", standardize="lower")
    for layer in (words, weights):
        layer.adapt(TEXTS)
    lookup = layers.StringLookup(vocabulary=["Ulm", "Bonn"], output_mode="one_hot")
    vectors = layers.Embedding(12, 3, mask_zero=True)(words(text))
    parts = [layers.GlobalAveragePooling1D()(vectors), weights(text), lookup(town), size]
    model = keras.Model([text, town, size], layers.Dense(2)(layers.Concatenate()(parts)))
    written = model.export(tmp_path / "m.onnx", verbose=False)
    assert written.difference < 1e-5
    rows = {
        "text": np.array([["GOOD a film!! x y z good"], [""], ["don't--END"]], object),
        "town": np.array([["Ulm"], ["ulm"], ["Bonn"]], object),
        "size": np.ones((3, 2), "float32"),
    }
    (got,) = onnxruntime.InferenceSession(written.path).run(None, rows)
    np.testing.assert_allclose(got, model(list(rows.values())), atol=1e-5)


CASES = [
    (layers.TextVectorization(vocabulary=["a"], split="character"), "single words"),
    (layers.TextVectorization(vocabulary=["a"], standardize=np.char.upper), "a function as"),
    (layers.StringLookup(vocabulary=["a"], num_oov_indices=3), "use num_oov_indices=1"),
    (layers.StringLookup(vocabulary=["a"], num_oov_indices=0), "refuses unknown texts"),
    (layers.Hashing(num_bins=3), "no operator like it"),
]


@pytest.mark.parametrize(("layer", "why"), CASES, ids=lambda x: getattr(x, "name", ""))
def test_what_a_graph_cannot_do_with_strings_is_refused(layer, why, tmp_path):
    text = keras.Input((1,), dtype="string")
    model = keras.Model(text, layers.Rescaling(1.0)(layer(text)))
    with pytest.raises(ExportError, match=f"{layer.name}.*{why}"):
        model.export(tmp_path / "m.onnx")
