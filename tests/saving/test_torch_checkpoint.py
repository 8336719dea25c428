"""PyTorch's checkpoints are read as data: both layouts, and nothing else in them."""

import base64
import io
import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from kerata.saving.torch_checkpoint import read_checkpoint

RECORDED = json.loads(Path(__file__).with_name("torch_checkpoints.json").read_text())


def written(folder, content):
    path = folder / "weights.pth"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("layout", ["zip", "old"])
def test_tensors_of_all_kinds(layout, tmp_path):
    found = read_checkpoint(written(tmp_path, base64.b64decode(RECORDED[layout])))
    six = np.arange(6, dtype="float32").reshape(2, 3)
    expected = {
        "plain": six,
        "turned": six.T,
        "middle": np.arange(3, 7),
        "half": np.array([1.5, -2], "float16"),
        "brain": np.array([1.5, -2], found["brain"].dtype),
        "double": np.array([1e-300]),
        "bytes": np.array([1, 255], "uint8"),
        "bools": np.array([True, False]),
        "scalar": np.array(7),
        "empty": np.zeros((0, 3), "float32"),
        "parameter": np.ones(2, "float32"),
    }
    for name, value in expected.items():
        assert found[name].dtype == value.dtype, name
        np.testing.assert_array_equal(found[name], value)
    assert found["brain"].dtype.name == "bfloat16"
    assert found["nested"] == {"list": [1, 2.5, None, "text", (True,)]}
    assert {n: v.tolist() for n, v in found["model"].items()} == {
        "weight": [[0.25, 0.25]],
        "bias": [0.25],
    }
    with pytest.raises(ValueError, match="read-only"):
        found["plain"][0, 0] = 1


@pytest.mark.parametrize("layout", ["zip", "old"])
def test_every_cut_and_many_flipped_bits_end_in_a_value_error_or_a_value(layout, tmp_path):
    content = base64.b64decode(RECORDED[layout])
    rng = np.random.default_rng(0)
    damaged = [content[:n] for n in range(0, len(content), 37)]
    for _ in range(150):
        other = bytearray(content)
        other[rng.integers(len(other))] ^= 1 << rng.integers(8)
        damaged.append(bytes(other))
    refused = 0
    for one in damaged:
        path = written(tmp_path, one)
        try:
            read_checkpoint(path)
        except ValueError:
            refused += 1
    assert refused > len(damaged) // 3


def zipped(content, storages=(), compression=zipfile.ZIP_STORED, root="archive/"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as entries:
        entries.writestr(f"{root}data.pkl", content)
        for name, numbers in storages:
            entries.writestr(f"{root}data/{name}", numbers)
    return file.getvalue()


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *values):
        self.function, self.values = function, values

    def __reduce__(self):
        return self.function, self.values


def a_tensor(shape, strides, offset=0, count=4, kind=b"FloatStorage", key=b"0"):
    """Write the operations of a tensor by hand."""

    def number(value):
        return b"J" + struct.pack("<i", value)

    def numbers(values):
        return b"(" + b"".join(map(number, values)) + b"t"

    storage = b"(X\x07\x00\x00\x00storagectorch\n" + kind + b"\n"
    storage += b"X" + struct.pack("<I", len(key)) + key + b"X\x03\x00\x00\x00cpu"
    storage += number(count) + b"tQ"
    rest = number(offset) + numbers(shape) + numbers(strides) + b"\x89N"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"tR."


def test_the_tensor_that_the_others_are_made_from_is_read(tmp_path):
    content = zipped(a_tensor((2, 2), (2, 1)), [("0", np.arange(4, dtype="<f4").tobytes())])
    found = read_checkpoint(written(tmp_path, content))
    np.testing.assert_array_equal(found, [[0, 1], [2, 3]])


HOSTILE = {
    "a function": (pickle.dumps(print, 2), "names __builtin__.print"),
    "a call": (pickle.dumps(Calls(exec, "raise SystemExit"), 2), "names __builtin__.exec"),
    "a call, protocol 4": (pickle.dumps(Calls(exec, "1"), 4), "names builtins.exec"),
    "a module": (b"\x80\x02cos\nsystem\n(X\x04\x00\x00\x00true" + b"tR.", "names os.system"),
    "a class of torch": (b"\x80\x02ctorch.nn\nLinear\n)R.", "names torch.nn.Linear"),
    "instances": (b"\x80\x02(i__main__\nA\n.", "operation INST"),
    "a set": (pickle.dumps({1, 2}, 4), "operation EMPTY_SET"),
    "bytes": (pickle.dumps(bytearray(b"1"), 5), "operation BYTEARRAY8"),
    "an extension": (b"\x80\x02\x82\x01.", "operation EXT1"),
    "a dictionary of values": (pickle.dumps(OrderedDict, 2)[:-1] + b"]\x85R.", "made from values"),
    "storage of a word": (a_tensor((1,), (1,), kind=b"Tensor"), "names torch.Tensor"),
    "past the end": (a_tensor((5,), (1,)), "in a storage of 4 numbers"),
    "from past the end": (a_tensor((1,), (1,), offset=4), "in a storage of 4 numbers"),
    "one number a million times": (a_tensor((1000, 1000), (0, 0)), "in a storage of 4 numbers"),
    "backwards": (a_tensor((2,), (-1,), offset=1), "no numbers"),
    "before the beginning": (a_tensor((2,), (1,), offset=-1), "no numbers"),
    "more strides than axes": (a_tensor((2,), (1, 1)), "don't fit together"),
    "too little stored": (a_tensor((2,), (1,), count=1000), "has 16 bytes, not 4000"),
    "no such storage": (a_tensor((2,), (1,), key=b"../9"), "no entry 'archive/data/../9'"),
    "a list in itself": (b"\x80\x02]q\x00h\x00a.", "in circles"),
    "deep": (b"\x80\x02" + b"]" * 3000 + b"a" * 2999 + b".", "too deep"),
    "a key that is a list": (b"\x80\x02}]K\x01s.", "a key is of the type list"),
    "a length that lies": (b"\x80\x02X\xff\xff\xff\x7fabc.", "expected 2147483647 bytes"),
    "an empty stack": (b"\x80\x02a.", "damaged"),
    "a mark as a value": (b"\x80\x02(.", "outside of a tensor"),
    "two values": (b"\x80\x02NN.", "damaged"),
    "an unknown number": (b"\x80\x02h\x07.", "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_tensor_and_no_dictionary_is_refused(name, tmp_path):
    content, words = HOSTILE[name]
    path = written(tmp_path, zipped(content, [("0", bytes(16))]))
    with pytest.raises(ValueError, match="can't be read as a checkpoint of PyTorch") as caught:
        read_checkpoint(path)
    assert words in str(caught.value)


def test_values_that_double_are_made_once(tmp_path):
    double = b"".join(b"q" + bytes([n]) + b"h" + bytes([n]) + b"\x86" for n in range(60))
    found = read_checkpoint(written(tmp_path, zipped(b"\x80\x02]" + double + b".")))
    for _ in range(60):
        assert found[0] is found[1]
        found = found[0]


def test_bombs_and_other_files_are_refused(tmp_path):
    for content, words in (
        (zipped(bytes(80_000_000), compression=zipfile.ZIP_DEFLATED), "far more than"),
        (zipped(b"", root="a/b/"), "no entry data.pkl"),
        (b"PK\x03\x04 and so on", "zip"),
        (b"", "begins like none"),
        (b"\x80\x02K\x01.", "begins like none"),
    ):
        with pytest.raises(ValueError, match="can't be read as a checkpoint of PyTorch") as caught:
            read_checkpoint(written(tmp_path, content))
        assert words in str(caught.value)
    with pytest.raises(FileNotFoundError):
        read_checkpoint(tmp_path / "missing.pth")


def test_a_whole_module_is_refused_with_its_name(tmp_path):
    path = written(tmp_path, base64.b64decode(RECORDED["module"]))
    with pytest.raises(ValueError, match=r"names torch\.nn\.modules\.linear\.Linear"):
        read_checkpoint(path)
