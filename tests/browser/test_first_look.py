"""What people see and may press: the first journeys through the web, on the demo organisation."""

import gzip
import re

import pytest
from playwright.sync_api import Locator, Page, Response, ViewportSize, expect

from tests.browser.conftest import OpenWindow
from tests.browser.northbank import Northbank

WAREHOUSE = "postgres%3A%2F%2Fwarehouse.northbank.example%3A5432"
ENGAGEMENT = f"/dataset?namespace={WAREHOUSE}&name=northbank.marts.customer_engagement"
# Read by no other test, so that it may be changed.
SPENDING = "/dataset?namespace=northbank-features&name=spending_features"
CHURN = "/model?namespace=models&name=customer-churn"
# Read by no other test, so that it may be promoted.
COLLECTIONS = "/model?namespace=models&name=collections-priority"
CHURN_LINEAGE = "/lineage?node=model%3Amodels%3Acustomer-churn&direction=upstream&depth=3"
PHONE = ViewportSize(width=390, height=844)
LIGHT_BYTES = 250_000
EDITING = re.compile("edit|evaluate|approve|refuse|promote|mark as masked", re.IGNORECASE)


def test_a_token_that_nobody_issued_is_refused_in_plain_words(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank)
    page.goto("/assets")
    page.get_by_label("Access token").fill("slc_nobody-issued-this")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This token is not accepted")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_signing_in_leads_where_one_wanted_to_go(bank: Northbank, window: OpenWindow) -> None:
    page = window(bank)
    page.goto(CHURN)
    page.get_by_label("Access token").fill(bank.tokens["user:vera"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="customer-churn")).to_be_visible()


def test_signing_out_shows_nothing_more(bank: Northbank, window: OpenWindow) -> None:
    page = window(bank)
    page.goto("/")
    page.get_by_label("Access token").fill(bank.tokens["user:vera"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Account of vera").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("Access token")).to_be_visible()
    page.goto("/assets")
    expect(page.get_by_label("Access token")).to_be_visible()


def test_an_asset_is_found_by_its_name_and_shows_its_fields(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:vera")
    page.goto("/assets")
    page.get_by_label("Search assets").fill("raw_crm.contacts")
    expect(page).to_have_url(re.compile("q=raw_crm.contacts"))
    expect(page.get_by_text("1 found")).to_be_visible()
    page.get_by_role("link", name="northbank.raw_crm.contacts", exact=True).click()
    email = page.get_by_role("row", name=re.compile("^email"))
    expect(email).to_contain_text("varchar")
    expect(email).to_contain_text("pii.email")


def test_filters_that_nothing_fits_say_what_to_do(bank: Northbank, window: OpenWindow) -> None:
    page = window(bank, "user:vera")
    page.goto("/assets?q=nothing-is-called-this&kind=job")
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.get_by_text(re.compile(r"\d+ datasets, jobs and models"))).to_be_visible()


def test_pages_of_the_list_are_turned_and_turned_back(bank: Northbank, window: OpenWindow) -> None:
    page = window(bank, "user:vera")
    page.goto("/assets")
    first = page.get_by_role("row").nth(1).inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Page 2 of")).to_be_visible()
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_text("Page 1 of")).to_be_visible()
    assert page.get_by_role("row").nth(1).inner_text() == first


def test_the_lineage_of_a_model_is_drawn_and_is_also_a_table(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:vera")
    page.goto(CHURN_LINEAGE)
    expect(_node(page, "dataset training/customer-churn")).to_be_visible()
    page.get_by_role("button", name="Deeper").click()
    expect(_node(page, "dataset engagement_features")).to_be_visible()
    page.get_by_text("Table", exact=True).click()
    expect(page.get_by_role("link", name="engagement_features").first).to_be_visible()
    expect(page).to_have_url(re.compile("as=table"))


def test_a_column_that_is_selected_shows_where_it_comes_from(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:vera")
    page.goto(ENGAGEMENT)
    page.get_by_role("link", name="Lineage of email_domain").click()
    origin = page.locator("[data-relation=upstream]", has_text="email").first
    expect(origin).to_be_visible()
    selected = page.get_by_label("Selected")
    expect(selected).to_contain_text("email_domain")
    expect(selected).to_contain_text("stg_contacts.email")


def test_the_blocked_model_says_rule_column_path_fix_and_whom_to_ask(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:vera")
    page.goto("/models")
    page.get_by_role("link", name="customer-churn", exact=True).click()
    expect(page.get_by_text("BLOCK", exact=True)).to_be_visible()
    rule = page.get_by_role("article").filter(has_text="No personal data reaches a feature")
    expect(rule).to_contain_text("email of northbank.raw_crm.contacts")
    path = rule.get_by_label("Path through the lineage")
    expect(path.get_by_role("link", name="email", exact=True).first).to_be_visible()
    expect(path).to_contain_text("customer-churn 2")
    expect(rule).to_contain_text("Mask email_domain")
    expect(rule).to_contain_text("customer-analytics")


def test_an_evaluation_has_an_address_that_can_be_sent(bank: Northbank, window: OpenWindow) -> None:
    page = window(bank, "user:mara")
    page.goto(CHURN)
    page.get_by_role("link", name="Open to share").click()
    expect(page).to_have_url(re.compile(r"/evaluations/[0-9a-f-]{36}$"))
    colleague = window(bank, "user:leo")
    colleague.goto(page.url)
    expect(colleague.get_by_text("BLOCK", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", [ENGAGEMENT, CHURN])
def test_a_viewer_sees_no_button_that_they_may_not_press(
    bank: Northbank, window: OpenWindow, path: str
) -> None:
    page = window(bank, "user:vera")
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name=EDITING).all_inner_texts() == []


def test_a_steward_describes_certifies_and_classifies_in_place(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:ines")
    page.goto(SPENDING)
    page.get_by_role("button", name="Edit the description").click()
    page.get_by_label("Description").fill("What a customer spends by card in a year.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What a customer spends by card in a year.")).to_be_visible()

    page.get_by_role("button", name="Edit certification").click()
    page.get_by_label("Rejected").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("by ines")).to_be_visible()

    page.get_by_role("button", name="Edit the tags of average_spend").click()
    page.get_by_role("combobox", name="Tags of average_spend").fill("money.monthly")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save").click()
    page.reload()
    expect(page.get_by_role("row", name=re.compile("^average_spend"))).to_contain_text(
        "money.monthly"
    )
    expect(page.get_by_text("Rejected", exact=True).first).to_be_visible()


def test_a_blocked_model_no_longer_leaks_once_the_steward_marks_the_masking(
    own_bank: Northbank, window: OpenWindow
) -> None:
    steward = window(own_bank, "user:ines")
    steward.goto(CHURN)
    steward.get_by_role("button", name="Mark as masked").click()
    steward.get_by_label(re.compile("email of .*stg_contacts → email_domain")).check()
    steward.get_by_label("Reason").fill(
        "Only the domain is kept; it names a provider, not a person."
    )
    steward.get_by_role("button", name="Mark as masked", exact=True).click()
    expect(steward.get_by_text("Marked", exact=True)).to_be_visible()

    owner = window(own_bank, "user:mara")
    owner.goto(CHURN)
    owner.get_by_role("button", name="Evaluate again").click()
    expect(owner).to_have_url(re.compile("/evaluations/"))
    expect(owner.get_by_text("PENDING", exact=True)).to_be_visible()
    expect(owner.get_by_text("It waits for approval by legal")).to_be_visible()


def test_legal_approves_what_waits_and_the_owner_promotes_it(
    bank: Northbank, window: OpenWindow
) -> None:
    legal = window(bank, "user:leo")
    legal.goto("/models")
    legal.get_by_role("link", name="collections-priority 1 for production").click()
    legal.get_by_role("button", name="Approve").click()
    legal.get_by_label("Reason").fill("No personal data; the desk's agreement covers it.")
    legal.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(legal.get_by_text("Your answer is recorded")).to_be_visible()

    owner = window(bank, "user:mara")
    owner.goto(COLLECTIONS)
    owner.get_by_role("button", name="Evaluate again").click()
    expect(owner.get_by_text("agreement covers it")).to_be_visible()
    owner.get_by_role("button", name="Promote").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing holds production yet")
    dialog.get_by_role("button", name="Promote").click()
    expect(owner.get_by_text("holds production")).to_be_visible()


def test_every_page_fits_a_phone(bank: Northbank, window: OpenWindow) -> None:
    page = window(bank, "user:ines", viewport=PHONE)
    for path in ("/assets", ENGAGEMENT, CHURN, CHURN_LINEAGE, "/models"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path


def test_the_first_page_is_light_and_leaves_out_what_draws_graphs(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:vera")
    loaded: list[Response] = []
    page.on("response", lambda one: loaded.append(one))  # noqa: PLW0108 - a built-in cannot listen
    page.goto("/assets")
    page.wait_for_load_state("networkidle")
    code = [answer for answer in loaded if re.search(r"\.(js|css)$", answer.url)]
    assert sum(len(gzip.compress(answer.body())) for answer in code) < LIGHT_BYTES
    assert not [answer.url for answer in code if re.search("elk|Canvas", answer.url)]


def test_what_does_not_exist_says_so_and_where_to_go_on(
    bank: Northbank, window: OpenWindow
) -> None:
    page = window(bank, "user:vera")
    page.goto("/dataset?namespace=nowhere&name=nothing")
    expect(page.get_by_role("alert")).to_contain_text("no dataset nowhere/nothing")
    page.goto("/no-such-page")
    expect(page.get_by_role("link", name="All assets")).to_be_visible()


def _node(page: Page, name: str) -> Locator:
    return page.get_by_label("Lineage graph").get_by_role("button", name=name, exact=True)
