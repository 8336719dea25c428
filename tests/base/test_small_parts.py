"""Rows, digests, folders of caches, memory, JSON, types, sizes that are unknown."""

import inspect
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import config
from kerata.base import caches, dtypes, json_text, memory
from kerata.base.fingerprint import LOOKED_AT, digest_of
from kerata.base.jax_sparse import is_jax_sparse
from kerata.base.json_text import read_json_text
from kerata.base.memory import available_bytes, memory_errors
from kerata.base.rows import RowHolder, count_rows, cut_rows, for_batches, slice_rows, take_rows
from kerata.base.signatures import argument_names, written_out
from kerata.base.unknown_sizes import filled, fitting


def test_rows_of_nested_arrays():
    tree = {"a": np.arange(6).reshape(3, 2), "b": [np.arange(3)]}
    assert count_rows(tree) == 3
    part = slice_rows(tree, 1, 3)
    assert (part["a"].tolist(), part["b"][0].tolist()) == ([[2, 3], [4, 5]], [1, 2])
    # Arrays are ready for any batches as they are.
    assert for_batches(tree, None, 2)["b"][0] is tree["b"][0]
    arrays = jax.tree.map(jnp.asarray, tree)
    taken = take_rows(arrays, jnp.array([2, 0]))
    assert (taken["a"].tolist(), taken["b"][0].tolist()) == ([[4, 5], [0, 1]], [2, 0])
    cut = cut_rows(arrays, 1, 2)
    assert (cut["a"].tolist(), cut["b"][0].tolist()) == ([[2, 3], [4, 5]], [1, 2])


@pytest.mark.parametrize("name", sorted(RowHolder.__abstractmethods__))
def test_holders_of_rows_must_have_everything(name):
    rest = {n: lambda self: None for n in RowHolder.__abstractmethods__ - {name}}
    with pytest.raises(TypeError, match=f"abstract method '?{name}"):
        type("Incomplete", (RowHolder,), rest)()
    assert set(RowHolder.__abstractmethods__) == {
        *("__len__", "sliced", "take", "padded", "for_batches"),
    }


def test_digests_tell_shapes_types_and_values_apart():
    arrays = [np.zeros(4), np.zeros(4, "float32"), np.zeros((2, 2)), np.ones(4), np.zeros(())]
    digests = {digest_of([array]) for array in arrays}
    assert len(digests) == 5
    assert digest_of(arrays[:2]) != digest_of(arrays[1::-1])
    assert len(digest_of(arrays)) == 24


def test_of_large_arrays_some_rows_are_looked_at():
    large = np.zeros(2 * LOOKED_AT + 2, "uint8")
    before = digest_of([large])
    large[1] = 1
    assert digest_of([large]) == before
    large[2] = 1
    assert digest_of([large]) != before
    whole = np.zeros(LOOKED_AT + 1, "uint8")
    before = digest_of([whole])
    whole[1] = 1
    assert digest_of([whole]) != before


def test_the_folder_of_caches(monkeypatch, tmp_path):
    monkeypatch.setenv("KERATA_HOME", "~/somewhere")
    assert caches.home() == Path.home() / "somewhere"
    monkeypatch.delenv("KERATA_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    for platform, folder in (
        ("linux", tmp_path / "kerata"),
        ("darwin", Path.home() / "Library" / "Caches" / "kerata"),
        ("win32", tmp_path / "local" / "kerata"),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        assert caches.home() == folder
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert caches.home() == Path.home() / ".cache" / "kerata"
    assert len(caches.compiled_programs().name) == 16
    assert caches.compiled_programs().parent == caches.home() / "compiled"


def test_where_compiled_programs_are_kept(monkeypatch, tmp_path):
    names = ("cache_dir", "min_compile_time_secs", "min_entry_size_bytes")
    settings = {
        name: getattr(jax.config, name)
        for name in (
            "jax_compilation_cache_dir",
            *(f"jax_persistent_cache_{name}" for name in names[1:]),
        )
    }
    try:
        jax.config.update("jax_compilation_cache_dir", str(tmp_path / "mine"))
        monkeypatch.setenv("KERATA_HOME", str(tmp_path / "home"))
        caches.keep_compiled_programs()
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / "mine")
        assert not (tmp_path / "home").exists()
        jax.config.update("jax_compilation_cache_dir", None)
        (tmp_path / "file").touch()
        monkeypatch.setenv("KERATA_HOME", str(tmp_path / "file"))
        caches.keep_compiled_programs()
        assert jax.config.jax_compilation_cache_dir is None
        monkeypatch.setenv("KERATA_HOME", str(tmp_path / "home"))
        caches.keep_compiled_programs()
        assert jax.config.jax_compilation_cache_dir == str(caches.compiled_programs())
        assert caches.compiled_programs().is_dir()
        # Small and quick programs are kept too; those under a twentieth of a second are not.
        assert jax.config.jax_persistent_cache_min_compile_time_secs == 0.05
        assert jax.config.jax_persistent_cache_min_entry_size_bytes == -1
    finally:
        for name, value in settings.items():
            jax.config.update(name, value)


def test_memory_that_is_left(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    machine = available_bytes()
    if sys.platform == "linux":
        assert machine > 1024 * 1024
        kilobytes = next(
            int(line.split()[1])
            for line in Path("/proc/meminfo").read_text().splitlines()
            if line.startswith("MemAvailable")
        )
        assert machine == pytest.approx(1024 * kilobytes, rel=0.5)
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("2000\n")
    assert available_bytes() == 3000
    (tmp_path / "memory.current").write_text("6000\n")
    assert available_bytes() == 0
    (tmp_path / "memory.max").write_text("max\n")
    assert (available_bytes() is None) == (machine is None)


def test_the_compilers_word_for_a_lack_of_memory():
    said = r"^Training needs more memory than there is \(Out of memory allocating 8 bytes\)\.$"
    with pytest.raises(MemoryError, match=said), memory_errors("Training"):
        raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes.\nDetails")
    with pytest.raises(RuntimeError, match=r"^other$"), memory_errors("Training"):
        raise RuntimeError("other")


def test_json_of_unknown_origin(monkeypatch):
    assert read_json_text(b'{"a": [1]}', "it") == {"a": [1]}
    assert read_json_text('"\\ud800"', "it") == "\ud800"
    # Three commas, a list in a list: five values.
    assert read_json_text("[1, 2, [3, 4]]", "it", most=5) == [1, 2, [3, 4]]
    with pytest.raises(ValueError, match=r"^it holds more than 4 values"):
        read_json_text("[1, 2, [3, 4]]", "it", most=4)
    with pytest.raises(ValueError, match=r"^it is no JSON \(Expecting value"):
        read_json_text("[", "it")
    with pytest.raises(ValueError, match=r"^it is nested too deeply"):
        read_json_text("[" * 200_000, "it")
    monkeypatch.setattr(json_text, "MOST_BYTES", 10)
    assert read_json_text(" " * 9 + "1", "it") == 1
    with pytest.raises(ValueError, match="or 10 characters"):
        read_json_text(" " * 10 + "1", "it")


def test_names_of_types():
    for dtype, name in (
        (None, "float32"),
        ("float", "float32"),
        ("int", "int32"),
        (int, "int64"),
        (bool, "bool"),
        ("bfloat16", "bfloat16"),
        ("string", "string"),
        (jnp.bfloat16, "bfloat16"),
        (np.dtype("uint8"), "uint8"),
        (jnp.zeros(1).dtype, "float32"),
    ):
        assert dtypes.dtype_name(dtype) == name
    assert [dtypes.is_float_dtype(d) for d in ("bfloat16", None, "int", "bool")] == [
        *(True, True, False, False)
    ]
    with pytest.raises(ValueError, match="Unknown dtype 'flaot'"):
        dtypes.dtype_name("flaot")


def test_default_types_are_set_and_checked():
    before = dtypes.floatx(), dtypes.epsilon(), dtypes.image_data_format()
    assert before == ("float32", 1e-7, "channels_last")
    try:
        dtypes.set_floatx("float16")
        assert dtypes.dtype_name(None) == "float16"
        assert dtypes.dtype_policy().compute_dtype == "float16"
        dtypes.set_epsilon(1)
        assert type(dtypes.epsilon()) is float
        dtypes.set_image_data_format("Channels_First")
        assert dtypes.standardize_data_format(None) == "channels_first"
        assert dtypes.standardize_data_format("CHANNELS_LAST") == "channels_last"
        config.set_dtype_policy("mixed_bfloat16")
        assert dtypes.dtype_policy() == dtypes.DTypePolicy("mixed_bfloat16")
        config.set_dtype_policy(None)
        assert dtypes.dtype_policy().name == "float16"
    finally:
        config.set_dtype_policy(None)
        dtypes.set_floatx(before[0])
        dtypes.set_epsilon(before[1])
        dtypes.set_image_data_format(before[2])
    with pytest.raises(ValueError, match="Unknown float type 'int8'"):
        dtypes.set_floatx("int8")
    with pytest.raises(ValueError, match="Unknown image data format 'last'"):
        dtypes.set_image_data_format("last")
    with pytest.raises(ValueError, match="data_format must be"):
        dtypes.standardize_data_format("last")


def test_policies_of_types():
    policy = dtypes.DTypePolicy("mixed_float16")
    assert (policy.name, policy.compute_dtype, policy.variable_dtype) == (
        *("mixed_float16", "float16", "float32"),
    )
    plain = dtypes.DTypePolicy("bfloat16")
    assert (plain.compute_dtype, plain.variable_dtype) == ("bfloat16", "bfloat16")
    assert dtypes.DTypePolicy.from_config(policy.get_config()) == policy != plain
    assert len({policy, dtypes.DTypePolicy("mixed_float16"), plain}) == 2
    assert policy != "mixed_float16"
    with pytest.raises(ValueError, match="Unknown dtype policy 'mixed_float32'"):
        dtypes.DTypePolicy("mixed_float32")


def test_names_of_arguments():
    class Base:
        def __init__(self, a, /, *args, b=1):
            pass

    class Derived(Base):
        def __init__(self, c, **kwargs):
            pass

    assert argument_names(Derived) == ["c", "a", "b"]
    assert argument_names(int) == []

    def function(own, *common, last=3, **named):
        pass

    def other(last=1, more=2, **kwargs):
        pass

    instead = inspect.signature(other).parameters.values()
    assert str(written_out(function, "common", instead)) == "(own, more=2, *, last=3, **kwargs)"
    assert written_out(other, "common", instead) == inspect.signature(other)


def test_unknown_sizes_are_guessed():
    assert filled([(None, 3), (2,)], 840) == [(840, 3), (2,)]

    def product(shapes):
        a, b = shapes
        return (a[1] or 840) == (b[0] or 840)

    # An inner size beside a known one must be that; outer sizes need not be set.
    assert fitting([(None, None), (3, None)], [], product) == [(None, 3), (3, None)]
    assert fitting([(None, 4), (None, None)], [], product) == [(None, 4), (4, None)]

    def sum_of(shapes):
        a, b = (tuple(840 if d is None else d for d in s) for s in shapes)
        return all(x == y or 1 in (x, y) for x, y in zip(a[::-1], b[::-1], strict=False))

    assert fitting([(None, 7), (5, None, None)], [], lambda s: sum_of(s) and s[1][2] == 7) == [
        (None, 7),
        (5, None, 7),
    ]
    # A number among the arguments; nothing below 1 is a size.
    seen = []

    def exactly(shapes):
        seen.append(shapes[0][0])
        return shapes[0][0] == 6

    assert fitting([(None,)], [0, -6, 6], exactly) == [(6,)]
    assert min(d for d in seen if d is not None) >= 1
    # All sizes beside known ones are set at once; by pairs, three would not be found.
    three = [(7, 5, 3), (None, None, None)]
    assert fitting(three, [], lambda s: s[1] == (7, 5, 3)) == [(7, 5, 3), (7, 5, 3)]
    tried = []
    assert fitting([(None,) * 9], range(2, 40), lambda s: tried.append(s)) is None
    assert len(tried) == 60


def test_sparse_arrays_of_jax_are_recognised():
    from jax.experimental.sparse import BCOO

    assert is_jax_sparse(BCOO.fromdense(jnp.eye(2)))
    assert not is_jax_sparse(jnp.eye(2))
