"""Policy files: the ones we ship are sound, and nothing that is not understood is read over."""

import shutil
from pathlib import Path

import pytest

from catalog import policies, settings
from catalog.errors import Invalid, Misconfigured
from catalog.policies import Policies
from tests.churn import shipped

SHIPPED = settings.resource("policies")
SOUND = """\
apiVersion: sluice/v1
kind: Policy
metadata: {name: small, version: 1, owner: team:legal}
appliesTo:
  stages: [shadow]
rules:
  - id: R-1
    title: Lineage is sound
    why: Or no rule can be believed.
    check: lineage.acyclic
    severity: block
    remediation: Look at the events.
  - id: R-2
    title: Sources are certified
    why: Someone must vouch for them.
    check: lineage.sources_certified
    with:
      grace_days: 3
    severity: warn
    remediation: Certify them.
approvals:
  - role: legal
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped folder with one policy of our own as its only gate."""
    shutil.copytree(SHIPPED, tmp_path / "policies")
    for path in (tmp_path / "policies" / "gates").iterdir():
        path.unlink()
    (tmp_path / "policies" / "gates" / "small.yaml").write_text(SOUND)
    return tmp_path / "policies"


def loaded(folder: Path, text: str, old: str = "", new: str = "") -> Policies:
    assert old in text
    (folder / "gates" / "small.yaml").write_text(text.replace(old, new, 1))
    return policies.load(folder)


def test_the_shipped_policies_load_and_cover_every_stage_that_can_be_entered() -> None:
    entered = [name for name, stage in shipped().stages.items() if stage.from_]
    assert entered == ["shadow", "beta", "production", "retired"]
    assert all(shipped().matching(stage) for stage in entered)


def test_a_version_begins_in_development() -> None:
    assert shipped().first_stage == "development"


def test_production_is_stricter_than_what_comes_before() -> None:
    blocking = {
        stage: {
            rule.check.name
            for rule in shipped().matching(stage)[0].rules
            if rule.document.severity == "block"
        }
        for stage in ("shadow", "beta", "production")
    }
    assert blocking["shadow"] < blocking["beta"] < blocking["production"]
    (production,) = shipped().matching("production")
    assert [(one.role, one.count) for one in production.approvals] == [("legal", 1)]


def test_a_rule_is_loaded_with_its_check_and_parameters(folder: Path) -> None:
    (policy,) = policies.load(folder).policies
    assert [rule.check.id for rule in policy.rules] == ["L24", "L02"]
    assert policy.rules[1].parameters.model_dump() == {"levels": ("certified",), "grace_days": 3}


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("severity: block", "severty: block", "line 7, column 5", "severity: Field required"),
        ("    why: Or", "    wy: Or", "line 7, column 5", "why: Field required"),
        (
            "    why: Or no",
            "    note: x\n    why: Or no",
            "line 9, column 5",
            "rules.0.note: this is not known here",
        ),
        (
            "grace_days: 3",
            "grace_day: 3",
            "line 18, column 7",
            "rules.1.with.grace_day: this is not known here",
        ),
        ("grace_days: 3", "grace_days: '3'", "line 18, column 7", "valid integer"),
        ("grace_days: 3", "grace_days: -3", "line 18, column 7", "greater than or equal to 0"),
        ("grace_days: 3", "grace_days: .inf", "line 18, column 19", "'.inf' cannot be read"),
        ("lineage.acyclic", "lineage.acylic", "line 10, column 5", "no check 'lineage.acylic'"),
        ("severity: block", "severity: maybe", "line 11, column 5", "'block', 'warn' or 'info'"),
        ("id: R-2", "id: R-1", "line 13, column 5", "there is another rule R-1"),
        ("[shadow]", "[shadw]", "line 5, column 12", "no stage 'shadw'; the stages are"),
        ("role: legal", "role: lawyer", "line 22, column 5", "no role 'lawyer'"),
        ("role: legal", "role: promoter", "line 22, column 5", "may not do approval:give"),
        ("role: legal", "role: legal\n  - role: legal", "line 23, column 5", "asked for twice"),
        ("version: 1", "version: one", "line 3, column 25", "valid integer"),
        ("sluice/v1", "sluice/v2", "line 1, column 1", "sluice/v1"),
        ("id: R-2", "id: R-2\n    id: R-3", "line 14, column 5", "id is given twice"),
        ("[shadow]", "&stages [shadow]", "line 5, column 11", "anchors and aliases are not read"),
        ("team:legal}", "team:legal, review_by: 2027-02-30}", "line 3", "day is out of range"),
        ("team:legal}", "team:legal", "line 4", "expected ',' or '}'"),
        ("kind: Policy", "kind: !!python/name:os.system", "line 2", "could not determine"),
        ("kind: Policy", "1: x", "line 2, column 1", "a key is a text"),
    ],
)
def test_what_is_not_understood_is_refused_where_it_stands(
    folder: Path, old: str, new: str, place: str, problem: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        loaded(folder, SOUND, old, new)
    assert refused.value.message.startswith(f"small.yaml, {place}")
    assert problem in refused.value.message


@pytest.mark.parametrize("text", ["", "# nothing", "[]", "rules: []"])
def test_a_file_without_a_policy_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(Misconfigured, match=r"^small\.yaml"):
        loaded(folder, text)


def test_a_policy_without_rules_is_refused(folder: Path) -> None:
    text = SOUND[: SOUND.index("rules:")] + "rules: []\n"
    with pytest.raises(Misconfigured, match=r"line 6, column 1: rules: .* at least 1 item"):
        loaded(folder, text)


def test_two_policies_of_one_name_are_refused(folder: Path) -> None:
    (folder / "gates" / "twin.yaml").write_text(SOUND)
    with pytest.raises(Misconfigured, match=r"^twin\.yaml, line 3, .* another policy small"):
        policies.load(folder)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("from: [shadow]", "from: [shadows]", "no stage 'shadows'"),
        ("name: beta", "name: shadow", "there is another stage shadow"),
        ("from: [development]", "from: []", "exactly one stage must be reached from none"),
    ],
)
def test_stages_that_make_no_sense_are_refused(
    folder: Path, old: str, new: str, problem: str
) -> None:
    path = folder / "stages.yaml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(Misconfigured, match=rf"^stages\.yaml, line \d+, column \d+: {problem}"):
        policies.load(folder)


def test_without_the_file_of_stages_nothing_is_loaded(folder: Path) -> None:
    (folder / "stages.yaml").unlink()
    with pytest.raises(Misconfigured, match=r"stages\.yaml cannot be read: No such file"):
        policies.load(folder)


def test_comments_and_the_order_of_keys_do_not_change_the_digest(folder: Path) -> None:
    (before,) = policies.load(folder).policies
    moved = SOUND.replace("apiVersion: sluice/v1\nkind: Policy\n", "", 1)
    (after,) = loaded(folder, f"# a comment\nkind: Policy\napiVersion: sluice/v1\n{moved}").policies
    assert after.digest == before.digest
    (other,) = loaded(folder, SOUND, "grace_days: 3", "grace_days: 4").policies
    assert other.digest != before.digest


def test_a_rule_may_say_who_may_waive_it(folder: Path) -> None:
    waivable = "severity: warn\n    waivable: {roles: [legal], max_days: 30}"
    (policy,) = loaded(folder, SOUND, "severity: warn", waivable).policies
    assert policy.rules[0].document.waivable is False
    waiver = policy.rules[1].document.waivable
    assert waiver
    assert waiver.max_days == 30
    with pytest.raises(Misconfigured, match="no role 'nobody'"):
        loaded(folder, SOUND, "severity: warn", waivable.replace("legal", "nobody"))


def test_an_unknown_stage_matches_no_policy_but_is_refused() -> None:
    with pytest.raises(Invalid, match="no stage 'prod'") as refused:
        shipped().matching("prod")
    assert refused.value.code == "unknown_stage"
