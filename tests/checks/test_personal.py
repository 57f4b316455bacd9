"""Personal data is followed from where it comes in to the features, column by column."""

import itertools

import pytest
from pydantic import ValidationError

from catalog.checks import node
from catalog.checks.personal import NoPersonalData
from tests.checks.story import MODEL_VERSION, Story, dataset, field, fixes, job, labels, messages

CHECK = "lineage.no_personal_data_in_features"
CLEAN = ["not-personal"]
CUSTOMERS = {"email": ["pii.email"], "age": CLEAN}
FEATURES: dict[str, list[str]] = {"email_domain": [], "age_band": []}
PLAIN = "age@crm.customers > age_band@features.churn"


def story_of(*columns: str, **facts: object) -> Story:
    """crm.customers → features → features.churn → training."""
    story = Story().source("crm.customers", CUSTOMERS).dataset("features.churn", FEATURES)
    story.run(
        "features",
        reads=["crm.customers"],
        writes=["features.churn"],
        columns=[PLAIN, *columns] if columns else None,
    )
    story.train(reads=["features.churn"])
    return story


def test_an_unmasked_personal_column_is_named_with_its_way_fix_and_owner() -> None:
    outcome = story_of("email@crm.customers > email_domain@features.churn").check(CHECK)
    (finding,) = outcome.findings
    assert messages(outcome) == [
        "email of crm.customers reaches feature email_domain of features.churn unmasked"
    ]
    assert finding.path == (
        field("email@crm.customers"),
        field("email_domain@features.churn"),
        node.run("train-2"),
        MODEL_VERSION,
    )
    assert fixes(outcome) == [
        "Mask email of crm.customers where features makes email_domain of features.churn, and "
        "mark that hop so (ask team:features); or train without email_domain of features.churn."
    ]
    assert finding.owner == "team:features"
    assert finding.data == {
        "hops": 1,
        "hops_with_column_lineage": 1,
        "origin": field("email@crm.customers"),
        "hop": {
            "job": job("features"),
            "source": field("email@crm.customers"),
            "target": field("email_domain@features.churn"),
            "column_lineage": True,
        },
    }


def test_a_masked_column_passes() -> None:
    story = story_of("email@crm.customers #> email_domain@features.churn")
    assert story.check(CHECK).status == "PASS"


def test_a_column_masked_on_one_way_and_plain_on_another_is_refused() -> None:
    story = story_of(
        "email@crm.customers #> email_domain@features.churn",
        "email@crm.customers > email_domain@features.churn",
    )
    assert story.check(CHECK).status == "FAIL"


def test_what_only_filtered_or_joined_a_column_does_not_reach_it() -> None:
    story = story_of("email@crm.customers ~> email_domain@features.churn")
    assert story.check(CHECK).status == "PASS"


def test_a_personal_column_that_no_feature_is_made_from_passes() -> None:
    story = Story().source("crm.customers", CUSTOMERS).dataset("features.churn", {"age_band": []})
    story.run("features", reads=["crm.customers"], writes=["features.churn"], columns=[PLAIN])
    story.train(reads=["features.churn"])
    assert story.check(CHECK).status == "PASS"


def chain(*, staged: list[str] = [], renamed: str = ">") -> Story:  # noqa: B006 - never changed
    """crm.customers → stg.customers → features.churn, `contact` being the email."""
    story = Story().source("crm.customers", CUSTOMERS)
    story.dataset("stg.customers", {"contact": staged}).dataset("features.churn", {"domain": CLEAN})
    story.run(
        "stage",
        reads=["crm.customers"],
        writes=["stg.customers"],
        columns=[f"email@crm.customers {renamed} contact@stg.customers"],
    )
    story.run(
        "features",
        reads=["stg.customers"],
        writes=["features.churn"],
        columns=["contact@stg.customers > domain@features.churn"],
    )
    story.train(reads=["features.churn"])
    return story


def test_a_renamed_column_is_followed_and_the_last_hop_is_the_one_to_mask() -> None:
    outcome = chain().check(CHECK)
    assert labels(outcome.findings[0].path) == [
        "email of crm.customers",
        "contact of stg.customers",
        "domain of features.churn",
        "run train-3",
        "churn 3",
    ]
    assert fixes(outcome)[0].startswith("Mask contact of stg.customers where features makes")


def test_a_tag_that_says_clean_does_not_stop_what_flows_through_a_derived_column() -> None:
    assert chain(staged=CLEAN).check(CHECK).status == "FAIL"


def test_a_tag_that_says_personal_counts_on_a_derived_column_too() -> None:
    assert chain(renamed="#>").check(CHECK).status == "PASS"
    outcome = chain(renamed="#>", staged=["pii"]).check(CHECK)
    assert messages(outcome) == [
        "contact of stg.customers reaches feature domain of features.churn unmasked"
    ]


def test_a_hop_without_column_lineage_carries_everything_everywhere() -> None:
    outcome = story_of().check(CHECK)
    assert messages(outcome) == [
        f"email of crm.customers reaches feature {name} of features.churn unmasked, as far as "
        "anyone can tell: features reports no column lineage for features.churn"
        for name in ("age_band", "email_domain")
    ]
    assert fixes(outcome)[0] == (
        "Let features report column lineage for features.churn (ask team:features); or train "
        "without age_band of features.churn."
    )
    assert outcome.findings[0].data["hops_with_column_lineage"] == 0


def test_a_hop_without_column_lineage_passes_where_all_that_it_reads_is_clean() -> None:
    story = Story().source("rates", {"rate": CLEAN}).dataset("features.churn", {"rate": []})
    story.run("features", reads=["rates"], writes=["features.churn"])
    story.train(reads=["features.churn"])
    assert story.check(CHECK).status == "PASS"


def test_a_source_column_that_nobody_classified_is_unknown() -> None:
    story = Story().source("rates", {"rate": []}).dataset("features.churn", {"rate": []})
    story.run(
        "features",
        reads=["rates"],
        writes=["features.churn"],
        columns=["rate@rates > rate@features.churn"],
    )
    story.train(reads=["features.churn"])
    outcome = story.check(CHECK)
    assert messages(outcome) == [
        "rate of rates is classified by nobody and reaches feature rate of features.churn unmasked"
    ]
    assert fixes(outcome)[0].startswith(
        "Ask team:rates to classify rate of rates: as not-personal, if that is true; or mask rate"
    )
    assert outcome.findings[0].owner == "team:rates"
    assert story.check(CHECK, unknown="ignore").status == "PASS"


def test_a_whole_source_can_be_said_to_hold_no_personal_data() -> None:
    story = Story().source("rates", {"rate": []}, tags=CLEAN)
    story.train(reads=["rates"])
    assert story.check(CHECK).status == "PASS"


def test_a_column_that_is_personal_is_so_in_a_source_said_to_hold_none() -> None:
    story = Story().source("rates", {"rate": [], "broker": ["pii"]}, tags=CLEAN)
    story.train(reads=["rates"])
    outcome = story.check(CHECK)
    assert messages(outcome) == [
        "broker of rates is tagged as personal data and is itself a feature"
    ]
    assert outcome.findings[0].path == (field("broker@rates"), node.run("train-1"), MODEL_VERSION)


def test_a_source_tagged_as_personal_is_so_but_for_columns_said_not_to_be() -> None:
    story = Story().source("people", {"name": [], "height": CLEAN}, tags=["pii"])
    story.train(reads=["people"])
    assert [one.subject for one in story.check(CHECK).findings] == [field("name@people")]


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("pii", "FAIL"),
        ("PII.Email", "FAIL"),
        ("pii:email", "FAIL"),
        ("special.health", "FAIL"),
        ("piiless", "FAIL"),  # no class of ours: the column is classified by nobody
        ("not-personal", "PASS"),
    ],
)
def test_tags_are_classes_with_what_is_beneath_them(tag: str, status: str) -> None:
    story = Story().source("people", {"x": [tag]})
    story.train(reads=["people"])
    assert story.check(CHECK).status == status
    is_known = tag.lower().startswith(("pii.", "pii:", "special"))
    assert (story.check(CHECK, unknown="ignore").status == "FAIL") == (is_known or tag == "pii")


def test_a_policy_chooses_the_classes_that_must_not_pass() -> None:
    story = Story().source("people", {"x": ["pii"]})
    story.train(reads=["people"])
    assert story.check(CHECK, classes=("special", "pii.email")).status == "PASS"


@pytest.mark.parametrize("classes", [(), ("PII",), ("personal",), ("pii.",), ("",)])
def test_a_class_that_no_column_can_have_is_refused(classes: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        NoPersonalData(classes=classes)


def test_a_column_that_column_lineage_leaves_out_came_in_there() -> None:
    story = story_of("email@crm.customers #> email_domain@features.churn")
    story.datasets[dataset("features.churn")]["fields"].append(
        {"path": "phone", "type": "text", "tags": []}
    )
    outcome = story.check(CHECK)
    assert messages(outcome) == ["phone of features.churn is classified by nobody and is a feature"]
    assert "or let features report what it is made from" in fixes(outcome)[0]
    story.datasets[dataset("features.churn")]["fields"][-1]["tags"] = CLEAN
    assert story.check(CHECK).status == "PASS"


def test_a_filter_on_the_whole_output_does_not_vouch_for_its_columns() -> None:
    story = Story().source("crm.customers", CUSTOMERS).dataset("features.churn", {"phone": []})
    story.run(
        "features",
        reads=["crm.customers"],
        writes=["features.churn"],
        columns=["age@crm.customers ~> @features.churn"],
    )
    story.train(reads=["features.churn"])
    assert story.check(CHECK).status == "FAIL"


def test_an_unknown_column_of_a_dataset_may_be_any_of_them() -> None:
    outcome = story_of("@crm.customers > email_domain@features.churn").check(CHECK)
    assert messages(outcome) == [
        "email of crm.customers reaches feature email_domain of features.churn unmasked"
    ]


def test_a_direct_flow_into_the_whole_output_reaches_every_column() -> None:
    outcome = story_of("email@crm.customers > @features.churn").check(CHECK)
    assert len(outcome.findings) == 2


def test_a_dataset_without_known_columns_counts_as_one_column_of_unknown_content() -> None:
    story = Story().source("blobs")
    story.train(reads=["blobs"])
    assert messages(story.check(CHECK)) == [
        "a field of blobs is classified by nobody and is a feature"
    ]
    story.datasets[dataset("blobs")]["tags"] = CLEAN
    assert story.check(CHECK).status == "PASS"


def test_a_version_overwritten_before_training_does_not_taint() -> None:
    """Only what the model's own version stands on counts, not what the table once held."""
    for appends, status in ((False, "PASS"), (True, "FAIL")):
        story = Story().source("crm.customers", CUSTOMERS).dataset("features.churn", {"x": []})
        for source in ("email", "age"):
            story.run(
                "features",
                reads=["crm.customers"],
                writes=["features.churn"],
                columns=[f"{source}@crm.customers > x@features.churn"],
                appends=appends,
            )
        story.train(reads=["features.churn"])
        assert story.check(CHECK).status == status


def test_an_append_is_no_step_of_the_path() -> None:
    story = Story().source("crm.customers", CUSTOMERS).dataset("features.churn", {"x": []})
    for source in ("email", "age", "age"):
        columns = [f"{source}@crm.customers > x@features.churn"]
        story.run(
            "features",
            reads=["crm.customers"],
            writes=["features.churn"],
            columns=columns,
            appends=True,
        )
    story.train(reads=["features.churn"])
    (finding,) = story.check(CHECK).findings
    assert labels(finding.path)[:2] == ["email of crm.customers", "x of features.churn"]
    assert finding.owner == "team:features"


def test_nested_columns_are_followed_by_their_parts() -> None:
    tags = {"who": ["pii"], "who.name": [], "who.height": CLEAN}
    story = Story().source("people", tags).dataset("features", {"a": [], "b": []})
    columns = ["who.name@people > a@features", "who.height@people > b@features"]
    story.run("make", reads=["people"], writes=["features"], columns=columns)
    story.train(reads=["features"])
    assert [one.subject for one in story.check(CHECK).findings] == [field("a@features")]


def test_a_column_named_in_other_letters_is_the_same_column() -> None:
    story = story_of("EMAIL@crm.customers > EMAIL_DOMAIN@features.churn")
    assert [one.subject for one in story.check(CHECK).findings] == [
        field("email_domain@features.churn")
    ]


def test_a_training_run_that_names_its_columns_has_no_other_features() -> None:
    story = story_of("email@crm.customers > email_domain@features.churn")
    story.dataset("models.churn", type="MODEL")
    (run,) = story.training_runs
    story.hops[run] = {dataset("models.churn"): True}
    story.column("age_band@features.churn > @models.churn", run)
    assert story.check(CHECK).status == "PASS"
    story.column("email_domain@features.churn #> @models.churn", run)
    assert story.check(CHECK).status == "PASS"
    story.column("email_domain@features.churn > @models.churn", run)
    assert story.check(CHECK).status == "FAIL"


def test_column_lineage_of_another_output_does_not_say_what_the_features_are() -> None:
    story = story_of("email@crm.customers > email_domain@features.churn")
    story.dataset("reports.metrics")
    (run,) = story.training_runs
    story.hops[run] = {dataset("reports.metrics"): True}
    story.column("age_band@features.churn > auc@reports.metrics", run)
    assert story.check(CHECK).status == "FAIL"


def test_runs_that_share_a_wiring_share_its_columns() -> None:
    story = story_of("email@crm.customers > email_domain@features.churn")
    for edge in story.columns:
        edge["run"], edge["wiring"] = node.run("another run of the job"), "w1"
    story.runs[node.run("features-1")]["wiring"] = "w1"
    assert [one.subject for one in story.check(CHECK).findings] == [
        field("email_domain@features.churn")
    ]


def test_column_lineage_said_to_be_there_but_naming_nothing_counts_as_none() -> None:
    story = story_of("email@crm.customers #> email_domain@features.churn")
    story.columns.clear()
    assert len(story.check(CHECK).findings) == 2


@pytest.mark.parametrize("through_a_job", [True, False])
def test_declared_lineage_is_followed_as_a_run_is(through_a_job: bool) -> None:
    story = Story().source("crm.customers", CUSTOMERS).job("declared")
    story.dataset("features", {"x": []}, owner="team:features")
    version = story._version("features", "unknown", None)
    source = story.newest[dataset("crm.customers")]
    steps = [source, job("declared"), version] if through_a_job else [source, version]
    story.edges += [[one, other, "declared", None] for one, other in itertools.pairwise(steps)]
    story.train(reads=["features"])
    assert "reports no column lineage" in messages(story.check(CHECK))[0]
    story.column("age@crm.customers > x@features")
    story.columns[-1]["job"] = job("declared") if through_a_job else dataset("features")
    assert story.check(CHECK).status == "PASS"


def test_a_column_of_a_dataset_that_no_run_read_is_unknown_unless_classified() -> None:
    story = story_of("secret@elsewhere > email_domain@features.churn")
    assert messages(story.check(CHECK)) == [
        "secret of elsewhere is classified by nobody and reaches feature email_domain of "
        "features.churn unmasked"
    ]
    story.dataset("elsewhere", {"secret": ["pii"]})
    assert messages(story.check(CHECK))[0].startswith("secret of elsewhere reaches")


def test_every_tainted_column_of_the_hop_is_named_in_the_fix() -> None:
    story = Story().source("crm", {"email": ["pii"], "phone": ["pii"], "age": CLEAN})
    story.dataset("features", {"x": []})
    columns = [f"{name}@crm > x@features" for name in ("email", "phone", "age")]
    story.run("make", reads=["crm"], writes=["features"], columns=columns)
    story.train(reads=["features"])
    assert fixes(story.check(CHECK))[0].startswith("Mask email of crm and phone of crm where make")


def test_features_that_nobody_reported_cannot_be_told() -> None:
    story = Story()
    assert story.check(CHECK).status == "ERROR"
    story.train()
    assert story.check(CHECK).message == (
        "no feature is known: no training run reported what it read"
    )
