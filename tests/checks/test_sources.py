"""The lineage begins in datasets that are declared, known and certified, and in nothing else."""

import datetime
from typing import Any

import pytest

from catalog.checks import node
from tests.checks.story import MODEL_VERSION, NOW, Story, dataset, fixes, job, labels, messages

CERTIFIED = "lineage.sources_certified"
GAPS = "lineage.no_dataset_gaps"
SOURCELESS = "lineage.no_sourceless_runs"


def story_of(**facts: Any) -> Story:
    """crm.customers → features.churn → training."""
    story = Story().source("crm.customers", **facts).dataset("features.churn", certification="none")
    story.run("features", reads=["crm.customers"], writes=["features.churn"])
    story.train(reads=["features.churn"])
    return story


def days(count: int) -> str:
    return (NOW + datetime.timedelta(days=count)).isoformat()


def test_only_the_datasets_at_the_beginning_need_a_certificate() -> None:
    assert story_of().check(CERTIFIED).status == "PASS"
    assert story_of(certified_until=days(1)).check(CERTIFIED).status == "PASS"
    for_ever = story_of(certified_until="9999-12-31T23:59:59Z")
    assert for_ever.check(CERTIFIED, grace_days=30).status == "PASS"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"certification": "none"}, "crm.customers is not certified"),
        ({"certification": "rejected"}, "the certification of crm.customers was refused"),
        ({"certified_until": days(-1)}, "the certificate of crm.customers ended on 2026-11-21"),
        (
            {"registered": False},
            "crm.customers is only known because a run read it: nobody registered it",
        ),
    ],
)
def test_an_uncertified_source_is_refused(facts: dict[str, Any], message: str) -> None:
    outcome = story_of(**facts).check(CERTIFIED)
    assert messages(outcome) == [message]
    assert labels(outcome.findings[0].path) == [
        "crm.customers at version 1",
        "run features-1",
        "features.churn at version features-1",
        "run train-2",
        "churn 3",
    ]
    assert fixes(outcome) == [
        "Ask team:crm.customers to have crm.customers certified, or retrain without it."
    ]


def test_a_certificate_that_ended_within_the_days_of_grace_passes() -> None:
    story = story_of(certified_until=days(-5))
    assert story.check(CERTIFIED, grace_days=5).status == "PASS"
    assert story.check(CERTIFIED, grace_days=4).status == "FAIL"


def test_a_source_read_in_two_versions_is_reported_once_by_its_shortest_path() -> None:
    story = Story().source("rates", certification="none").dataset("features.churn")
    story.run("features", reads=["rates"], writes=["features.churn"])
    story.source("rates", certification="none").newest[dataset("rates")] = story._version(
        "rates", "2", None
    )
    story.train(reads=["features.churn", "rates"])
    (finding,) = story.check(CERTIFIED).findings
    assert labels(finding.path) == ["rates at version 2", "run train-2", "churn 3"]


def test_someone_is_named_to_ask_even_where_nobody_owns_the_source() -> None:
    outcome = story_of(certification="none", owner=None).check(CERTIFIED)
    assert fixes(outcome)[0].startswith("Ask a steward (it has no owner) to have crm.customers")


@pytest.mark.parametrize("check", [CERTIFIED, GAPS])
def test_rules_about_all_sources_cannot_be_told_where_none_is_known(check: str) -> None:
    story = Story()
    assert story.check(check).status == "ERROR"
    story.train()
    assert story.check(check).message == "no dataset is known at the beginning of the lineage"


@pytest.mark.parametrize("check", [CERTIFIED, GAPS])
def test_rules_about_sources_do_not_apply_where_declared_jobs_generate_all_data(check: str) -> None:
    story = Story().dataset("synthetic").job("generate", is_source=True)
    story.run("generate", writes=["synthetic"])
    story.train(reads=["synthetic"])
    assert story.check(check).status == "NOT_APPLICABLE"


def test_lineage_that_begins_in_declared_sources_has_no_gap() -> None:
    assert story_of().check(GAPS).status == "PASS"


def test_lineage_that_stops_at_an_undeclared_dataset_is_refused() -> None:
    outcome = story_of(is_source=False).check(GAPS)
    assert messages(outcome) == [
        "the lineage stops at crm.customers: nothing says what wrote it, and it was not declared "
        "a source"
    ]
    assert outcome.findings[0].path[-1] == MODEL_VERSION


def test_a_declared_source_that_also_has_a_writer_does_not_hide_another_gap() -> None:
    story = Story().source("lake.raw", is_source=False).dataset("crm.customers", is_source=True)
    story.run("load", reads=["lake.raw"], writes=["crm.customers"])
    story.train(reads=["crm.customers"])
    assert [one.subject for one in story.check(GAPS).findings] == [dataset("lake.raw")]


def test_a_run_that_reads_nothing_is_refused_unless_its_job_brings_data_in() -> None:
    for is_source in (False, True):
        story = Story().dataset("crm.customers").job("load", is_source=is_source)
        for _ in range(2):
            story.run("load", writes=["crm.customers"], appends=True)
        story.train(reads=["crm.customers"])
        outcome = story.check(SOURCELESS)
        if is_source:
            assert outcome.status == "PASS"
            continue
        (finding,) = outcome.findings
        assert finding.subject == job("load")
        assert labels(finding.path)[0] == "run load-2"
        assert node.render(finding.message).startswith("load reports no input")


def test_a_training_run_that_reads_nothing_is_refused() -> None:
    story = Story()
    story.train()
    assert [one.subject for one in story.check(SOURCELESS).findings] == [job("train")]


def test_runs_that_read_something_pass() -> None:
    assert story_of().check(SOURCELESS).status == "PASS"


def test_sourceless_runs_cannot_be_told_without_lineage() -> None:
    assert Story().check(SOURCELESS).status == "ERROR"
