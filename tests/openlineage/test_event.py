"""What of a producer's event is read, what is warned of, and what is refused."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from catalog.errors import MalformedEvent, UnusableEvent
from catalog.openlineage import event
from catalog.openlineage.event import EventType, Kind
from tests.openlineage.examples import RUN_ID, dataset, document, parsed, static_dataset, static_job


def test_a_sound_run_event_is_read_without_warnings() -> None:
    read = parsed("START", inputs=[dataset("a")], outputs=[dataset("b")])
    assert read.kind is Kind.RUN
    assert read.type is EventType.START
    assert read.time == datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert read.run is not None
    assert read.run.key == RUN_ID
    assert [mention.name for mention in (*read.inputs, *read.outputs)] == ["a", "b"]
    assert read.warnings == ()


def test_an_event_without_a_run_is_a_job_event_whatever_its_schema_url_says() -> None:
    read = static_job(inputs=[dataset("a")])
    assert (read.kind, read.run, read.type) == (Kind.JOB, None, None)
    assert [mention.name for mention in read.inputs] == ["a"]


def test_an_event_without_run_and_job_is_a_dataset_event() -> None:
    read = static_dataset("a", {"schema": {"fields": []}})
    assert read.kind is Kind.DATASET
    assert read.dataset is not None
    assert (read.dataset.name, list(read.dataset.facets)) == ("a", ["schema"])


def test_a_dataset_beside_a_run_and_a_job_is_ignored_with_a_warning() -> None:
    read = parsed(dataset=dataset("a"))
    assert read.kind is Kind.RUN
    assert read.dataset is None
    assert read.warnings == ("dataset: ignored beside a job",)


ODDITIES: list[tuple[dict[str, Any], str]] = [
    ({"eventType": "complete"}, "eventType: 'complete' read as COMPLETE"),
    ({"eventType": "SKIPPED"}, "eventType: 'SKIPPED' read as OTHER"),
    ({"eventTime": "2026-01-01T00:00:01"}, "eventTime: no offset, read as UTC"),
    ({"eventTime": "2026-01-01T00:00:01.000000999Z"}, "eventTime: finer than a microsecond, cut"),
    ({"run": {"runId": "run_id"}}, "run.runId: 'run_id' is not a UUID"),
    ({"run": {"runId": 7}}, "run.runId: a number, read as text"),
    ({"run": {"runId": RUN_ID, "facets": None}}, "run.facets: null, not an object; ignored"),
    ({"inputs": "a"}, "inputs: a text, not a list; ignored"),
    ({"inputs": {**dataset("a")}}, "inputs: an object, read as the only item of a list"),
    ({"inputs": [{"namespace": "n"}]}, "inputs[0] has no name; dropped"),
    ({"inputs": [{"name": "n", "namespace": " "}]}, "inputs[0] has no namespace; dropped"),
    ({"inputs": ["a"]}, "inputs[0] is a text, not an object; dropped"),
    ({"inputs": [dataset("a"), dataset("a")]}, "inputs: 1 listed more than once, merged"),
    (
        {"inputs": [dataset("a", facets={"x": 1})]},
        "inputs[0].facets.x: a number, not an object; dropped",
    ),
    (
        {"inputs": [dataset("a", facets={"x": None})]},
        "inputs[0].facets.x: null, not an object; dropped",
    ),
    (
        {"outputs": [dataset("a", outputFacets=[])]},
        "outputs[0].outputFacets: a list, not an object; ignored",
    ),
    ({"producer": 3}, "producer: missing"),
    ({"schemaURL": 3}, "schemaURL: missing"),
    ({"job": {"namespace": "n", "name": 5}}, "job.name: a number, read as text"),
    ({"job": {"namespace": "n", "name": "a\x00b"}}, "NUL characters were removed"),
]


@pytest.mark.parametrize(("parts", "warning"), ODDITIES)
def test_what_real_producers_get_wrong_is_a_warning(parts: dict[str, Any], warning: str) -> None:
    read = parsed(**parts)
    assert warning in read.warnings
    assert event.parse(read.body).digest == read.digest


def test_null_lists_and_types_are_as_absent() -> None:
    body = {**document(), "inputs": None, "outputs": None, "eventType": None}
    read = event.parse(orjson.dumps(body))
    assert (read.type, read.inputs, read.outputs, read.lists_datasets) == (None, (), (), False)
    assert "inputs: null, not a list; ignored" in read.warnings


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"eventTime": 5}, "eventTime '5' is not an ISO 8601 time"),
    ({"eventTime": "yesterday"}, "eventTime 'yesterday' is not an ISO 8601 time"),
    ({"eventTime": "0001-01-01T00:00:00+14:00"}, "eventTime '0001-01-01T00:00:00+14:00' is not"),
    ({"run": {}}, "run has no runId"),
    ({"run": "abc"}, "run is a text, not an object"),
    ({"job": {"name": "a"}}, "job has no namespace"),
    ({"job": {"namespace": "a", "name": ""}}, "job has no name"),
    ({"job": {"namespace": "\x00", "name": "a"}}, "job has no namespace"),
    ({"job": {"namespace": True, "name": "a"}}, "job has no namespace"),
]


@pytest.mark.parametrize(("parts", "reason"), UNUSABLE)
def test_an_event_of_which_nothing_can_be_projected_says_why(
    parts: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnusableEvent, match=re.escape(reason)):
        parsed(**parts)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"run": {"runId": "x"}, "dataset": dataset("a")}, "a run but no job"),
        ({}, "neither run, job nor dataset"),
    ],
)
def test_a_structure_that_is_no_kind_of_event_is_unusable(parts: Any, reason: str) -> None:
    body = {"eventTime": "2026-01-01T00:00:00Z", **parts}
    with pytest.raises(UnusableEvent, match=reason):
        event.parse(orjson.dumps(body))


def test_an_event_without_a_time_is_unusable() -> None:
    with pytest.raises(UnusableEvent, match="no eventTime"):
        parsed(eventTime=None)


@pytest.mark.parametrize("body", [b"", b"{", b"not json", b'{"a": "\xff"}', b"[" * 2000])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedEvent, match=r"^not JSON: ") as refusal:
        event.parse(body)
    assert refusal.value.position is not None


@pytest.mark.parametrize(
    ("body", "found"), [(b"[]", "a list"), (b"3", "a number"), (b"null", "null")]
)
def test_what_is_not_an_object_is_malformed(body: bytes, found: str) -> None:
    with pytest.raises(MalformedEvent, match=f"an event is a JSON object, this is {found}"):
        event.parse(body)


def test_json_nested_too_deeply_to_be_kept_is_unusable() -> None:
    nested = b"[" * 300 + b'"\\u0000"' + b"]" * 300
    body = orjson.dumps(document())[:-1] + b',"x":' + nested + b"}"
    with pytest.raises(UnusableEvent, match="cannot be kept"):
        event.parse(body)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"NaN", None),
        (b"-Infinity", None),
        (b'"\\ud83d!"', "\ufffd!"),
        (b"1" * 30, float("1" * 30)),
    ],
)
def test_json_that_only_python_reads_is_mended(value: bytes, expected: Any) -> None:
    facets = b'"facets":{"statistics":{"rows":' + value + b',"odd":NaN}}'
    body = orjson.dumps(document(run={"runId": RUN_ID})).replace(b'"runId"', facets + b',"runId"')
    read = event.parse(body)
    assert read.run is not None
    assert read.run.facets["statistics"] == {"rows": expected, "odd": None}
    assert read.warnings[0].startswith("not strict JSON, mended")
    assert event.parse(read.body).digest == read.digest


def test_a_byte_order_mark_is_passed_over() -> None:
    body = orjson.dumps(document())
    assert event.parse(b"\xef\xbb\xbf" + body).digest == event.parse(body).digest


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-01T01:00:01+01:00",
        "2026-01-01t00:00:01z",
        "2026-01-01 00:00:01+0000",
        "2026-01-01T01:00:01.000+01:00[Europe/Paris]",
        "20260101T000001Z",
    ],
)
def test_times_are_read_in_the_forms_that_producers_write(written: str) -> None:
    read = parsed(eventTime=written)
    assert read.time_text == "2026-01-01T00:00:01.000000Z"
    assert read.warnings == ()


def test_a_run_id_keeps_its_text_and_gets_a_uuid_as_key() -> None:
    upper, other = parsed(run={"runId": RUN_ID.upper()}), parsed(run={"runId": "run_id"})
    assert upper.run is not None
    assert other.run is not None
    assert (upper.run.id, upper.run.key) == (RUN_ID.upper(), RUN_ID)
    assert (other.run.id, uuid.UUID(other.run.key).version) == ("run_id", 5)
    assert upper.warnings == ()


def test_the_digest_does_not_depend_on_the_order_of_keys_or_white_space() -> None:
    body = document(inputs=[dataset("a")])
    shuffled = orjson.dumps(dict(reversed(body.items())), option=orjson.OPT_INDENT_2)
    assert event.parse(shuffled).digest == event.parse(orjson.dumps(body)).digest


def test_the_body_is_kept_as_received_when_there_is_nothing_to_redact() -> None:
    body = orjson.dumps(document(), option=orjson.OPT_INDENT_2)
    assert event.parse(body).body is body


def test_a_document_out_of_a_batch_is_the_same_event_as_its_own_body() -> None:
    body = orjson.dumps(document(inputs=[dataset("a\x00")]))
    from_batch = event.parse_document(orjson.loads(body))
    assert from_batch.digest == event.parse(body).digest
    assert from_batch.inputs[0].name == "a"
    assert event.parse_document(orjson.loads(body), body).body is body


def test_later_events_sort_after_earlier_ones_and_an_end_after_a_start_at_one_time() -> None:
    ordered = [
        parsed("COMPLETE", 1),
        parsed("OTHER", 2),
        parsed("START", 2),
        parsed("RUNNING", 2),
        parsed("FAIL", 2),
        parsed(None, 3),
    ]
    assert sorted(ordered, key=lambda read: read.order_key) == ordered
    assert sorted(ordered, key=lambda read: read.order_text) == ordered


def test_a_dataset_read_and_written_is_one_whose_output_facets_win() -> None:
    read = parsed(
        inputs=[dataset("a", facets={"schema": {"v": 1}, "storage": {}})],
        outputs=[dataset("a", facets={"schema": {"v": 2}})],
    )
    (one,) = read.datasets()
    assert one.facets == {"schema": {"v": 2}, "storage": {}}


def test_warnings_are_bounded() -> None:
    read = parsed(inputs=[{} for _ in range(1000)])
    assert len(read.warnings) == event.MAX_WARNINGS
    assert read.warnings[-1] == "and 951 more"
