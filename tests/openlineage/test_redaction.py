"""Credentials leave an event before anything is kept of it."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.openlineage import event, redaction
from tests.openlineage.examples import RUN_ID, dataset, document, parsed

SECRETS = [
    ("postgres://bob:s3cret@host:5432/db", "postgres://bob:***@host:5432/db"),
    ("postgres://bob:p@ss:w@host:5432", "postgres://bob:***@host:5432"),
    ("redis://:pw@host", "redis://:***@host"),
    ("https://ghp_abc@github.com/a/b", "https://***@github.com/a/b"),
    ("s3://b/k?X-Amz-Signature=ab12&x=1", "s3://b/k?X-Amz-Signature=***&x=1"),
    ("https://h/p?sig=abc#part", "https://h/p?sig=***#part"),
    ("https://h/p?x=1&access_token=abc", "https://h/p?x=1&access_token=***"),
    ("jdbc:sqlserver://h;user=a;password=b;x=1", "jdbc:sqlserver://h;user=a;password=***;x=1"),
    ("jdbc:postgresql://h/d?user=x&password=y", "jdbc:postgresql://h/d?user=x&password=***"),
    ("jdbc:oracle:thin:scott/tiger@//h:1521/x", "jdbc:oracle:thin:scott/***@//h:1521/x"),
    ("copy from 's3://k:v@b/x' now", "copy from 's3://k:***@b/x' now"),
]
HARMLESS = [
    "abfss://container@account.dfs.core.windows.net/path",
    "kafka://host:9092",
    "https://host:8080/x@y",
    "someone@example.com",
    "select a.token = b.token from x where y = 1",
    "s3://bucket/key=value/part=1",
]


@pytest.mark.parametrize(("text", "expected"), SECRETS)
def test_credentials_in_addresses_are_masked(text: str, expected: str) -> None:
    assert redaction.may_hold_secrets(orjson.dumps(text))
    assert redaction.redact({"a": [text]}) == ({"a": [expected]}, True)
    assert redaction.redact(expected) == (expected, False)


PARTS = [
    "://",
    ":",
    "/",
    "@",
    "?",
    "&",
    ";",
    "=",
    "#",
    " ",
    "'",
    "***",
    "a",
    "password",
    "https",
    "sig",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*PARTS, "jdbc:oracle:thin:"]), max_size=14).map("".join))
def test_redacting_twice_is_as_once(text: str) -> None:
    once, _ = redaction.redact({"a": text, "password": text})
    assert redaction.redact(once) == (once, False)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_credential_stays(text: str) -> None:
    assert redaction.redact({"a": text}) == ({"a": text}, False)


@pytest.mark.parametrize(
    "key", ["password", "spark.hadoop.fs.s3a.secret.key", "accessKey", "db_password", "apiKey"]
)
def test_texts_under_secret_keys_are_masked(key: str) -> None:
    assert redaction.may_hold_secrets(orjson.dumps({key: "x"}))
    assert redaction.redact({key: "x"}) == ({key: "***"}, True)


@pytest.mark.parametrize(
    "body", [{"key": "a"}, {"password": {"type": "x"}}, {"tokens": 5}, {"password": ""}]
)
def test_columns_tags_and_counts_are_not_taken_for_secrets(body: dict[str, Any]) -> None:
    assert redaction.redact(body) == (body, False)


def test_secret_environment_variables_lose_their_values() -> None:
    facet = {
        "environmentVariables": [
            {"name": "AWS_ACCESS_KEY_ID", "value": "AKIA"},
            {"name": "HOME", "value": "/root"},
            {"name": "GOOGLE_CREDENTIALS", "value": {"a": 1}},
        ]
    }
    read = parsed(run={"runId": RUN_ID, "facets": {"environmentVariables": facet}})
    assert read.run is not None
    variables = read.run.facets["environmentVariables"]["environmentVariables"]
    assert [variable["value"] for variable in variables] == ["***", "/root", "***"]
    assert b"AKIA" not in read.body


def test_secret_execution_parameters_lose_their_values() -> None:
    facet = {"parameters": [{"key": "db_password", "value": "x"}, {"key": "rows", "value": "1"}]}
    clean, changed = redaction.redact({"executionParameters": facet})
    assert changed
    values = [parameter["value"] for parameter in clean["executionParameters"]["parameters"]]
    assert values == ["***", "1"]


def test_the_digest_is_of_the_redacted_event_so_a_new_password_is_no_new_event() -> None:
    one, two = (
        parsed(inputs=[{**dataset("a"), "namespace": f"postgres://bob:{password}@h:5432"}])
        for password in ("old", "new")
    )
    assert one.digest == two.digest
    assert one.inputs[0].namespace == "postgres://bob:***@h:5432"
    assert event.parse(one.body).digest == one.digest


def test_escaped_characters_hide_no_credential() -> None:
    body = orjson.dumps(document(inputs=[dataset("postgres://bob:pw@h")]))
    read = event.parse(body.replace(b"@", b"\\u0040"))
    assert read.inputs[0].name == "postgres://bob:***@h"


def test_the_argument_is_left_as_it_was() -> None:
    body: dict[str, Any] = {"a": {"password": "x"}, "b": {"c": 1}}
    clean, _ = redaction.redact(body)
    assert body["a"] == {"password": "x"}
    assert clean["b"] is body["b"]
