"""MNIST, Fashion-MNIST, CIFAR: made files in the publishers' layouts, and the real MNIST."""

import gzip
import io
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from kerata import config
from kerata.datasets import cifar10, cifar100, fashion_mnist, mnist

RNG = np.random.default_rng(0)
TRAIN = RNG.integers(0, 256, (5, 28, 28), dtype="uint8"), np.arange(5, dtype="uint8")
TEST = RNG.integers(0, 256, (3, 28, 28), dtype="uint8"), np.arange(3, dtype="uint8")


def idx(array):
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes())


def write_idx(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for part, (x, y) in (("train", TRAIN), ("t10k", TEST)):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(x))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(y))


def assert_made(loaded):
    for (x, y), (expected_x, expected_y) in zip(loaded, (TRAIN, TEST), strict=True):
        np.testing.assert_array_equal(x, expected_x)
        np.testing.assert_array_equal(y, expected_y)
        assert x.dtype == y.dtype == "uint8"
        assert x.flags.writeable


def test_mnist_from_npz_and_idx(folders):
    own, cache = folders
    write_idx(cache / "mnist")
    assert_made(mnist.load_data())
    np.savez(own / "mnist.npz", x_train=TEST[0], y_train=TEST[1], x_test=TEST[0], y_test=TEST[1])
    assert len(mnist.load_data()[0][0]) == 3
    assert len(mnist.load_data(own / "mnist.npz")[0][0]) == 3


def test_fashion_mnist(folders):
    own, _ = folders
    write_idx(own / "fashion-mnist")
    assert_made(fashion_mnist.load_data())
    assert len(fashion_mnist.CLASS_NAMES) == 10


@pytest.mark.parametrize(
    "damage",
    [
        idx(TRAIN[0])[:-100],
        gzip.compress(gzip.decompress(idx(TRAIN[0]))[:-1]),
        idx(TRAIN[0][:4]),
        b"<html>",
        b"",
    ],
)
def test_damaged_images(folders, damage):
    own, _ = folders
    write_idx(own / "fashion-mnist")
    (own / "fashion-mnist" / "train-images-idx3-ubyte.gz").write_bytes(damage)
    with pytest.raises(ValueError, match="fetch it again"):
        fashion_mnist.load_data()


def test_damaged_npz(folders):
    own, _ = folders
    np.savez(own / "mnist.npz", x_train=TRAIN[0], y_train=TRAIN[1], x_test=TEST[0], y_test=TEST[1])
    whole = (own / "mnist.npz").read_bytes()
    for damage in (whole[:-1], whole[: len(whole) // 2], whole.replace(b"x_test", b"x_tent")):
        (own / "mnist.npz").write_bytes(damage)
        with pytest.raises(ValueError, match=r"mnist\.npz.*fetch it again"):
            mnist.load_data()


def cifar(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, rows in files.items():
            info = tarfile.TarInfo(name)
            info.size = rows.size
            tar.addfile(info, io.BytesIO(rows.tobytes()))


def test_cifar10(folders):
    own, _ = folders
    rows = RNG.integers(0, 256, (12, 3073), dtype="uint8")
    files = {f"c/data_batch_{i}.bin": rows[2 * i - 2 : 2 * i] for i in (5, 1, 2, 3, 4)}
    cifar(own / "cifar-10-binary.tar.gz", {**files, "c/test_batch.bin": rows[10:]})
    (x, y), (x_test, y_test) = cifar10.load_data()
    assert x.shape == (10, 32, 32, 3)
    assert x_test.shape == (2, 32, 32, 3)
    np.testing.assert_array_equal(y, rows[:10, :1])
    np.testing.assert_array_equal(y_test, rows[10:, :1])
    # Red, green and blue planes one after another, each row by row.
    assert x[3, 5, 7].tolist() == [rows[3, 1 + plane * 1024 + 5 * 32 + 7] for plane in range(3)]
    config.set_image_data_format("channels_first")
    try:
        np.testing.assert_array_equal(cifar10.load_data()[0][0], x.transpose(0, 3, 1, 2))
    finally:
        config.set_image_data_format("channels_last")


class TestCopiesOfCifar10:
    """JPEG files in folders of classes, where the published file is not here."""

    @staticmethod
    def write(folder, size=32, names=("airplane", "truck")):
        with tarfile.open(folder / "cifar10_jpeg.tar.xz", "w:xz") as tar:
            for place in [
                f"{part}/{name}/{i:04}"
                for part in ("train", "test")
                for name in names
                for i in (1, 0)
            ]:
                file = io.BytesIO()
                shade = 10 if "airplane" in place else 200
                pixels = np.full((size, size, 3), shade + int(place[-1]), "uint8")
                Image.fromarray(pixels).save(file, "JPEG")
                info = tarfile.TarInfo(f"cifar10/{place}.jpg")
                info.size = file.tell()
                file.seek(0)
                tar.addfile(info, file)

    def test_they_come_in_turn_with_a_warning(self, folders):
        self.write(folders[0])
        with pytest.warns(UserWarning, match="holds JPEG copies .* pixels differ a little"):
            (x, y), (x_test, y_test) = cifar10.load_data()
        assert (x.shape, x.dtype, y.dtype) == ((4, 32, 32, 3), np.uint8, np.uint8)
        assert y.tolist() == y_test.tolist() == [[0], [9], [0], [9]]
        np.testing.assert_allclose(x[:, 0, 0, 0], [10, 200, 11, 201], atol=2)
        np.testing.assert_array_equal(x_test, x)

    @pytest.mark.parametrize("wrong", [{"size": 16}, {"names": ("airplane", "house")}])
    def test_other_pictures_are_refused(self, folders, wrong):
        self.write(folders[0], **wrong)
        with (
            pytest.warns(UserWarning, match="JPEG copies"),
            pytest.raises(ValueError, match="does not hold CIFAR's images as pictures"),
        ):
            cifar10.load_data()


def test_cifar100(folders):
    own, _ = folders
    rows = RNG.integers(0, 100, (5, 3074), dtype="uint8")
    path = own / "cifar-100-binary.tar.gz"
    cifar(path, {"c/train.bin": rows[:3], "c/test.bin": rows[3:]})
    for mode, column in (("coarse", 0), ("fine", 1)):
        (x, y), (_, y_test) = cifar100.load_data(mode)
        np.testing.assert_array_equal(y[:, 0], rows[:3, column])
        np.testing.assert_array_equal(y_test[:, 0], rows[3:, column])
    np.testing.assert_array_equal(x[0, 0, 0], rows[0, [2, 1026, 2050]])
    with pytest.raises(ValueError, match="'fin'"):
        cifar100.load_data("fin")
    for wrong in ({"c/train.bin": rows[:3]}, {"c/train.bin": rows[:, 1:], "c/test.bin": rows}):
        cifar(path, wrong)
        with pytest.raises(ValueError, match="fetch it again"):
            cifar100.load_data()


def test_real_mnist(real):
    real("mnist.npz")
    (x, y), (x_test, y_test) = mnist.load_data()
    assert (x.shape, x_test.shape, x.dtype) == ((60000, 28, 28), (10000, 28, 28), "uint8")
    assert y[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_headers_of_arrays_are_read_with_care(folders):
    """Mutate what lies inside a ZIP, so that its checksums are right again."""
    own, _ = folders
    array = io.BytesIO()
    np.save(array, TRAIN[0])
    whole = array.getvalue()
    rng = np.random.default_rng(1)
    for _ in range(60):
        mutated = bytearray(whole)
        for place in rng.integers(0, 128, 3):
            mutated[place] ^= rng.integers(1, 256)
        with zipfile.ZipFile(own / "mnist.npz", "w") as archive:
            archive.writestr("x_train.npy", bytes(mutated))
        with pytest.raises(ValueError, match=r"mnist\.npz"):
            mnist.load_data()


def test_the_split_of_the_digits_is_seeded_stratified_and_disjoint():
    pytest.importorskip("sklearn")
    from kerata.datasets import digits

    (x, _), (u, v) = digits.load_data()
    assert x.shape == (1437, 8, 8)
    assert u.shape == (360, 8, 8)
    assert x.dtype == np.float32
    assert x.max() == 16
    assert np.ptp(np.bincount(v)) <= 3
    again = digits.load_data()
    np.testing.assert_array_equal(again[1][0], u)
    other = digits.load_data(seed=1)
    assert not np.array_equal(other[1][1], v)
    with pytest.raises(ValueError, match="test_fraction"):
        digits.load_data(test_fraction=1.0)
