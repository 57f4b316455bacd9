"""A metric is within its bounds on this artifact, or it cannot be told."""

import pytest
from pydantic import ValidationError

from catalog.checks import families
from tests.checks.story import OTHER_DIGEST, Story, messages, metric

CHECK = "evaluation.metric_threshold"


@pytest.mark.parametrize(
    ("bounds", "value", "status"),
    [
        ({"min": 0.8}, 0.8, "PASS"),
        ({"min": 0.8}, 0.79, "FAIL"),
        ({"max": 0.1}, 0.1, "PASS"),
        ({"max": 0.1}, 0.11, "FAIL"),
        ({"min": 0.4, "max": 0.6}, 0.5, "PASS"),
    ],
)
def test_both_bounds_are_included(bounds: dict[str, float], value: float, status: str) -> None:
    assert Story().check(CHECK, metric(value), metric="accuracy", **bounds).status == status


def test_the_message_names_metric_model_value_and_bound() -> None:
    outcome = Story().check(CHECK, metric(0.75, n=100), metric="accuracy", min=0.8)
    assert messages(outcome) == ["accuracy of churn 3 is 0.75, below 0.8"]
    assert outcome.findings[0].data == {"value": 0.75, "n": 100}


def test_the_newest_measurement_counts() -> None:
    evidence = metric(0.9), metric(0.7)
    assert Story().check(CHECK, *evidence, metric="accuracy", min=0.8).status == "FAIL"
    assert Story().check(CHECK, *evidence[::-1], metric="accuracy", min=0.8).status == "PASS"


def test_a_missing_metric_cannot_be_told() -> None:
    outcome = Story().check(CHECK, metric(0.9, name="auc"), metric="accuracy", min=0.8)
    assert outcome.status == "ERROR"
    assert outcome.message == "there is no evidence of the metric accuracy"


def test_evidence_for_another_artifact_does_not_count() -> None:
    other = metric(0.99, digest=OTHER_DIGEST)
    outcome = Story().check(CHECK, other, metric="accuracy", min=0.8)
    assert outcome.status == "ERROR"
    assert "is for another artifact" in (outcome.message or "")
    assert Story().check(CHECK, metric(0.9), other, metric="accuracy", min=0.8).status == "PASS"


@pytest.mark.parametrize(("n", "status"), [(500, "PASS"), (499, "ERROR"), (None, "ERROR")])
def test_too_few_samples_cannot_be_told(n: int | None, status: str) -> None:
    evidence = metric(0.9) if n is None else metric(0.9, n=n)
    outcome = Story().check(CHECK, evidence, metric="accuracy", min=0.8, min_n=500)
    assert outcome.status == status


def test_with_use_ci_the_lower_bound_must_hold() -> None:
    # Wilson at 95 %: 0.82 of 100 is 0.7333..0.8830; of 10,000 it is 0.8124..0.8274.
    asked = {"metric": "accuracy", "min": 0.8, "use_ci": True}
    few = Story().check(CHECK, metric(0.82, n=100), **asked)
    assert messages(few) == ["accuracy of churn 3 is 0.733326 (the confidence bound), below 0.8"]
    assert Story().check(CHECK, metric(0.82, n=10_000), **asked).status == "PASS"


def test_a_given_interval_goes_before_a_computed_one() -> None:
    given = metric(0.82, n=10_000, ci_low=0.7)
    assert Story().check(CHECK, given, metric="accuracy", min=0.8, use_ci=True).status == "FAIL"


def test_an_interval_that_nothing_gives_cannot_be_told() -> None:
    for evidence in (metric(0.9), metric(12.0, n=50)):
        outcome = Story().check(CHECK, evidence, metric="accuracy", min=0.8, use_ci=True)
        assert outcome.status == "ERROR"


def test_a_measurement_on_a_slice_does_not_stand_for_the_whole() -> None:
    sliced = metric(0.9, slice="region=north")
    assert Story().check(CHECK, sliced, metric="accuracy", min=0.8).status == "ERROR"
    asked = {"metric": "accuracy", "min": 0.95, "slice": "region=north"}
    assert messages(Story().check(CHECK, sliced, **asked)) == [
        "accuracy of churn 3 on region=north is 0.9, below 0.95"
    ]


def test_a_measurement_on_another_dataset_does_not_count() -> None:
    asked = {"metric": "accuracy", "min": 0.8, "dataset": "holdout"}
    assert Story().check(CHECK, metric(0.9, dataset="train"), **asked).status == "ERROR"
    assert Story().check(CHECK, metric(0.9, dataset="holdout"), **asked).status == "PASS"


@pytest.mark.parametrize(
    "parameters", [{}, {"min": 0.9, "max": 0.1}, {"min": "0.8"}, {"min": 0.8, "mx": 1.0}]
)
def test_bounds_that_make_no_sense_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        families.CHECKS[CHECK].parameters.model_validate({"metric": "accuracy", **parameters})
