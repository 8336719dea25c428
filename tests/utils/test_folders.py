"""Pictures and texts in folders: found, labelled, split as Keras does, trained on."""

import numpy as np
import pytest
from PIL import Image

import kerata as keras
from kerata import layers
from kerata.utils import image_dataset_from_directory, load_img, text_dataset_from_directory


@pytest.fixture
def pictures(tmp_path):
    """Eleven pictures of three classes; the red value is the class, the green the number."""
    number = 0
    for label, name in enumerate(("ant", "bee", "cat")):
        (tmp_path / name / "more").mkdir(parents=True)
        for i in range(3 + (label > 0)):
            picture = Image.new("RGB", (8, 6), (label * 10, number, 7))
            ending = ("png", "bmp", "PNG", "gif")[i]
            picture.save(tmp_path / name / ("more" if i == 2 else "") / f"{i}.{ending}")
            number += 1
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def read(folder, **args):
    return image_dataset_from_directory(folder, **{"image_size": (6, 8), "verbose": False, **args})


def test_batches_and_labels(pictures):
    data = read(pictures, batch_size=4, shuffle=False)
    assert data.class_names == ["ant", "bee", "cat"]
    assert len(data) == 3
    assert len(data.file_paths) == 11
    batches = list(data)
    assert [x.shape for x, _ in batches] == [(4, 6, 8, 3), (4, 6, 8, 3), (3, 6, 8, 3)]
    x, y = (np.concatenate(part) for part in zip(*batches, strict=True))
    assert (x.dtype, y.dtype) == ("float32", "int32")
    assert y.tolist() == [0] * 3 + [1] * 4 + [2] * 4
    assert set(x[0, 0, 0]) == {0.0, 7.0}
    assert np.array_equal(np.concatenate([y for _, y in data]), y)


@pytest.mark.parametrize(
    ("mode", "shape", "dtype"),
    [("int", (2,), "int32"), ("categorical", (2, 3), "float32"), ("binary", (2, 1), "float32")],
)
def test_label_modes(pictures, mode, shape, dtype):
    names = ["cat", "ant"] if mode == "binary" else None
    _, y = read(pictures, label_mode=mode, class_names=names, batch_size=2, shuffle=False)[0]
    assert (y.shape, y.dtype) == (shape, dtype)
    if mode == "binary":
        assert y[0, 0] == 0


def test_no_labels_and_own_labels(pictures):
    assert read(pictures, labels=None)[0].shape == (11, 6, 8, 3)
    _, y = read(pictures, labels=list(range(11)), shuffle=False)[0]
    assert y.tolist() == list(range(11))
    x, y = read(pictures, batch_size=None, shuffle=False)[4]
    assert x.shape == (6, 8, 3)
    assert int(y) == 1


def test_split_as_in_keras(pictures):
    args = {"validation_split": 0.3, "seed": 5}
    training, validation = read(pictures, subset="both", **args)
    assert len(training.file_paths) == 8
    assert len(validation.file_paths) == 3
    assert not set(training.file_paths) & set(validation.file_paths)
    alone = read(pictures, subset="validation", **args)
    assert alone.file_paths == validation.file_paths
    paths = sorted(read(pictures, shuffle=False).file_paths, key=lambda p: p)
    ordered = read(pictures, shuffle=False).file_paths
    np.random.RandomState(5).shuffle(ordered)
    assert training.file_paths + validation.file_paths == ordered
    assert sorted(ordered) == paths


def test_order_follows_the_seed_and_changes_with_each_pass(pictures):
    def order(data):
        return [int(v) for x, _ in data for v in x[:, 0, 0, 1]]

    data = read(pictures, seed=1, batch_size=3)
    first, second = order(data), order(data)
    assert first != second
    assert sorted(first) == sorted(second) == list(range(11))
    again = read(pictures, seed=1, batch_size=3)
    assert [order(again), order(again)] == [first, second]


@pytest.mark.parametrize("how", ["distort", "crop", "pad"])
def test_sizes(tmp_path, how):
    (tmp_path / "a").mkdir()
    pixels = np.zeros((10, 30, 3), "uint8")
    pixels[:, 10:20] = 200
    Image.fromarray(pixels).save(tmp_path / "a" / "1.png")
    args = {f"{how}_to_aspect_ratio": True} if how != "distort" else {}
    data = read(tmp_path, labels=None, image_size=(10, 10), interpolation="nearest", **args)
    white = (data[0][0, :, :, 0] > 100).mean()
    assert white == pytest.approx({"distort": 0.4, "crop": 1.0, "pad": 0.09}[how], abs=0.08)


@pytest.mark.parametrize(("mode", "channels"), [("grayscale", 1), ("rgb", 3), ("rgba", 4)])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_channels(pictures, mode, channels, data_format):
    shape = read(pictures, color_mode=mode, data_format=data_format)[0][0].shape
    assert shape == (
        (11, 6, 8, channels) if data_format == "channels_last" else (11, channels, 6, 8)
    )


def test_training_evaluation_prediction_and_map(pictures):
    keras.utils.set_random_seed(0)
    data = read(pictures, batch_size=4, seed=1, shuffle=False)
    scaled = data.map(lambda x, y: (x / 255, y)).prefetch(-1)
    assert scaled.class_names == data.class_names
    assert len(scaled.take(1)) == 1
    stack = [keras.Input((6, 8, 3)), layers.Flatten(), layers.Dense(3, "softmax")]
    model = keras.Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(scaled, epochs=2, validation_data=scaled, verbose=0).history
    assert history["loss"][1] < history["loss"][0]
    x = np.concatenate([x for x, _ in scaled])
    y = np.concatenate([y for _, y in scaled])
    assert model.evaluate(scaled, verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0))
    outputs = model.predict(scaled, verbose=0)
    np.testing.assert_allclose(outputs, model.predict(x, verbose=0), rtol=1e-4, atol=1e-6)


def test_a_broken_picture_is_named(pictures):
    (pictures / "bee" / "broken.png").write_bytes(b"no picture at all")
    model = keras.Sequential([keras.Input((6, 8, 3)), layers.Flatten(), layers.Dense(3)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"broken.png can't be read as a picture"):
        model.fit(read(pictures, batch_size=4), verbose=0)


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"labels": "guessed"}, "labels must be"),
        ({"labels": [1, 2]}, "labels has 2 elements, but there are 11 files"),
        ({"label_mode": "one-hot"}, "label_mode must be"),
        ({"label_mode": "binary"}, "exactly 2 classes, found 3"),
        ({"class_names": ["ant", "bea"]}, "Did you mean 'bee'"),
        ({"class_names": ["ant"], "labels": None}, "only with labels='inferred'"),
        ({"color_mode": "cmyk"}, "color_mode must be"),
        ({"interpolation": "cubic"}, "interpolation must be one of"),
        ({"image_size": (0, 8)}, "image_size must be"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"validation_split": 0.2}, "belong together"),
        ({"validation_split": 0.2, "subset": "test"}, "subset must be"),
        ({"validation_split": 2, "subset": "training", "seed": 1}, "between 0 and 1"),
        ({"validation_split": 0.2, "subset": "training"}, "give a seed"),
        ({"validation_split": 0.01, "subset": "validation", "seed": 1}, "leaves none"),
        ({"format": "torch"}, "format must be"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "exclude"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_mistakes(pictures, args, text):
    with pytest.raises(ValueError, match=text):
        read(pictures, **args)


def test_folders_without_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"no files ending in .*one for each class"):
        read(tmp_path)


def test_what_is_found_is_printed(pictures, capsys):
    read(pictures, verbose=True, validation_split=0.3, subset="both", seed=1)
    assert capsys.readouterr().out == (
        "11 files of 3 classes found.\n8 of them for training.\n3 of them for validation.\n"
    )


def test_texts(tmp_path):
    for name, texts in {"bad": ["awful film", "boring"], "good": ["nice", "lovely film"]}.items():
        (tmp_path / name).mkdir()
        for i, text in enumerate(texts):
            (tmp_path / name / f"{i}.txt").write_text(text)
    args = {"shuffle": False, "verbose": False}
    x, y = text_dataset_from_directory(tmp_path, max_length=5, **args)[0]
    assert x.tolist() == ["awful", "borin", "nice", "lovel"]
    assert y.tolist() == [0, 0, 1, 1]
    data = text_dataset_from_directory(tmp_path, label_mode="binary", batch_size=3, **args)
    encode = layers.TextVectorization(max_tokens=10, output_mode="multi_hot")
    encode.adapt(data.map(lambda x, y: x))
    model = keras.Sequential([layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    vectors = data.map(lambda x, y: (encode(x), y))
    assert len(model.fit(vectors, epochs=2, verbose=0).history["loss"]) == 2
    (tmp_path / "good" / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(ValueError, match=r"latin\.txt is not a text in UTF-8"):
        list(text_dataset_from_directory(tmp_path, **args))


def test_single_pictures(pictures):
    picture = load_img(pictures / "bee" / "0.png", target_size=(3, 4))
    array = keras.utils.img_to_array(picture)
    assert array.shape == (3, 4, 3)
    assert array[0, 0].tolist() == [10, 3, 7]
    back = keras.utils.array_to_img(array, scale=False)
    assert np.array_equal(np.asarray(back), array)
    with pytest.raises(ValueError, match="axes"):
        keras.utils.array_to_img(np.zeros(3))


def test_class_weights_count_as_for_arrays(pictures):
    def classifier():
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((6, 8, 3)), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.1), loss)
        return model

    data = read(pictures, batch_size=4, shuffle=False)
    x, y = (np.concatenate(part) for part in zip(*data, strict=True))
    args = {"epochs": 2, "verbose": 0, "class_weight": {0: 1.0, 1: 5.0, 2: 0.5}}
    expected = classifier().fit(x, y, batch_size=4, shuffle=False, **args).history["loss"]
    plain = classifier().fit(x, y, batch_size=4, shuffle=False, epochs=2, verbose=0)
    assert plain.history["loss"] != pytest.approx(expected, rel=1e-2)
    found = classifier().fit(data, shuffle=False, **args).history["loss"]
    assert found == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match="class"):
        classifier().fit(data, class_weight={"ant": 2.0}, verbose=0)
