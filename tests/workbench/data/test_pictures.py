"""Photos in files: the middle of each, whatever the file is like; damaged ones are left out."""

import re

import numpy as np
import pytest

from kerata.workbench.data import pictures
from kerata.workbench.data.source import read_source

Image = pytest.importorskip("PIL.Image")
SIDE = pictures.PHOTO_SIDE


def halves(height, width):
    """Make a picture that is red above and blue below."""
    pixels = np.zeros((height, width, 3), "uint8")
    pixels[: height // 2, :, 0] = 255
    pixels[height // 2 :, :, 2] = 255
    return Image.fromarray(pixels)


@pytest.fixture
def folder(tmp_path):
    """Make a folder of two classes with files of all kinds."""
    for label in ("a", "b"):
        (tmp_path / "photos" / label).mkdir(parents=True)
    place = tmp_path / "photos" / "a"
    halves(300, 400).save(place / "plain.jpg", quality=95)
    halves(300, 400).convert("CMYK").save(place / "printed.jpg", quality=95)
    turned = halves(300, 400).rotate(-90, expand=True)
    exif = Image.Exif()
    # The camera was held on its side: to be seen, the picture is turned by 90 degrees.
    exif[0x0112] = 8
    turned.save(place / "turned.jpg", exif=exif, quality=95)
    frames = [halves(300, 400), Image.new("RGB", (400, 300))]
    frames[0].save(place / "moving.gif", save_all=True, append_images=frames[1:])
    halves(300, 400).convert("RGBA").save(place / "clear.png")
    deep = np.zeros((300, 400), "uint16")
    deep[:150] = 65535
    Image.fromarray(deep).save(tmp_path / "photos" / "b" / "deep.png")
    # Numbers from 0 to 1, with one beyond as filters leave it, and one that is none.
    shares = deep / np.float32(65535)
    shares[-1, 0], shares[-1, 1] = -0.2, np.nan
    Image.fromarray(shares.astype("float32")).save(tmp_path / "photos" / "b" / "deep_shares.tiff")
    halves(3000, 400).save(tmp_path / "photos" / "b" / "tall.png")
    return tmp_path / "photos"


def test_files_of_all_kinds_are_read_as_they_are_seen(folder):
    read = read_source(folder, photos=True)
    assert read.train.images.shape == (8, SIDE, SIDE, 3)
    assert read.train.cropped
    red, blue = np.array([255, 0, 0]), np.array([0, 0, 255])
    for name, image in zip(read.train.origins, read.train.images.astype(int), strict=True):
        above, below = image[20:80].mean((0, 1)), image[-80:-20].mean((0, 1))
        if "deep" in name:
            red, blue = np.full(3, 255), np.zeros(3)
        assert np.abs(above - red).max() < 12, name
        assert np.abs(below - blue).max() < 12, name
        red, blue = np.array([255, 0, 0]), np.array([0, 0, 255])
    assert "2 sizes" not in read.notes[1]
    assert f"is brought to {SIDE} by {SIDE}" in read.notes[1]


def test_damaged_ones_are_named_and_left_out(folder):
    whole = (folder / "a" / "plain.jpg").read_bytes()
    (folder / "a" / "empty.jpg").write_bytes(b"")
    (folder / "b" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "b" / "text.png").write_text("no picture")
    read = read_source(folder, photos=True)
    assert len(read.train) == 8
    assert len(read.train.labels) == len(read.train.origins) == 8
    (note,) = [note for note in read.notes if "left out" in note]
    assert note.startswith("3 images were left out: a/empty.jpg is damaged or no image")
    assert all(name in note for name in ("b/cut.jpg", "b/text.png"))
    assert "cannot identify image file; " in note
    assert not re.search(r"\.[.;]", note)
    for number in range(9):
        (folder / "b" / f"more{number}.png").write_text("no picture")
    (note,) = [n for n in read_source(folder, photos=True).notes if "left out" in n]
    assert note.startswith("12 images were left out")
    assert note.endswith("; and 7 more.")


def test_damaged_test_pictures_leave_the_division_as_it_is(folder, tmp_path):
    for part in ("train", "test"):
        for label in "ab":
            (tmp_path / "parts" / part / label).mkdir(parents=True)
            for number in range(3):
                halves(80, 90).save(tmp_path / "parts" / part / label / f"{number}.png")
    (tmp_path / "parts" / "train" / "a" / "0.png").write_text("no picture")
    (tmp_path / "parts" / "test" / "b" / "2.png").write_text("no picture")
    read = read_source(tmp_path / "parts", photos=True)
    assert (len(read.train), len(read.test)) == (5, 5)
    assert read.train.labels == ["a", "a", "b", "b", "b"]
    assert read.test.labels == ["a", "a", "a", "b", "b"]


def test_none_that_can_be_read_is_one_sentence(tmp_path):
    for label in "ab":
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"a/1\.png is damaged or no image") as caught:
        read_source(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_hundred_million_pixels_are_read_and_more_are_left_out(folder, monkeypatch):
    Image.new("L", (10_000, 10_000), 255).save(folder / "b" / "huge.png")
    read = read_source(folder, photos=True)
    assert read.train.images[read.train.origins.index("b/huge.png")].min() == 255
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    notes = read_source(folder, photos=True).notes
    assert any(note.startswith("1 image was left out: b/huge.png") for note in notes)


def test_icons_many_pictures_and_a_missing_package_are_read_as_before(folder, monkeypatch):
    monkeypatch.setattr(pictures.efficientnet_lite, "is_installed", lambda: True)
    assert read_source(folder).train.cropped
    monkeypatch.setattr(pictures, "FEW_PHOTOS", 6)
    assert not read_source(folder).train.cropped
    monkeypatch.setattr(pictures, "FEW_PHOTOS", 100)
    monkeypatch.setattr(pictures, "PHOTO_FROM", 300)
    assert not read_source(folder).train.cropped
    monkeypatch.setattr(pictures, "PHOTO_FROM", 64)
    monkeypatch.setattr(pictures.efficientnet_lite, "is_installed", lambda: False)
    read = read_source(folder)
    assert not read.train.cropped
    assert any("edges filled with black" in note for note in read.notes)
