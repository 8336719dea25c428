"""A model's file that is damaged, or a disk that fails, is told in one sentence."""

import errno
import io
import zipfile

import h5py
import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata import saving  # noqa: E402  # after the check for pandas
from kerata.saving import hdf5  # noqa: E402
from kerata.workbench import fit_source  # noqa: E402
from kerata.workbench.data import read_source  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.features.files import ENTRY, load_with, save_with  # noqa: E402


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(0)
    size = rng.normal(size=60)
    pandas.DataFrame(
        {"size": size, "kind": np.where(size + rng.normal(size=60) > 0, "a", "b")}
    ).to_csv(folder / "t.csv", index=False)
    source = read_source(folder / "t.csv", target="kind")
    trained = fit_source(source, network="linear", epochs=1, folds=1)
    save_with(trained.model, trained.preparation, folder / "model.keras")
    return folder / "model.keras"


def test_a_wrong_check_sum_of_the_preparation_is_damage(made, tmp_path):
    content = bytearray(made.read_bytes())
    with zipfile.ZipFile(made) as archive:
        check = archive.getinfo(ENTRY).CRC.to_bytes(4, "little")
    for place in (content.index(check), content.rindex(check)):
        content[place] ^= 1
    path = tmp_path / "damaged.keras"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"damaged\.keras is damaged: its preparation can't be"):
        load_with(path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_is_no_damage(made, tmp_path, monkeypatch, number):
    def failing(*args, **kwargs):
        raise OSError(number, "the system's words")

    # What this process wrote is read without a proof.
    copy = tmp_path / "model.keras"
    copy.write_bytes(made.read_bytes())
    monkeypatch.setattr(hdf5, "try_reading", failing)
    with pytest.raises(OSError, match=r"could not be read.*the system's words") as caught:
        saving.load_model(copy)
    assert caught.value.filename == str(copy)
    assert caught.value.errno == number


def test_a_file_holds_weights_and_no_state_of_optimizers(tmp_path):
    size, noise = np.random.default_rng(0).normal(size=(2, 60))
    frame = pandas.DataFrame({"size": size, "kind": np.where(size + noise > 0, "a", "b")})
    how = {"network": "mlp", "epochs": 1, "with_baselines": False}
    trained = fit_source(
        Source("made", "table", Table(frame), target="kind"), options={"members": 2}, **how, folds=1
    )
    inner = [layer for layer in trained.model.layers if getattr(layer, "optimizer", None)]
    states = [len(model.optimizer.variables) for model in inner]
    path = tmp_path / "model.keras"
    save_with(trained.model, trained.preparation, path)
    assert len(inner) == 2
    assert [len(model.optimizer.variables) for model in inner] == states
    assert min(states) > 2
    sizes = []
    with zipfile.ZipFile(path) as entries:
        content = io.BytesIO(entries.read("model.weights.h5"))
    with h5py.File(content) as weights:
        weights.visititems(lambda name, found: sizes.append(getattr(found, "size", 0)))
    assert sum(sizes) < 1.1 * trained.model.count_params()
    model, preparation, _ = load_with(path)
    answers = model.predict(preparation.transform(trained.test), verbose=0)[:, 0]
    np.testing.assert_allclose(answers, trained.outputs, atol=1e-6)
