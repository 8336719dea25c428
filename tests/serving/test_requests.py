"""Requests that can't be answered get one sentence, and others go on."""

import asyncio
import time

import numpy as np
import pytest

from kerata.serving.batching import Batches
from kerata.serving.errors import BadRequest, check_finite


def refused(answer, status):
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert "Traceback" not in answer.text
    assert found["error"].endswith((".", "?"))
    return found


def test_bad_cells_are_named_with_row_column_and_reason(client, row):
    given = [row, row | {"size": "large"}, row | {"picked": "soon"}, row | {"size": [1]}]
    found = refused(client.post("/predict", json=given), 422)
    assert found["rows"] == [
        {"row": 1, "column": "size", "reason": "holds 'large', where a number is expected"},
        {
            "row": 2,
            "column": "picked",
            "reason": "holds 'soon', where a date is expected",
        },
        {"row": 3, "column": "size", "reason": "holds a list, not one value"},
    ]
    assert found["error"].startswith("Column 'size' of row 2 of 4 holds 'large'")


def test_a_lacking_column_is_named_with_what_is_near(client, row):
    given = {("siz" if name == "size" else name): cell for name, cell in row.items()}
    found = refused(client.post("/predict", json=given), 422)
    assert "has no 'size'. Did you mean 'siz'?" in found["error"]


BODIES = {
    "no JSON": (b"{", "application/json", 400),
    "NaN": (b'{"size": NaN}', "application/json", 400),
    "deep": (b"[" * 100_000, "application/json", 400),
    "a number": (b"5", "application/json", 422),
    "a list in a list": (b"[[1]]", "application/json", 422),
    "bytes": (b"\xff\xfe", "text/csv", 400),
    "ragged": (b"size,town\n1,2,3\n", "text/csv", 400),
    "twice": (b"size,size\n1,2\n", "text/csv", 400),
    "nothing": (b"", "text/csv", 400),
    "nothing as JSON": (b"", "application/json", 400),
    "a film": (b"x", "video/mp4", 415),
    "a form without parts": (b"x", "multipart/form-data; boundary=z", 400),
    "a form without a boundary": (b"x", "multipart/form-data", 400),
    "a picture": (b"\x89PNG", "image/png", 422),
    "a text": (b"hello", "text/plain", 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_no_rows(client, name):
    content, kind, status = BODIES[name]
    refused(client.post("/predict", content=content, headers={"content-type": kind}), status)


def test_too_much_is_refused(client, row, monkeypatch):
    monkeypatch.setattr("kerata.serving.bodies.MOST_ROWS", 3)
    refused(client.post("/predict", json=[row] * 4), 413)
    monkeypatch.setattr("kerata.serving.bodies.MOST_BYTES", 100)
    refused(client.post("/predict", json=row | {"more": "x" * 200}), 413)

    def endless():
        for _ in range(30):
            yield b"[" + b" " * 10

    answer = client.post(
        "/predict", content=endless(), headers={"content-type": "application/json"}
    )
    refused(answer, 413)


def test_no_rows_get_no_answers(client):
    assert client.post("/predict", json=[]).json()["answers"] == []


def test_other_addresses_and_methods(client):
    refused(client.get("/predict"), 405)
    refused(client.get("/nothing"), 404)
    assert (
        "Did you mean 'fruit'" in refused(client.post("/runs/friut/predict", json={}), 404)["error"]
    )


def test_other_names_of_the_machine_are_refused(client_of, served):
    client = client_of(served)
    refused(client.get("/healthz", headers={"host": "evil.example:8000"}), 403)
    assert client_of(served, local=False).get("/healthz", headers={"host": "x.org"}).is_success


def test_a_token_is_asked_for(client_of, served, row):
    client = client_of(served, token="secret")
    refused(client.post("/predict", json=row), 401)
    refused(client.post("/predict", json=row, headers={"authorization": "Bearer wrong"}), 401)
    assert client.post("/predict", json=row, headers={"authorization": "Bearer secret"}).is_success
    assert client.get("/healthz").is_success
    assert client.get("/").is_success


def test_the_page_and_what_it_reads(client, row):
    page = client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get("/serving/serve.js").headers["content-type"].startswith("text/javascript")
    about = client.get("/runs").json()["runs"][0]
    columns = {column["name"]: column for column in about["columns"]}
    assert list(columns) == list(row)
    assert columns["town"]["categories"] == ["ulm", "bonn", "köln"] or set(
        columns["town"]["categories"]
    ) == {"ulm", "bonn", "köln"}
    assert columns["picked"]["range"][0] >= "2020-01-01"
    schema = client.get("/openapi.json").json()
    assert schema["components"]["schemas"]["fruit"]["required"] == list(row)
    assert "/predict" in schema["paths"]


def test_figures_count_requests_rows_and_batches(client_of, served, row):
    client = client_of(served)
    client.post("/predict", json=[row] * 3)
    client.post("/predict", json={})
    text = client.get("/metrics").text
    assert 'kerata_requests_total{run="fruit",status="200"} 1.0' in text
    assert 'kerata_requests_total{run="fruit",status="422"} 1.0' in text
    assert 'kerata_rows_total{run="fruit"} 3.0' in text
    assert 'kerata_request_seconds_count{run="fruit"} 2.0' in text


def test_a_fault_of_the_server_shows_no_traceback(client_of, served, row, monkeypatch):
    def broken(rows):
        raise RuntimeError("secret path")

    said = []
    client = client_of(served, say=said.append)
    monkeypatch.setattr(served._answering, "checked", broken)
    answer = refused(client.post("/predict", json=row), 500)
    assert "secret" not in str(answer)
    assert said == ["/predict: RuntimeError: secret path"]


# Batches ------------------------------------------------------------------------------------------


def test_requests_at_the_same_time_are_answered_together_and_apart():
    calls = []

    def answer(rows):
        calls.append(len(rows))
        time.sleep(0.02)
        if -1 in rows:
            raise BadRequest(422, "No.")
        return [2 * row for row in rows]

    async def ask():
        batches = Batches(answer, most=8)
        given = [[n, n + 100] for n in range(12)]
        given[5] = [-1]
        found = await asyncio.gather(*map(batches.ask, given), return_exceptions=True)
        await batches.close()
        return given, found

    given, found = asyncio.run(ask())
    for rows, answers in zip(given, found, strict=True):
        if rows == [-1]:
            assert isinstance(answers, BadRequest)
        else:
            assert answers == [2 * row for row in rows]
    assert len(calls) < 8
    assert max(calls) == 8


def test_who_gave_up_is_not_computed_for():
    seen = []

    def answer(rows):
        seen.extend(rows)
        time.sleep(0.05)
        return rows

    async def ask():
        batches = Batches(answer, most=0)
        first = asyncio.create_task(batches.ask([1]))
        second = asyncio.create_task(batches.ask([2]))
        third = asyncio.create_task(batches.ask([3]))
        await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.gather(first, third)
        await batches.close()

    asyncio.run(ask())
    assert seen == [1, 3]


def test_too_many_waiting_rows_are_refused(monkeypatch):
    monkeypatch.setattr("kerata.serving.batching.WAITING", 5)

    async def ask():
        batches = Batches(lambda rows: (time.sleep(0.02), rows)[1], most=0)
        found = await asyncio.gather(
            *(batches.ask([n] * 2) for n in range(4)), return_exceptions=True
        )
        await batches.close()
        return found

    found = asyncio.run(ask())
    refused = [error for error in found if isinstance(error, BadRequest)]
    assert [error.status for error in refused] == [503] * len(refused)
    assert 1 <= len(refused) < 4


def test_answers_are_plain_numbers(client, row):
    found = client.post("/predict", json=row).json()["answers"][0]
    assert isinstance(found["probability_pear"], float)
    assert np.isclose(found["probability_pear"] + found["probability_apple"], 1)


def test_answers_that_are_no_numbers_are_refused_by_row():
    check_finite(np.array([0.2, 1.0]))
    with pytest.raises(BadRequest, match="Row 2 of 3 has no answer: a value lies") as told:
        check_finite(np.array([[0.2, 0.8], [np.nan, 0.5], [1.0, np.inf]]))
    assert [fault["row"] for fault in told.value.rows] == [1, 2]
    assert told.value.status == 422
