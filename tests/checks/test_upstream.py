"""Everything upstream has someone who answers for it, and no version is made from itself."""

from catalog.checks import node
from tests.checks.story import Story, dataset, fixes, job, labels, messages

OWNED = "lineage.upstream_owned"
ACYCLIC = "lineage.acyclic"


def story_of() -> Story:
    story = Story().source("crm.customers").dataset("features.churn")
    story.run("features", reads=["crm.customers"], writes=["features.churn"])
    story.train(reads=["features.churn"])
    return story


def test_an_upstream_where_everything_has_an_owner_passes() -> None:
    assert story_of().check(OWNED).status == "PASS"


def test_each_dataset_and_job_without_owner_is_named() -> None:
    story = story_of()
    story.datasets[dataset("crm.customers")]["owner"] = None
    story.jobs[job("features")]["owner"] = None
    outcome = story.check(OWNED)
    assert messages(outcome) == ["crm.customers has no owner", "features has no owner"]
    assert labels(outcome.findings[1].path)[0] == "run features-1"
    assert fixes(outcome)[0] == "Ask a steward to name the team that answers for crm.customers."


def test_a_policy_may_ask_for_owners_of_one_kind_or_near_the_model_only() -> None:
    story = story_of()
    story.datasets[dataset("crm.customers")]["owner"] = None
    assert story.check(OWNED, kinds=("job",)).status == "PASS"
    # train 1, features.churn 2, features 3, crm.customers 4
    assert story.check(OWNED, depth=3).status == "PASS"
    assert story.check(OWNED, depth=4).status == "FAIL"


def test_one_person_is_an_owner_unless_the_policy_asks_for_teams() -> None:
    story = story_of()
    story.jobs[job("features")]["owner"] = "user:bo"
    assert story.check(OWNED).status == "PASS"
    outcome = story.check(OWNED, teams_only=True)
    assert messages(outcome) == ["features is owned by one person (user:bo), not by a team"]
    assert outcome.findings[0].owner == "user:bo"


def test_owners_cannot_be_told_without_lineage() -> None:
    assert Story().check(OWNED).status == "ERROR"


def test_jobs_that_read_each_other_in_turn_are_no_cycle() -> None:
    story = Story().source("a").dataset("b")
    for _ in range(3):
        story.run("forth", reads=["a"], writes=["b"])
        story.run("back", reads=["b"], writes=["a"])
    story.train(reads=["a"])
    assert story.check(ACYCLIC).status == "PASS"


def test_a_version_made_from_itself_is_refused_with_the_way_round() -> None:
    story = Story().source("a").dataset("b")
    story.run("forth", reads=["a"], writes=["b"])
    back = story.run("back", reads=["b"])
    story.edges.append([back, node.dataset_version("warehouse", "a", "1"), "write", None])
    story.train(reads=["b"])
    (finding,) = story.check(ACYCLIC).findings
    assert finding.path[0] == finding.path[-1] == finding.subject
    assert len(set(finding.path)) == 4
    assert "upstream of itself (4 versions and runs)" in node.render(finding.message)


def test_a_run_that_reads_the_version_it_writes_is_refused() -> None:
    story = Story().dataset("a")
    run = story.run("loop", writes=["a"])
    story.edges.append([story.newest[dataset("a")], run, "read", "explicit"])
    story.train(reads=["a"])
    assert len(story.check(ACYCLIC).findings) == 1


def test_a_cycle_cannot_be_told_without_lineage() -> None:
    assert Story().check(ACYCLIC).status == "ERROR"
