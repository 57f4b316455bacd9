"""`sluice events post`: files of events, what becomes of them, and servers at their limits."""

import gzip
import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from catalog import db, ingest
from tests.command_line import Sluice, command_line
from tests.conftest import RunningServer
from tests.events import run_event


@pytest.fixture
def sluice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Sluice]:
    with command_line(monkeypatch, capsys, tmp_path) as run:
        yield run


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    lines = [json.dumps(run_event(f"job {number}")) for number in range(5)]
    path.write_text("\n".join(lines) + "\n")
    return path


def post(sluice: Sluice, server: RunningServer, *files: Path) -> Any:
    """What `events post --json` says of the files."""
    result = sluice("events", "post", *files, "--json", url=server.url, token=server.admin_token)
    return json.loads(result.out)


def test_posted_events_are_counted_and_again_change_nothing(
    sluice: Sluice, server: RunningServer, events: Path, engine: sa.Engine
) -> None:
    place = {"url": server.url, "token": server.admin_token}
    result = sluice("events", "post", events, **place)
    assert result.code == 0
    assert re.fullmatch(r"posted 5 events in \d\.\d s: 5 accepted, 0 rejected\n", result.out)
    with db.transaction(engine, reading=True) as session:
        before = ingest.dump(session)
    assert sluice("events", "post", events, **place).code == 0
    with db.transaction(engine, reading=True) as session:
        assert ingest.dump(session) == before


def test_gzip_arrays_and_a_printed_object_are_read_too(
    sluice: Sluice, server: RunningServer, events: Path, tmp_path: Path
) -> None:
    documents = [json.loads(line) for line in events.read_text().splitlines()]
    (zipped := tmp_path / "events.gz").write_bytes(gzip.compress(events.read_bytes()))
    (array := tmp_path / "array.json").write_text(f"\n{json.dumps(documents, indent=2)}")
    (single := tmp_path / "one.json").write_text(json.dumps(documents[0], indent=2))
    (empty := tmp_path / "empty.ndjson").write_text("")
    assert post(sluice, server, zipped, array, single, empty)["accepted"] == 11


def test_rejected_lines_are_named_by_their_number_and_the_others_accepted(
    sluice: Sluice, server: RunningServer, events: Path
) -> None:
    lines = events.read_text().splitlines()
    lines[1] = '{"eventTime":'
    lines[3] = '{"run": {"runId": "no time"}}'
    events.write_text("\n".join([*lines, "", "no JSON at all"]))
    result = sluice("events", "post", events, url=server.url, token=server.admin_token)
    assert result.code == 1
    assert "3 accepted, 3 rejected" in result.out
    assert "events.ndjson:2: rejected: not JSON: unexpected end of data" in result.err
    assert "events.ndjson:4: rejected: the event has no eventTime" in result.err
    assert "events.ndjson:7: rejected: not JSON" in result.err


def test_an_event_with_a_number_that_json_lacks_is_left_to_the_server(
    sluice: Sluice, server: RunningServer, events: Path
) -> None:
    event = run_event("a job")
    event["run"]["facets"] = {"size": {"rows": float("nan")}}
    events.write_text(json.dumps(event))
    assert post(sluice, server, events)["accepted"] == 1


def test_warnings_are_told_once_with_their_count_and_first_place(
    sluice: Sluice, server: RunningServer, events: Path
) -> None:
    documents = [json.loads(line) for line in events.read_text().splitlines()]
    for document in documents:
        del document["producer"]
    events.write_text("\n".join(map(json.dumps, documents)))
    (warned,) = post(sluice, server, events)["warnings"]
    assert warned == {"warning": "producer: missing", "count": 5, "first": "events.ndjson:1"}
    told = sluice("events", "post", events)
    assert "warning, 5 ×, first at events.ndjson:1: producer: missing" in told.out


def test_a_file_that_is_damaged_or_no_json_is_one_clear_line(
    sluice: Sluice, server: RunningServer, events: Path, tmp_path: Path
) -> None:
    place = {"url": server.url, "token": server.admin_token}
    (cut := tmp_path / "cut.gz").write_bytes(gzip.compress(events.read_bytes())[:-20])
    assert sluice("events", "post", cut, **place).complaint.startswith("cut.gz is damaged: ")
    (half := tmp_path / "half.json").write_text('[\n{"a": 1},\n')
    assert "half.json, line 3: not JSON" in sluice("events", "post", half, **place).complaint
    missing = sluice("events", "post", tmp_path / "nowhere", **place)
    assert missing.code == 2
    assert "does not exist" in missing.err


def test_a_wrong_token_is_one_clear_line(
    sluice: Sluice, server: RunningServer, events: Path
) -> None:
    wrong = sluice("events", "post", events, url=server.url, token="slc_wrong")
    assert wrong.code == 2
    assert "does not know this token" in wrong.complaint
    without = sluice("events", "post", events, url=server.url, token="")
    assert "give --token or set SLUICE_TOKEN" in without.complaint


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("http://127.0.0.1:1", 4, "no server answers at http://127.0.0.1:1 (Connection refused)"),
        ("ftp://example.com", 2, "'ftp://example.com' is no address of a server"),
        ("http://example.com:port", 2, "'http://example.com:port' is no address of a server"),
    ],
)
def test_a_server_that_is_not_there_is_one_clear_line(
    sluice: Sluice, events: Path, url: str, code: int, said: str
) -> None:
    result = sluice("events", "post", events, url=url)
    assert result.code == code
    assert result.complaint.startswith(said)


# ── a server that is at its limits ───────────────────────────────────────────────────────────────


class Busy(http.server.BaseHTTPRequestHandler):
    """Stands for a server that is at its limits: answers with the statuses it is told, then 200."""

    statuses: ClassVar[list[int]] = []
    sizes: ClassVar[list[int]] = []
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        events = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.sizes.append(len(events))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 413 and len(events) == 1:
            status = 200
        body = json.dumps({"failed_events": [], "warnings": [], "detail": "too much"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)
        # As a proxy does with a connection that was idle for long: without a word.
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def busy(*statuses: int) -> Iterator[str]:
    Busy.statuses, Busy.sizes = list(statuses), []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def test_a_server_that_is_too_busy_is_asked_again(sluice: Sluice, events: Path) -> None:
    with busy(503, 503) as url:
        result = sluice("events", "post", events, "--json", url=url)
    assert json.loads(result.out)["accepted"] == 5
    assert Busy.sizes == [5, 5, 5]


def test_a_server_that_stays_too_busy_is_given_up_in_the_end(sluice: Sluice, events: Path) -> None:
    with busy(*[503] * 12) as url:
        result = sluice("events", "post", events, url=url)
    assert result.code == 4
    assert "kept answering 503: too much" in result.complaint


def test_a_batch_that_is_too_large_is_sent_in_halves(sluice: Sluice, events: Path) -> None:
    with busy(413, 413) as url:
        result = sluice("events", "post", events, "--json", url=url)
    assert json.loads(result.out)["accepted"] == 5
    assert Busy.sizes == [5, 2, 1, 1, 3]


def test_a_connection_that_was_closed_meanwhile_is_opened_again(
    sluice: Sluice, events: Path
) -> None:
    with busy() as url:
        result = sluice("events", "post", events, events, "--json", url=url)
    assert json.loads(result.out)["accepted"] == 10


def test_a_failure_halfway_says_how_far_it_came(sluice: Sluice, events: Path) -> None:
    with busy(200, 500) as url:
        result = sluice("events", "post", events, events, url=url)
    assert result.code == 4
    assert "sluice: 5 events were accepted before this\n" in result.err
    assert "answered 500: too much" in result.err


def test_the_gate_exits_4_when_what_answers_is_no_gate(sluice: Sluice) -> None:
    with busy() as url:
        result = sluice("gate", "check", "m", "n", "1", "--stage", "production", url=url)
    assert result.code == 4
    assert result.complaint == f"what answers at {url} is no gate"
