"""Checks of measured quality, against evidence bound to the artifact that is asked about."""

from collections.abc import Iterator
from math import sqrt
from statistics import NormalDist
from typing import Any, Self

from pydantic import Field, model_validator

from catalog.checks import node
from catalog.checks.registry import Finding, Parameters, check
from catalog.checks.view import Evidence, MissingEvidence, View


class MetricThreshold(Parameters):
    """The metric's name and its bounds, both included.

    `use_ci`: whether the confidence bound on the wrong side must hold, not only the value.
    `min_n`: how many samples it must rest on. `slice`, `dataset`: which measurement is meant; the
    one over everything, and on whatever data, unless they are given.
    """

    metric: str = Field(min_length=1)
    min: float | None = None
    max: float | None = None
    use_ci: bool = False
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    min_n: int | None = Field(default=None, ge=1)
    slice: str | None = None
    dataset: str | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


@check(
    name="evaluation.metric_threshold",
    id="E01",
    version="1.0.0",
    family="evaluation",
    clauses=("EU-AI-Act:9(8)", "EU-AI-Act:15", "NIST-AI-RMF:MEASURE-2.5"),
    reads=("model", "evidence:metric:{metric}"),
    parameters=MetricThreshold,
)
def metric_threshold(view: View, parameters: MetricThreshold) -> Iterator[Finding]:
    """The newest measurement of a metric on this very artifact is within its bounds.

    Missing, measured on another artifact (E08), or on too few samples: it cannot be told. Serves
    EU AI Act Articles 9(8) and 15, on testing against metrics defined beforehand.
    """
    body = _measured(view, parameters)
    low, high = _interval(body, parameters)
    bound = " (the confidence bound)" if parameters.use_ci else ""
    name = f"{parameters.metric} of {node.mention(view.model.id)}"
    if parameters.slice is not None:
        name += f" on {parameters.slice}"
    if parameters.min is not None and low < parameters.min:
        yield _finding(view, body, f"{name} is {low:.6g}{bound}, below {parameters.min:.6g}")
    if parameters.max is not None and high > parameters.max:
        yield _finding(view, body, f"{name} is {high:.6g}{bound}, above {parameters.max:.6g}")


def _measured(view: View, parameters: MetricThreshold) -> dict[str, Any]:
    """The newest measurement. Raises MissingEvidence if none counts, saying why not."""
    wanted = [item for item in view.evidence if _is_meant(item, parameters)]
    if not wanted:
        raise MissingEvidence(f"there is no evidence of the metric {parameters.metric}")
    bound = [item for item in wanted if item.artifact_digest == view.model.artifact_digest]
    if not bound:
        raise MissingEvidence(
            f"the evidence of {parameters.metric} is for another artifact "
            f"({wanted[-1].artifact_digest}): measure this one"
        )
    body = dict(bound[-1].body)
    if parameters.min_n is not None and (body.get("n") or 0) < parameters.min_n:
        raise MissingEvidence(
            f"{parameters.metric} rests on {body.get('n') or 'an unknown number of'} samples; "
            f"it takes {parameters.min_n}"
        )
    return body


def _is_meant(item: Evidence, parameters: MetricThreshold) -> bool:
    return (
        (item.kind, item.name) == ("metric", parameters.metric)
        and item.body.get("slice") == parameters.slice
        and parameters.dataset in (None, item.body.get("dataset"))
    )


def _interval(body: dict[str, Any], parameters: MetricThreshold) -> tuple[float, float]:
    """The confidence interval if it is asked for, as given or else Wilson's; the value if not."""
    value = body["value"]
    if not parameters.use_ci:
        return value, value
    low, high = body.get("ci_low"), body.get("ci_high")
    wilson = _wilson(value, body.get("n"), parameters.confidence)
    if wilson is not None:
        low, high = wilson[0] if low is None else low, wilson[1] if high is None else high
    if (parameters.min is not None and low is None) or (
        parameters.max is not None and high is None
    ):
        raise MissingEvidence(
            f"the evidence of {parameters.metric} has no confidence interval, and none follows "
            "from its value and n"
        )
    return value if low is None else low, value if high is None else high


def _wilson(value: float, n: int | None, confidence: float) -> tuple[float, float] | None:
    """Wilson's score interval of a proportion; None where the value cannot be one.

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
    """
    if n is None or not 0 <= value <= 1:
        return None
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = value + z * z / (2 * n)
    spread = z * sqrt(value * (1 - value) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (centre - spread) / scale, (centre + spread) / scale


def _finding(view: View, body: dict[str, Any], message: str) -> Finding:
    return Finding(
        view.model.id,
        message,
        (view.model.id,),
        "Improve the model, or register another version; add the measurement made on it.",
        view.model.owner,
        {key: body[key] for key in ("value", "n", "ci_low", "ci_high") if key in body},
    )
