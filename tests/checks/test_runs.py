"""The training run is bound and complete, and nothing upstream was read from a failed writer."""

import pytest

from catalog.checks import node
from tests.checks.story import (
    DIGEST,
    MODEL_VERSION,
    OTHER_DIGEST,
    Story,
    dataset,
    fixes,
    job,
    messages,
)

BOUND = "lineage.training_run_bound"
FAILED = "lineage.no_failed_producer"


def trained() -> Story:
    story = Story().source("crm.customers")
    story.train(reads=["crm.customers"])
    return story


def test_a_version_with_a_complete_training_run_passes() -> None:
    assert trained().check(BOUND).status == "PASS"


def test_a_version_without_training_run_is_refused() -> None:
    outcome = Story().check(BOUND)
    assert outcome.status == "FAIL"
    assert messages(outcome) == [
        "churn 3 names no training run, so nothing says what it was trained on"
    ]
    assert outcome.findings[0].owner == "user:ana"


def test_a_training_run_that_nobody_heard_of_is_refused() -> None:
    story = trained()
    story.training_runs.append(node.run("elsewhere"))
    assert messages(story.check(BOUND)) == [
        "training run elsewhere is not known: no event of it was received"
    ]


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "FAIL", "ABORT"])
def test_a_training_run_that_did_not_complete_is_refused(state: str) -> None:
    story = Story()
    run = story.train(state=state)
    (finding,) = story.check(BOUND).findings
    assert node.render(finding.message) == f"training run train-1 of train is {state}, not COMPLETE"
    assert finding.path == (run, MODEL_VERSION)
    assert finding.owner == "team:train"


def test_several_training_runs_pass_unless_the_policy_says_one() -> None:
    story = trained()
    story.train(reads=["crm.customers"])
    assert story.check(BOUND).status == "PASS"
    assert messages(story.check(BOUND, allow_multi=False)) == [
        "churn 3 names 2 training runs where one is allowed"
    ]


def test_a_training_run_that_made_another_artifact_is_refused() -> None:
    story = Story()
    story.recorded_digests[story.train()] = OTHER_DIGEST
    assert f"reported another artifact ({OTHER_DIGEST})" in messages(story.check(BOUND))[0]
    story.recorded_digests[story.training_runs[0]] = DIGEST
    assert story.check(BOUND).status == "PASS"


def failed_attempt(state: str = "FAIL", **facts: str) -> Story:
    """The table was written, the next attempt to write it failed, then training read it."""
    story = Story().source("crm.customers").dataset("features.churn")
    story.run("features", reads=["crm.customers"], writes=["features.churn"])
    story.job("rebuild", owner="team:data")
    reader = story.train(reads=["features.churn"], pin=facts.pop("pin", "inferred"))
    story.attempts.append(
        {"dataset": dataset("features.churn"), "run": node.run("r9"), "state": state}
        | {"ended_at": "2026-11-20T10:00:00Z", "reader": reader, **facts}
    )
    return story


def test_lineage_of_completed_runs_passes() -> None:
    story = Story().source("crm.customers").dataset("features.churn")
    story.run("features", reads=["crm.customers"], writes=["features.churn"])
    story.train(reads=["features.churn"])
    assert story.check(FAILED).status == "PASS"


@pytest.mark.parametrize("state", ["FAIL", "ABORT"])
def test_a_table_read_after_its_last_writer_failed_is_refused(state: str) -> None:
    (finding,) = failed_attempt(state, job=job("rebuild")).check(FAILED).findings
    assert finding.subject == dataset("features.churn")
    assert node.render(finding.message) == (
        f"the last attempt to write features.churn before train read it ended in {state} (run r9)"
    )
    assert node.render(finding.fix).startswith("Repeat rebuild until it completes, then train")
    assert finding.owner == "team:data"
    assert finding.path == (node.run("r9"), node.run("train-2"), MODEL_VERSION)


def test_without_the_job_of_the_attempt_the_owner_of_the_dataset_is_asked() -> None:
    (finding,) = failed_attempt().check(FAILED).findings
    assert finding.owner == "team:features.churn"


def test_a_failed_attempt_that_was_repeated_before_the_read_passes() -> None:
    # The last attempt before the read is then the one that completed: it is no failure.
    assert failed_attempt("COMPLETE").check(FAILED).status == "PASS"


@pytest.mark.parametrize("pin", ["explicit", "digest"])
def test_a_failed_attempt_after_the_version_that_was_named_passes(pin: str) -> None:
    assert failed_attempt(pin=pin).check(FAILED).status == "PASS"


@pytest.mark.parametrize("state", ["RUNNING", "FAIL", "ABORT", "PENDING"])
def test_a_version_whose_writer_did_not_complete_is_refused(state: str) -> None:
    story = Story().source("crm.customers").dataset("features.churn")
    story.run("features", reads=["crm.customers"], writes=["features.churn"], state=state)
    story.train(reads=["features.churn"])
    outcome = story.check(FAILED)
    assert messages(outcome) == [
        f"features.churn was written by run features-1 of features, which is {state}, not COMPLETE"
    ]
    assert fixes(outcome) == ["Run features until it completes, then train on what it wrote."]


def test_a_streaming_writer_may_still_be_running_but_not_have_failed() -> None:
    for state, status in (("RUNNING", "PASS"), ("FAIL", "FAIL")):
        story = Story().source("events").dataset("sessions").job("stream", streaming=True)
        story.run("stream", reads=["events"], writes=["sessions"], state=state)
        story.train(reads=["sessions"])
        assert story.check(FAILED).status == status


def test_failed_producers_cannot_be_told_without_lineage() -> None:
    outcome = Story().check(FAILED)
    assert outcome.status == "ERROR"
    assert outcome.message == "nothing is known of what the model version was made from"
