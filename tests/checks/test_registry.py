"""A check that breaks or cannot tell never passes, and what it says holds no name in the clear."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.checks import facts, families, node, registry
from catalog.checks import view as views
from catalog.checks.registry import Check, Finding, Parameters
from catalog.checks.view import View
from tests.checks.story import DIGEST, NOW, Story, dataset, metric


def outcome_of(decide: object) -> registry.Outcome:
    made = Check("test.one", "T01", "1.0.0", "test", (), (), Parameters, decide)  # type: ignore[arg-type]  # each test gives its own
    seen = views.build(Story().document(), (), now=NOW, stage="production")
    return registry.run(made, seen, Parameters())


def test_a_check_that_breaks_is_an_error_that_says_so() -> None:
    def breaks(view: View, _: Parameters) -> Iterator[Finding]:
        yield Finding(view.model.id, "first", (), "fix")
        raise KeyError("secret.table")

    outcome = outcome_of(breaks)
    assert outcome.status == "ERROR"
    assert outcome.findings == ()
    assert outcome.message == "the check broke: KeyError"


def test_a_check_without_findings_passes() -> None:
    assert outcome_of(lambda view, _: ()).status == "PASS"


@pytest.mark.parametrize(("name", "id"), [("lineage.acyclic", "X99"), ("test.new", "L24")])
def test_two_checks_of_one_name_or_id_are_refused(name: str, id: str) -> None:
    made = registry.check(
        name=name, id=id, version="1", family="x", clauses=(), reads=(), parameters=Parameters
    )
    with pytest.raises(ValueError, match="there are two checks"):
        made(lambda view, _: ())


def test_a_check_that_reads_unknown_facts_is_refused() -> None:
    made = registry.check(
        name="test.new",
        id="T1",
        version="1",
        family="x",
        clauses=(),
        reads=("weather",),
        parameters=Parameters,
    )
    with pytest.raises(ValueError, match="unknown facts: weather"):
        made(lambda view, _: ())


@pytest.mark.parametrize("check", families.CHECKS.values(), ids=lambda check: check.name)
def test_every_check_says_what_it_holds_and_what_it_serves(check: Check) -> None:
    text = check.decide.__doc__ or ""
    assert check.summary
    assert "Serves" in text
    assert check.name.startswith(f"{check.family}.")


def test_a_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="snapshot format 2 is not 1"):
        views.build(Story().document() | {"format": 2}, (), now=NOW, stage="production")


def everything_wrong() -> Story:
    """A story in which every check of the graph finds something, all names holding `secret`."""
    wrong: dict[str, Any] = {
        "certification": "none",
        "owner": None,
        "is_source": False,
        "registered": False,
    }
    story = Story().source("secret.raw", {"secretmail": ["pii"], "secretzip": []}, **wrong)
    story.dataset("secret.features", {"secretmail": [], "secretzip": []}, owner=None)
    story.job("secretload", owner=None).job("secretmake", owner=None)
    story.run(
        "secretmake",
        reads=["secret.raw"],
        writes=["secret.features"],
        state="FAIL",
        columns=[f"secret{c}@secret.raw > secret{c}@secret.features" for c in ("mail", "zip")],
    )
    story.run("secretload", writes=["secret.raw"])
    story.source("secret.loop", **wrong)
    loop = story.run("secretmake", reads=["secret.loop"])
    story.edges.append([loop, story.newest[dataset("secret.loop")], "write", None])
    story.train(reads=["secret.features", "secret.raw", "secret.loop"], state="ABORT")
    return story


@pytest.mark.parametrize("check", sorted(families.CHECKS))
def test_no_finding_shows_a_name_to_who_may_not_read_it(check: str) -> None:
    parameters = {"metric": "auc", "min": 0.9} if check.startswith("evaluation") else {}
    outcome = everything_wrong().check(check, metric(0.5, name="auc"), **parameters)
    assert outcome.findings
    for finding in outcome.findings:
        shown = [
            node.render(text, visible=lambda _: False) for text in (finding.message, finding.fix)
        ]
        assert "secret" not in " ".join(shown)
        assert all(node.parse(one) for one in (finding.subject, *finding.path))
        json.dumps(dict(finding.data))


def test_an_edit_that_no_rule_reads_changes_none_of_its_facts() -> None:
    story = Story().source("crm", {"email": ["pii"]})
    story.train(reads=["crm"])
    parts = families.CHECKS["lineage.sources_certified"].reading(Parameters())
    before = facts.select(story.document(), (), parts)
    story.datasets[dataset("crm")]["owner"] = "team:other"
    story.datasets[dataset("crm")]["fields"][0]["tags"] = []
    assert facts.select(story.document(), (), parts) == before
    story.datasets[dataset("crm")]["certification"] = "none"
    assert facts.select(story.document(), (), parts) != before


def test_evidence_is_a_fact_by_kind_and_name() -> None:
    evidence = (metric(0.9), metric(0.8, name="auc"))
    assert facts.select(Story().document(), evidence, ["evidence:metric:auc"]) == {
        "evidence:metric:auc": [[DIGEST, {"value": 0.8}]]
    }


def test_node_ids_cost_no_heavy_import() -> None:
    code = "import sys, catalog.checks.node; print({'pydantic', 'networkx'} & sys.modules.keys())"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"
