"""Files of a folder: the order, labels and split that Keras gives them for the same seed."""

import pytest

from kerata.utils import text_dataset_from_directory

dataset_utils = pytest.importorskip("keras.src.utils.dataset_utils")


@pytest.fixture
def folder(tmp_path):
    for name in ("b", "a", "c"):
        for i in range(7):
            (tmp_path / name / str(i % 2)).mkdir(parents=True, exist_ok=True)
            (tmp_path / name / str(i % 2) / f"{i}.txt").write_text(name)
    return tmp_path


@pytest.mark.parametrize("class_names", [None, ["c", "a"]], ids=["all", "two"])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("split", [None, 0.25, 0.5])
def test_same_files_and_labels(folder, class_names, shuffle, split):
    paths, labels, names = dataset_utils.index_directory(
        folder,
        "inferred",
        (".txt",),
        class_names=class_names,
        shuffle=shuffle,
        seed=11,
        verbose=False,
    )
    args = {"class_names": class_names, "shuffle": shuffle, "seed": 11, "verbose": False}
    subsets = [None] if split is None else ["training", "validation"]
    for subset in subsets:
        expected, numbers = dataset_utils.get_training_or_validation_split(
            paths, labels, split, subset
        )
        found = text_dataset_from_directory(folder, validation_split=split, subset=subset, **args)
        assert found.file_paths == expected
        assert found.class_names == names
        assert [int(y) for _, batch in found for y in batch] == numbers.tolist()
