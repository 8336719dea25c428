"""Folders with one subfolder for each class, texts or images."""

import numpy as np
import pytest

from kerata.workbench.data import Images, Texts, read_source


def write_texts(folder, classes):
    for name, texts in classes.items():
        (folder / name).mkdir(parents=True)
        for number, text in enumerate(texts):
            content = text if isinstance(text, bytes) else text.encode()
            (folder / name / f"{number}.txt").write_bytes(content)
    return folder


@pytest.fixture
def picture():
    return pytest.importorskip("PIL.Image")


def write_images(picture, folder, classes):
    for name, arrays in classes.items():
        (folder / name).mkdir(parents=True)
        for number, array in enumerate(arrays):
            picture.fromarray(array).save(folder / name / f"{number}.png")
    return folder


def test_texts_of_a_folder(tmp_path):
    folder = write_texts(
        tmp_path / "reviews", {"bad": ["awful", "Zürich"], "good": ["Größe".encode("cp1252"), ""]}
    )
    (folder / "good" / ".DS_Store").write_bytes(b"x")
    (folder / "good" / "notes.pdf").write_bytes(b"x")
    (folder / "README.txt").write_text("beside the classes")
    source = read_source(folder)
    assert (source.kind, source.name, source.test) == ("texts", "reviews", None)
    assert isinstance(source.train, Texts)
    assert source.train.texts == ["awful", "Zürich", "Größe", ""]
    assert source.train.labels == ["bad", "bad", "good", "good"]
    assert source.train.origins[2] == "good/0.txt"
    assert source.notes[0] == "4 texts of 2 classes: bad 2, good 2."
    assert any(note.startswith("1 file of another kind was") for note in source.notes)
    assert any(note.startswith("1 text is empty") for note in source.notes)
    before = source.fingerprint
    assert read_source(folder).fingerprint == before
    (folder / "good" / "1.txt").write_text("nice")
    assert read_source(folder).fingerprint != before


def test_folders_of_training_and_test(tmp_path):
    """As the archive of IMDB is laid out, with a folder of reviews without a verdict."""
    write_texts(tmp_path / "train", {"neg": ["a", "b"], "pos": ["c"], "unsup": ["d", "e"]})
    write_texts(tmp_path / "val", {"neg": ["f"], "pos": ["g"]})
    write_texts(tmp_path / "test", {"neg": ["h"], "pos": ["i", "j"]})
    source = read_source(tmp_path)
    assert sorted(source.train.texts) == ["a", "b", "c", "f", "g"]
    assert source.test.texts == ["h", "i", "j"]
    assert source.test.labels == ["neg", "pos", "pos"]
    assert any("'unsup' (2 files)" in note for note in source.notes)


def test_classes_may_be_called_test(tmp_path):
    folder = write_texts(tmp_path / "x", {"test": ["a"], "train": ["b"]})
    assert read_source(folder).train.labels == ["test", "train"]


def test_images_of_one_size_are_kept(tmp_path, picture):
    rng = np.random.default_rng(0)
    grey = {name: rng.integers(0, 256, (3, 8, 6), "uint8") for name in ("a", "b")}
    source = read_source(write_images(picture, tmp_path / "grey", grey))
    assert source.kind == "images"
    assert isinstance(source.train, Images)
    np.testing.assert_array_equal(
        source.train.images, np.concatenate([grey["a"], grey["b"]])[..., None]
    )
    assert source.train.labels == ["a"] * 3 + ["b"] * 3
    colour = {name: rng.integers(0, 256, (2, 5, 5, 3), "uint8") for name in ("a", "b")}
    source = read_source(write_images(picture, tmp_path / "colour", colour))
    np.testing.assert_array_equal(source.train.images[2:], colour["b"])


def test_images_of_many_kinds_are_brought_together(tmp_path, picture):
    folder = tmp_path / "mixed"
    rng = np.random.default_rng(0)
    arrays = {
        "a": [rng.integers(0, 256, (30, 40, 3), "uint8"), np.full((60, 40), 200, "uint8")],
        "b": [np.full((20, 20, 4), 255, "uint8"), np.full((20, 20), 60_000, "uint16")],
    }
    write_images(picture, folder, arrays)
    source = read_source(folder)
    assert source.train.images.shape == (4, 25, 30, 3)
    assert source.train.images.dtype == np.uint8
    assert 220 < source.train.images[3, 12, 15, 0] < 240
    assert any("3 sizes" in note for note in source.notes)
    large = {"a": [np.zeros((300, 600), "uint8")] * 2}
    source = read_source(write_images(picture, tmp_path / "large", large), photos=False)
    assert source.train.images.shape == (2, 64, 128, 1)


def test_a_damaged_image_is_named_and_left_out(tmp_path, picture):
    good = np.random.default_rng(0).integers(0, 256, (2, 30, 30), "uint8")
    folder = write_images(picture, tmp_path / "x", {"a": good, "b": good})
    path = folder / "b" / "1.png"
    whole = path.read_bytes()
    for content in (b"", b"not an image", whole[: len(whole) // 2]):
        path.write_bytes(content)
        source = read_source(folder)
        assert source.train.labels == ["a", "a", "b"]
        assert any("left out: b/1.png is damaged" in note for note in source.notes)


def test_bad_folders(tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "a.txt").write_text("x")
    with pytest.raises(ValueError, match=r"no subfolders: it needs one for each class"):
        read_source(flat)
    (flat / "b.csv").write_text("x")
    with pytest.raises(ValueError, match=r"name the file: .*b\.csv"):
        read_source(flat)
    # New texts to be predicted need none.
    source = read_source(flat, labelled=False)
    assert (source.train.texts, source.train.labels) == (["x"], None)
    with pytest.raises(ValueError, match=r"leave out the target 'y'"):
        read_source(flat, target="y")
    for name in ("a", "b"):
        (tmp_path / "other" / name).mkdir(parents=True)
    with pytest.raises(ValueError, match=r"they are empty"):
        read_source(tmp_path / "other")
    (tmp_path / "other" / "a" / "x.exe").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"found \.exe"):
        read_source(tmp_path / "other")


def test_one_image(tmp_path, picture):
    path = tmp_path / "one.png"
    picture.fromarray(np.zeros((4, 4), "uint8")).save(path)
    with pytest.raises(ValueError, match=r"one image: training needs a folder"):
        read_source(path)
    assert read_source(path, labelled=False).train.images.shape == (1, 4, 4, 1)
