"""Short names, and which spellings may mean one dataset."""

import pytest

from catalog.openlineage.naming import canonical_namespace, simple_name, variants

SAME = [
    (("s3a://bucket", "/path/x/"), ("s3://bucket", "path/x")),
    (("s3n://bucket", "path/x"), ("s3://bucket", "/path/x")),
    (("gcs://bucket", "a"), ("gs://bucket", "a")),
    (("postgresql://host", "db.s.t"), ("postgres://host:5432", "db.s.t")),
    (("postgres://bob:***@host:5432", "db.s.t"), ("postgresql://host", "db.s.t")),
    (("jdbc:mysql://host", "db.t"), ("mysql://host:3306", "db.t")),
    (("file:/data", "x.csv"), ("file", "/data/x.csv")),
    (("file", "file:/data/x.csv"), ("file://", "/data/x.csv")),
    (("snowflake://org-acc.snowflakecomputing.com", "A.B.C"), ("snowflake://org-acc", "A.B.C")),
    (("hdfs://name", "/a/"), ("hdfs://name:8020", "/a")),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_dataset_meet(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert {*variants(*one), one} & {*variants(*other), other}
    assert one not in variants(*one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("postgres://host:5432", "a"), ("postgres://host:5433", "a")),
        (("s3://bucket", "a"), ("gs://bucket", "a")),
        (("duckdb:///a.duckdb", "x"), ("duckdb:///b.duckdb", "x")),
        (("dbt", "x"), ("airflow", "x")),
    ],
)
def test_different_datasets_do_not_meet(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not {*variants(*one), one} & {*variants(*other), other}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("db.schema.orders", "orders"),
        ("/data/raw/orders.csv", "orders.csv"),
        ("/data/orders/", "orders"),
        ('DB.S."Orders"', "Orders"),
        ("orders", "orders"),
        ("/", "/"),
    ],
)
def test_the_short_name_is_what_people_say(name: str, short: str) -> None:
    assert simple_name(name) == short


@pytest.mark.parametrize(
    "namespace", ["dbt", "arn:aws:glue:eu-west-1:123", "kafka://a:9092,b:9092"]
)
def test_a_namespace_that_has_no_other_spelling_stays(namespace: str) -> None:
    assert canonical_namespace(namespace) == namespace
