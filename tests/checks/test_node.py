"""Node ids say the same thing everywhere, whatever characters the names hold."""

import pytest

from catalog.checks import node


@pytest.mark.parametrize(
    "name", ["orders", "a:b", "a b", "100%", "{x}", "é", "a/b", "", "\ud800", "a\nb", "%41"]
)
def test_any_name_comes_back_out_of_its_id(name: str) -> None:
    made = node.field("postgres://db:5432", name, "email")
    assert node.parse(made) == node.Node("field", ("postgres://db:5432", name, "email"))
    assert node.parse(made).id == made


def test_an_id_is_what_a_browser_makes_of_the_same_names() -> None:
    # encodeURIComponent("s3://a b/(x)!") in any browser.
    assert node.dataset("s3://a b/(x)!", "t") == "dataset:s3%3A%2F%2Fa%20b%2F(x)!:t"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("table:a:b", "begins with none of"),
        ("dataset:a", "expected dataset:NAMESPACE:NAME"),
        ("dataset:a:b:c", "expected dataset:NAMESPACE:NAME"),
        ("run:%ff", "not UTF-8"),
    ],
)
def test_what_is_no_id_is_refused_with_the_reason(wrong: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        node.parse(wrong)


@pytest.mark.parametrize(
    ("node_id", "label"),
    [
        (node.dataset("n", "crm.customers"), "crm.customers"),
        (node.field("n", "crm.customers", "email"), "email of crm.customers"),
        (node.field("n", "crm.customers", ""), "a field of crm.customers"),
        (node.dataset_version("n", "crm.customers", "7"), "crm.customers at version 7"),
        (node.job("n", "build"), "build"),
        (node.run("0192"), "run 0192"),
        (node.model_version("n", "churn", "3"), "churn 3"),
    ],
)
def test_a_person_reads_names_without_their_namespace(node_id: str, label: str) -> None:
    assert node.label(node_id) == label


def test_a_text_shows_each_reader_the_names_they_may_know() -> None:
    secret, known = node.field("hr", "salaries {2026}", "pay"), node.dataset("open", "rates")
    text = f"{node.mention(secret)} reaches {node.mention(known)} by {{no node}}"
    assert node.render(text) == "pay of salaries {2026} reaches rates by {no node}"
    shown = node.render(text, visible=lambda one: node.parse(one).namespace == "open")
    assert shown == "a restricted field reaches rates by {no node}"
    assert list(node.mentions(text)) == [secret, known]


def test_the_field_of_a_dataset_is_made_from_its_id() -> None:
    table = node.dataset("s3://a", "x y")
    assert node.field_of(table, "a.b:c") == node.field("s3://a", "x y", "a.b:c")
    assert node.parse(node.field_of(table, "p")).asset == table


def test_only_assets_have_an_asset_id() -> None:
    assert node.asset("model", "n", "m") == node.model("n", "m")
    with pytest.raises(ValueError, match="run is no kind of asset"):
        node.asset("run", "n", "m")
