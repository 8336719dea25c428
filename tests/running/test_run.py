"""Keras programs run as they are; what is missing is named with file and line."""

import subprocess
import sys

import pytest

from kerata.running import MissingPiece, run_program, serve_keras_imports

IMPORTS = [
    "import keras\nModel = keras.Sequential\nDense = keras.layers.Dense",
    "from keras import models, layers\nModel = models.Sequential\nDense = layers.Dense",
    "from tensorflow import keras\nModel = keras.Sequential\nDense = keras.layers.Dense",
    "import tensorflow as tf\nModel = tf.keras.Sequential\nDense = tf.keras.layers.Dense",
    "from tensorflow.keras.models import Sequential as Model\n"
    "from tensorflow.keras.layers import Dense",
    "import tensorflow.keras.layers as L\nfrom keras.models import Sequential as Model\n"
    "Dense = L.Dense\nfrom keras.utils.np_utils import to_categorical\n"
    "from keras.utils.vis_utils import plot_model\nfrom keras.layers.core import Dropout\n"
    "from keras.utils import np_utils, vis_utils\nassert np_utils.to_categorical is to_categorical",
]
BODY = """
import numpy as np
model = Model([Dense(2, activation='softmax', input_shape=(3,))])
model.compile('rmsprop', 'categorical_crossentropy', metrics=['acc'])
x = np.random.rand(8, 3)
history = model.fit(x, np.eye(2)[np.arange(8) % 2], epochs=2, verbose=0)
assert 'acc' in history.history
"""


def program(folder, text):
    path = folder / "program.py"
    path.write_text(text)
    return path


@pytest.mark.parametrize("imports", IMPORTS)
def test_programs_run_whatever_their_imports_look_like(tmp_path, imports):
    found = run_program(program(tmp_path, imports + BODY))
    assert type(found["model"]).__module__.startswith("kerata.")
    assert "tensorflow" not in sys.modules


def test_the_real_keras_comes_back_afterwards():
    keras = pytest.importorskip("keras")
    with serve_keras_imports():
        import keras as served

        assert served.__name__ == "kerata"
    assert sys.modules["keras"] is keras
    import keras.layers

    assert keras.layers.Dense.__module__.startswith("keras.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import keras\n\nkeras.layers.TFSMLayer(3)", ["line 3", "keras.layers.TFSMLayer"]),
        ("from keras.layers import TFSMLayer", ["line 1", "keras.layers.TFSMLayer"]),
        ("import tensorflow as tf\ntf.estimator", ["line 2", "no tensorflow.estimator yet"]),
        ("import tensorflow as tf\ntf.nn.rnn_cell", ["line 2", "tensorflow.nn.rnn_cell"]),
        ("from tensorflow import estimator", ["line 1", "tensorflow.estimator"]),
        (
            "import tensorflow as tf\ntf.data.Dataset.range(2).snapshot",
            ["tensorflow.data.Dataset.snapshot"],
        ),
        ("import keras\nkeras.tpu", ["line 2", "keras.tpu"]),
        ("from keras.applications import VGG17", ["line 1", "keras.applications"]),
    ],
)
def test_what_kerata_lacks_is_named_where_it_is_used(tmp_path, text, words):
    with pytest.raises(MissingPiece) as caught:
        run_program(program(tmp_path, text))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def kerata_run(*args):
    code = "from kerata.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "run", *map(str, args)], capture_output=True, text=True
    )


def test_the_command_passes_arguments_and_exit_codes(tmp_path):
    path = program(tmp_path, "import sys\nprint(sys.argv[1:])\nsys.exit(3)")
    done = kerata_run(path, "--epochs", "3", "-v")
    assert done.stdout == "['--epochs', '3', '-v']\n"
    assert done.returncode == 3


def test_errors_of_the_program_are_its_own(tmp_path):
    path = program(tmp_path, "import keras\nkeras.layers.Dense(-1)")
    done = kerata_run(path)
    assert done.returncode == 1
    assert "line 2" in done.stderr
    assert "units must be a positive integer" in done.stderr
    assert "runpy" not in done.stderr
    missing = kerata_run(tmp_path / "nothing.py")
    assert missing.returncode == 2
    assert "nothing.py" in missing.stderr
    lacks = kerata_run(program(tmp_path, "from keras.layers import TFSMLayer"))
    assert lacks.returncode == 2
    assert "TFSMLayer" in lacks.stderr
    assert "Traceback" not in lacks.stderr
