"""TensorBoard's event files as the board reads them: right, or refused in a sentence."""

import json
import os
import struct

import pytest

from kerata.board.event_folders import EventFolders
from kerata.board.event_records import MOST_RECORD, RecordFile, masked_checksums


def record(content):
    length = struct.pack("<Q", len(content))
    head, body = masked_checksums([length, content])
    return length + struct.pack("<I", head) + content + struct.pack("<I", body)


def field(number, wire, content):
    size = bytes([len(content)]) if wire == 2 else b""
    return bytes([number << 3 | wire]) + size + content


VERSION = record(field(1, 1, struct.pack("<d", 1e9)) + field(3, 2, b"brain.Event:2"))


def scalar(tag, value, step):
    inner = field(1, 2, tag.encode()) + field(2, 5, struct.pack("<f", value))
    return record(field(2, 0, bytes([step])) + field(5, 2, field(1, 2, inner)))


def written(folder, *records, name="events.out.tfevents.1.host"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"".join(records))
    return path


def seen(folder, runs=()):
    found = folder if isinstance(folder, EventFolders) else EventFolders(folder)
    found.look(runs)
    return {one["title"]: one for one in found.told()["events"]}


def test_what_keras_s_callback_writes_is_read_as_it_was(tmp_path):
    pytest.importorskip("tensorboard")
    import numpy as np

    import kerata as keras

    x = np.linspace(0, 1, 64, dtype="float32").reshape(32, 2)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    logs = keras.callbacks.TensorBoard(tmp_path / "fit", histogram_freq=1)
    data = {"validation_data": (x, x[:, :1]), "epochs": 3, "verbose": 0}
    history = model.fit(x, x[:, :1], callbacks=[logs], **data).history
    folders = EventFolders(tmp_path)
    assert list(seen(folders)) == ["fit"]
    told = folders.get("events/fit").histories()
    for name, values in history.items():
        assert told["history"][name] == pytest.approx(values)
        assert told["steps"][name] == [0, 1, 2]
    assert not seen(folders)["fit"]["why"]


def test_numbers_in_all_forms_that_programs_write(tmp_path):
    tensors = [
        (1, field(5, 2, struct.pack("<f", 0.5))),
        (1, field(5, 5, struct.pack("<f", 0.5))),
        (1, field(4, 2, struct.pack("<f", 0.5))),
        (2, field(6, 2, struct.pack("<d", 0.5))),
        (2, field(4, 2, struct.pack("<d", 0.5))),
        (9, field(10, 2, b"\x05")),
        (3, field(7, 0, b"\x05")),
        (3, field(7, 2, b"\x01\x02")),
        (7, field(8, 2, b"a text")),
    ]
    records = [VERSION]
    for place, (kind, content) in enumerate(tensors):
        tensor = field(1, 0, bytes([kind])) + content
        inner = field(1, 2, f"t{place}".encode()) + field(8, 2, tensor)
        records.append(record(field(2, 0, b"\x01") + field(5, 2, field(1, 2, inner))))
    written(tmp_path / "a", *records)
    folders = EventFolders(tmp_path)
    seen(folders)
    found = {k: v for k, (v,) in folders.get("events/a").histories()["history"].items()}
    assert found == {f"t{n}": 0.5 for n in range(5)} | {"t5": 5.0, "t6": 5.0}


def test_a_file_is_read_on_as_it_grows_and_a_second_one_begins_anew(tmp_path):
    path = written(tmp_path, VERSION, scalar("loss", 1, 1))
    whole = scalar("loss", 0.5, 2)
    folders = EventFolders(tmp_path)
    assert seen(folders)[tmp_path.name]["steps"] == 1
    with open(path, "ab") as file:
        file.write(whole[:20])
    assert "ends within a record" in seen(folders)[tmp_path.name]["why"][0]
    with open(path, "ab") as file:
        file.write(whole[20:])
    assert seen(folders)[tmp_path.name]["why"] == []
    written(tmp_path, VERSION, scalar("loss", 4, 2), scalar("loss", 3, 3), name="x.tfevents.2")
    seen(folders)
    told = folders.get("events/.").histories()
    assert told["history"] == {"loss": [1, 4, 3]}
    assert told["steps"] == {"loss": [1, 2, 3]}
    version = folders.version
    seen(folders)
    assert folders.version == version
    path.unlink()
    (tmp_path / "x.tfevents.2").unlink()
    assert seen(folders) == {}


def test_large_records_are_passed_over_and_not_read(tmp_path):
    picture = record(b"\0" * (MOST_RECORD + 1))
    path = written(tmp_path, VERSION, picture, scalar("loss", 1, 1), *[picture] * 200)
    file, found = RecordFile(path), []
    while records := file.read():
        found += records
    assert len(found) == 2
    assert not file.why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", ""),
        (b"\0" * 11, "ends within a record"),
        (b"no event file at all", "damaged at byte 0: a checksum does not fit"),
        (b"\xff" * 100, "damaged at byte 0"),
        (struct.pack("<Q", 2**63) + b"\0" * 50, "damaged at byte 0"),
        (record(b""), "first record does not say so"),
        (record(b"\xff" * 20), "a number has too many bytes"),
        (record(b"\x0a\x7f"), "a field is longer than its message"),
        (record(b"\x0f"), "no field has the wire type 7"),
        (VERSION + scalar("a", 1, 1)[:-1] + b"\0", "damaged at byte"),
        (VERSION + record(b"\x2a\x03\x0a\x7f\x00"), "longer than its message"),
        (VERSION[:12], "ends within a record"),
    ],
)
def test_what_is_damaged_is_a_sentence(tmp_path, content, why):
    written(tmp_path / "a", content)
    said = seen(tmp_path)["a"]["why"]
    assert why in said[0] if why else said == []
    json.dumps(said)


def test_what_came_before_the_damage_is_shown(tmp_path):
    good = [VERSION, scalar("a", 1, 1), scalar("a", 2, 2)]
    written(tmp_path / "a", *good, b"\1" * 40)
    folders = EventFolders(tmp_path)
    assert f"damaged at byte {len(b''.join(good)):,}" in seen(folders)["a"]["why"][0]
    assert folders.get("events/a").histories()["history"] == {"a": [1.0, 2.0]}


def test_runs_links_and_pipes_are_left_alone(tmp_path):
    written(tmp_path / "run" / "tensorboard" / "train", VERSION, scalar("loss", 1, 1))
    (tmp_path / "run" / "run.json").write_text("{}")
    written(tmp_path / "known" / "train", VERSION)
    secret = written(tmp_path.parent / "elsewhere", VERSION, scalar("secret", 1, 1))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.tfevents.1").symlink_to(secret)
    (tmp_path / "b").symlink_to(secret.parent)
    os.mkfifo(tmp_path / "a" / "y.tfevents.1")
    told = seen(tmp_path, runs={"known"})
    assert list(told) == ["a"]
    assert told["a"]["curves"] == 0
    assert any("leads out of" in why for why in told["a"]["why"])
    assert any("a pipe" in why for why in told["a"]["why"])


def test_the_page_gets_curves_of_runs_and_event_files_together(board, page):
    written(board.folder / "logs" / "validation", VERSION, scalar("epoch_loss", 1, 1))
    board.events.look(board.index.names())
    found = page.post("/api/histories", json={"names": ["pears", "events/logs"]}).json()
    assert found["events/logs"]["history"] == {"val_loss": [1.0]}
    assert found["pears"]["history"]["loss"]
    answer = page.post("/api/histories", json={"names": ["events/../pears"]})
    assert answer.status_code == 404
    assert page.get("/api/run/events%2Flogs").status_code == 404
