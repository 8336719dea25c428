"""Finding and downloading files: a small server on this machine plays the publisher."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from kerata.datasets import fetch, parsed
from kerata.utils import download

CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Publisher(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/without-length":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if self.path == "/broken" else CONTENT)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    publisher = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=publisher.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{publisher.server_address[1]}"
    publisher.shutdown()
    publisher.server_close()


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", ["/whole", "/without-length"])
def test_downloads_into_the_cache_and_finds_it_there(folders, server, path):
    _, cache = folders
    found = fetch.find("set.bin", server + path, SHA256, len(CONTENT))
    assert found == cache / "set.bin"
    assert found.read_bytes() == CONTENT
    assert files_in(cache) == ["set.bin"]
    # The second time nothing is asked of the network.
    assert fetch.find("set.bin", "http://127.0.0.1:9/nobody") == found


def test_the_users_folder_comes_before_the_cache(folders):
    own, cache = folders
    cache.mkdir(parents=True)
    (cache / "set.bin").write_bytes(b"cache")
    assert fetch.find("set.bin", None).read_bytes() == b"cache"
    (own / "set.bin").write_bytes(b"own")
    assert fetch.find("set.bin", None).read_bytes() == b"own"


@pytest.mark.parametrize(
    ("path", "sha256", "size", "error", "words"),
    [
        ("/whole", "0" * 64, None, ValueError, ["SHA-256", "0" * 64, SHA256]),
        ("/whole", None, 5, ValueError, ["1024000 bytes", "instead of 5"]),
        ("/broken", None, None, ConnectionError, ["broke off", "512,000", "by hand"]),
        ("/missing", None, None, ConnectionError, ["Not Found", "by hand"]),
    ],
)
def test_a_wrong_file_leaves_nothing(folders, server, path, sha256, size, error, words):
    _, cache = folders
    with pytest.raises(error) as raised:
        fetch.find("set.bin", server + path, sha256, size)
    assert all(word in str(raised.value) for word in [*words, server + path])
    assert files_in(cache) == []


def test_without_a_network_one_sentence_says_what_to_do(folders):
    _, cache = folders
    url = "http://127.0.0.1:9/set.bin"
    with pytest.raises(ConnectionError) as raised:
        fetch.find("set.bin", url)
    text = str(raised.value)
    assert url in text
    assert str(cache) in text
    assert "\n" not in text


def test_own_paths(folders, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        fetch.find(tmp_path / "nowhere.npz", "http://127.0.0.1:9/x")
    with pytest.raises(FileNotFoundError, match="KERATA_DATA"):
        fetch.find("nowhere.npz", None)


def test_an_interrupted_download_leaves_nothing(folders, server, monkeypatch):
    _, cache = folders

    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_check", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch.find("set.bin", server + "/whole")
    assert files_in(cache) == []


def test_what_was_parsed_is_kept_until_the_file_changes(folders):
    own, cache = folders
    source = own / "rows"
    source.write_bytes(b"\1\2")
    calls = []

    def parse(path):
        calls.append(path)
        return {"x": np.fromfile(path, "uint8")}

    for _ in range(2):
        np.testing.assert_array_equal(parsed.remember("set", source, parse)["x"], [1, 2])
    assert len(calls) == 1
    source.write_bytes(b"\3\4\5")
    np.testing.assert_array_equal(parsed.remember("set", source, parse)["x"], [3, 4, 5])
    kept = cache / "parsed" / "set.npz"
    for damage in (b"", b"PK\3\4 nonsense", kept.read_bytes()[:-100]):
        kept.write_bytes(damage)
        np.testing.assert_array_equal(parsed.remember("set", source, parse)["x"], [3, 4, 5])
    assert len(calls) == 5
    monkey = parsed.FORMAT
    try:
        parsed.FORMAT = monkey + 1
        parsed.remember("set", source, parse)
    finally:
        parsed.FORMAT = monkey
    assert len(calls) == 6


def test_a_cache_that_cannot_be_written_is_passed_over(folders):
    own, cache = folders
    cache.parent.mkdir()
    cache.write_bytes(b"a file where the folder should be")
    source = own / "rows"
    source.write_bytes(b"\7")
    rows = parsed.remember("set", source, lambda path: {"x": np.fromfile(path, "uint8")})
    np.testing.assert_array_equal(rows["x"], [7])
