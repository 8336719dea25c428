"""Files from addresses: checked, kept, unpacked inside their folder, named as Keras names them."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import keras as real
import pytest

from kerata.utils import Config, extraction, get_file

CONTENT = b"one\ntwo\n" * 1000


@pytest.fixture
def origin(tmp_path, monkeypatch):
    monkeypatch.delenv("KERATA_DATA", raising=False)
    source = tmp_path / "published" / "set.v1.txt"
    source.parent.mkdir()
    source.write_bytes(CONTENT)
    return source.as_uri()


def tar_of(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content) if kind == tarfile.REGTYPE else 0
            info.linkname = content.decode() if kind != tarfile.REGTYPE else ""
            archive.addfile(info, io.BytesIO(content) if kind == tarfile.REGTYPE else None)
    return path.as_uri()


def zip_of(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, _, content in members:
            archive.writestr(name, content)
    return path.as_uri()


GOOD = [("data/a.txt", tarfile.REGTYPE, b"a"), ("data/deep/b.txt", tarfile.REGTYPE, b"b")]


def files_in(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("algorithm", ["auto", "md5", "sha256"])
def test_digests(origin, tmp_path, algorithm):
    name = "sha256" if algorithm == "auto" else algorithm
    digest = hashlib.new(name, CONTENT).hexdigest()
    given = {"hash_algorithm": algorithm, "cache_dir": tmp_path / "cache"}
    found = Path(get_file(origin=origin, file_hash=digest, **given))
    assert found == tmp_path / "cache" / "datasets" / "set.v1.txt"
    assert found.read_bytes() == CONTENT
    found.write_bytes(b"damaged")
    assert Path(get_file(origin=origin, file_hash=digest, **given)).read_bytes() == CONTENT
    wrong = digest[::-1]
    with pytest.raises(ValueError, match=f"instead of {wrong}"):
        get_file(origin=origin, file_hash=wrong, force_download=True, **given)
    # The good file is not lost to the bad one.
    assert found.read_bytes() == CONTENT
    assert files_in(tmp_path / "cache") == ["datasets/set.v1.txt"]


def test_what_is_in_the_cache_is_not_fetched_again(origin, tmp_path):
    given = {"cache_dir": tmp_path / "cache", "cache_subdir": "mine"}
    found = Path(get_file("own.txt", origin, **given))
    assert found == tmp_path / "cache" / "mine" / "own.txt"
    found.write_bytes(b"changed")
    assert Path(get_file("own.txt", origin, **given)).read_bytes() == b"changed"
    get_file("own.txt", origin, force_download=True, **given)
    assert found.read_bytes() == CONTENT


def test_the_users_folder_comes_first(origin, tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "set.v1.txt").write_bytes(b"own")
    monkeypatch.setenv("KERATA_DATA", str(tmp_path / "own"))
    assert Path(get_file(origin=origin, cache_dir=tmp_path)).read_bytes() == b"own"


@pytest.mark.parametrize("make", [tar_of, zip_of])
@pytest.mark.parametrize("fname", [None, "flowers", "flowers.v2.tgz"])
def test_archives_are_unpacked_where_keras_does(tmp_path, make, fname, monkeypatch):
    monkeypatch.delenv("KERATA_DATA", raising=False)
    origin = make(tmp_path / "flowers.tgz", GOOD)
    found = {}
    for library in (real.utils.get_file, get_file):
        cache = tmp_path / library.__module__
        cache.mkdir()
        folder = Path(library(fname, origin, extract=True, cache_dir=str(cache)))
        found[library.__module__] = (folder.relative_to(cache), files_in(cache))
    theirs, ours = found.values()
    assert theirs == ours


@pytest.mark.parametrize(
    ("make", "member"),
    [
        (tar_of, ("../out.txt", tarfile.REGTYPE, b"x")),
        (tar_of, ("data/link", tarfile.SYMTYPE, b"../../../etc/passwd")),
        (tar_of, ("data/link", tarfile.LNKTYPE, b"../../../etc/passwd")),
        (tar_of, ("pipe", tarfile.FIFOTYPE, b"")),
        (zip_of, ("../out.txt", None, b"x")),
        (zip_of, ("/out.txt", None, b"x")),
        (zip_of, ("C:\\out.txt", None, b"x")),
    ],
)
def test_archives_that_lead_outside_are_refused_whole(tmp_path, make, member, monkeypatch):
    monkeypatch.delenv("KERATA_DATA", raising=False)
    origin = make(tmp_path / "bad.tgz", [*GOOD, member])
    with pytest.raises(ValueError, match="not unpacked") as raised:
        get_file(origin=origin, extract=True, cache_dir=tmp_path / "cache")
    assert "\n" not in str(raised.value)
    assert files_in(tmp_path / "cache") == ["datasets/bad.tgz_archive"]


@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_archives_that_swell_are_refused(tmp_path, make, monkeypatch):
    monkeypatch.delenv("KERATA_DATA", raising=False)
    monkeypatch.setattr(extraction, "_ALWAYS_ALLOWED", 1000)
    origin = make(tmp_path / "bomb", [("zeros", tarfile.REGTYPE, bytes(20_000_000))])
    with pytest.raises(ValueError, match="1000 times its own size"):
        get_file(origin=origin, extract=True, cache_dir=tmp_path / "cache")
    assert files_in(tmp_path / "cache") == ["datasets/bomb_archive"]


def test_damaged_archives_and_none(tmp_path, origin):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a", bytes(range(256)) * 50)
    broken = bytearray(data.getvalue())
    broken[100] ^= 255
    (tmp_path / "broken.zip").write_bytes(broken)
    with pytest.raises(ValueError, match=r"broken\.zip_archive can't be unpacked"):
        get_file(origin=(tmp_path / "broken.zip").as_uri(), extract=True, cache_dir=tmp_path / "c")
    with pytest.warns(UserWarning, match="no archive"):
        get_file(origin=origin, extract=True, cache_dir=tmp_path / "c")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"origin": None}, "origin="),
        ({"origin": "gs://bucket/a"}, "origin must be an address"),
        ({"fname": "../a.txt"}, "without folders"),
        ({"origin": "https://example.org/"}, "no file name"),
        ({"hash_algorithm": "crc"}, "hash_algorithm"),
        ({"archive_format": "rar"}, "archive_format"),
    ],
)
def test_arguments_that_make_no_sense(origin, tmp_path, given, words):
    with pytest.raises(ValueError, match=words):
        get_file(**{"origin": origin, "cache_dir": tmp_path, **given})


def test_config_is_keras_config():
    made = [library(b=1, a="x") for library in (real.utils.Config, Config)]
    for config in made:
        config.seed = 3
        config["more"] = [1]
        assert config.pop("b") == 1
        config.update(c=2)
        config.freeze()
        with pytest.raises(ValueError, match="frozen"):
            config.c = 4
        with pytest.raises(AttributeError, match=r"[Dd]id you mean 'seed'"):
            config.sed  # noqa: B018 # the access itself raises
        config.unfreeze()
        del config["c"]
    theirs, ours = made
    assert (theirs.to_json(), list(theirs), len(theirs), repr(theirs)) == (
        *(ours.to_json(), list(ours), len(ours), repr(ours)),
    )
