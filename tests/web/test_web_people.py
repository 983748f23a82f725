"""Accounts in a real browser: the first admin, invitations, a shared call that its coach sees and another doesn't."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from web_house import PHONE, WIDE, Server, Watch, serving, watched

PASSWORD = "quiet harbour lamp seven"
LINE = "Hi, this is Sam from Loadline. Is now a bad time?"


@dataclass
class House:
    """A server with accounts, and a browser profile for each person."""

    server: Server
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    watches: list[Watch] = field(default_factory=list)
    call: str = ""
    moment: str = ""

    def page(self, who: str) -> Page:
        if who not in self.contexts:
            self.contexts[who] = self.browser.new_context(base_url=self.server.address, permissions=["microphone"])
        page = self.contexts[who].new_page()
        self.watches.append(watched(page, self.server.address))
        return page


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[House]:
    with serving(tmp_path_factory, RINGSIDE_LLM__ENABLED="false") as server:
        house = House(server, browser)
        yield house
        for context in house.contexts.values():
            context.close()


def in_every_look(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """Dark and light, wide and on a phone: axe finds nothing, nothing overflows."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        for width, height in (PHONE, WIDE):
            page.set_viewport_size({"width": width, "height": height})
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"overflows at {width}"


def invited(page: Page, note: str, role: str, team: str) -> str:
    """The address of an invitation that an admin makes on their page."""
    page.get_by_label("Who it is for").fill(note)
    page.get_by_label("As", exact=True).select_option(role)
    page.get_by_label("Into the team").select_option(label=team)
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label(f"Send this to {note}").input_value()


def joins(house: House, who: str, address: str) -> Page:
    """By the keyboard alone."""
    page = house.page(who)
    page.goto(address)
    expect(page.get_by_role("heading", name="Welcome to Ringside")).to_be_visible()
    page.get_by_label("Your name").focus()
    page.keyboard.type(who.title())
    page.keyboard.press("Tab")
    page.keyboard.type(f"{who}@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"{who.title()}, your account")).to_be_visible()
    assert "#" not in page.url
    return page


def test_the_first_admin_is_set_up_and_makes_teams(house: House, axe: Callable[[Page], list[str]]) -> None:
    page = house.page("ada")
    page.goto("/")
    page.get_by_role("link", name="Set up accounts").click()
    expect(page.get_by_role("heading", name="Set up accounts")).to_be_focused()
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("What you sign in with").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("password123")
    page.get_by_role("button", name="Make me the admin").click()
    expect(page.get_by_role("alert")).to_contain_text("among the first that are guessed")
    in_every_look(page, axe)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make me the admin").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    for team in ("North", "South"):
        page.get_by_label("A new team").fill(team)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_label(f"Name of the team {team}")).to_be_visible()
    cookies = {cookie["name"]: cookie for cookie in house.contexts["ada"].cookies()}
    kept = cookies["__Host-ringside"]  # Chromium takes it on plain http from this machine
    assert (kept["httpOnly"], kept["secure"], kept["sameSite"]) == (True, True, "Lax")
    assert page.evaluate("document.cookie") == ""


def test_a_learner_and_two_coaches_are_invited_and_come(house: House, axe: Callable[[Page], list[str]]) -> None:
    page = house.page("ada")
    page.goto("/people")
    lea = invited(page, "Lea from sales", "learner", "North")
    assert re.fullmatch(re.escape(house.server.address) + r"/join#[\w-]{43}", lea)
    joins(house, "lea", lea)
    joins(house, "carl", invited(page, "Carl", "coach", "North"))
    joins(house, "cora", invited(page, "Cora", "coach", "South"))
    invited(page, "Somebody who never came", "learner", "South")
    page.reload()
    expect(page.get_by_text("Somebody who never came", exact=True)).to_be_visible()
    page.locator("summary", has_text="lea@example.com").click()
    page.locator("summary", has_text="What was done with accounts").click()
    expect(page.get_by_text("accepted an invitation").first).to_be_visible()
    in_every_look(page, axe)
    used = house.page("eve")
    used.goto(lea)
    expect(used.get_by_role("alert")).to_contain_text("used, withdrawn or is too old")


def test_a_learner_calls_shares_and_links_a_moment(house: House, axe: Callable[[Page], list[str]]) -> None:
    page = house.page("lea")
    page.goto("/")
    expect(page.get_by_role("navigation").get_by_role("link", name="Studio")).to_have_count(0)
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=60_000)
    page.get_by_text("is listening").wait_for(timeout=90_000)
    page.keyboard.press("t")
    page.get_by_label("Your line").fill(LINE)
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("is speaking").wait_for(timeout=60_000)
    page.get_by_text("is listening").wait_for(timeout=90_000)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    house.call = page.url.rsplit("/", 1)[1]
    page.get_by_role("slider", name="Place in the call").wait_for(timeout=60_000)
    sharing = page.get_by_role("region", name="Share with my coach")
    expect(sharing).to_contain_text("Nobody but you sees this call")
    sharing.get_by_role("button", name="Share with North").click()
    expect(sharing).to_contain_text("North sees it: Carl")
    sharing.get_by_text("A link to one moment").click()
    sharing.get_by_label("From").select_option(index=0)
    sharing.get_by_role("button", name="Make the link").click()
    house.moment = sharing.get_by_label("The link", exact=True).input_value()
    in_every_look(page, axe)


def test_a_coach_of_the_team_sees_it_and_may_not_change_it(house: House, axe: Callable[[Page], list[str]]) -> None:
    page = house.page("carl")
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Shared").click()
    row = page.get_by_role("link", name="Lea")
    expect(row).to_be_visible()
    in_every_look(page, axe)
    row.click()
    expect(page.get_by_text("Lea’s call")).to_be_visible()
    expect(page.get_by_label("Transcript")).to_contain_text(LINE)
    page.get_by_role("slider", name="Place in the call").wait_for(timeout=20_000)
    for button in ("Grade again", "Try this moment again", "Share with", "Call again"):
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    in_every_look(page, axe)
    page.goto("/history")
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()


def test_a_coach_of_another_team_sees_nothing(house: House) -> None:
    page = house.page("cora")
    page.goto("/shared")
    expect(page.get_by_role("heading", name="Nothing yet")).to_be_visible()
    page.goto(f"/calls/{house.call}")
    expect(page.get_by_role("alert")).to_contain_text("No call has the id")
    page.goto("/people")
    expect(page.get_by_role("heading", name="Your teams")).to_be_visible()
    expect(page.get_by_text("lea@example.com")).to_have_count(0)


def test_a_link_to_a_moment_plays_without_an_account_until_it_is_revoked(
    house: House, axe: Callable[[Page], list[str]]
) -> None:
    stranger = house.page("stranger")
    stranger.goto(house.moment)
    expect(stranger.get_by_role("heading", name="A moment of")).to_be_visible()
    stranger.get_by_label("What was said").get_by_text("Learner").or_(stranger.locator("li.customer")).first.wait_for()
    recording = stranger.get_by_label("The recording of this moment")
    expect(recording).to_be_visible()
    assert (
        stranger.evaluate(
            """() => new Promise((done) => {
            const audio = document.querySelector('audio');
            if (audio.readyState) done(audio.duration);
            else audio.onloadedmetadata = () => done(audio.duration);
        })"""
        )
        > 0.5
    )
    in_every_look(stranger, axe)
    assert house.moment.partition("#")[2] not in "".join(request_addresses(stranger, house.moment))
    stranger.goto("/history")
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()

    page = house.page("lea")
    page.goto(f"/calls/{house.call}")
    page.get_by_text("A link to one moment").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    again = house.page("stranger")
    again.goto(house.moment)
    expect(again.get_by_role("alert")).to_contain_text("opens nothing")


def request_addresses(page: Page, address: str) -> list[str]:
    """Where the page sends something to while it opens this address."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    page.goto("about:blank")
    with page.expect_response("**/api/moment/tape"):
        page.goto(address)
    assert len(asked) > 2
    return asked


def test_signing_out_and_in_and_a_new_password(house: House, axe: Callable[[Page], list[str]]) -> None:
    page = house.page("lea")
    page.goto(f"/calls/{house.call}")
    page.get_by_role("button", name="Stop sharing with North").click()
    expect(page.get_by_text("Nobody but you sees this call")).to_be_visible()
    coach = house.page("carl")
    coach.goto(f"/calls/{house.call}")
    expect(coach.get_by_role("alert")).to_contain_text("No call has the id")

    page.get_by_role("link", name="Lea, your account").click()
    expect(page.get_by_role("heading", name="Lea", exact=True)).to_be_visible()
    expect(page.get_by_text("· here")).to_be_visible()
    page.get_by_label("The one you have").fill(PASSWORD)
    page.get_by_label("The new one").fill("seven lamps by the harbour")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("Changed. You are signed out everywhere else.")).to_be_visible()
    in_every_look(page, axe)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    in_every_look(page, axe)
    page.goto(f"/calls/{house.call}")
    page.get_by_label("Name or e-mail address").fill("lea@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("isn't right")
    page.get_by_label("Password", exact=True).fill("seven lamps by the harbour")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Transcript")).to_contain_text(LINE)


def test_a_reset_link_lets_in_with_a_new_password(house: House, axe: Callable[[Page], list[str]]) -> None:
    page = house.page("ada")
    page.goto("/people")
    page.locator("summary", has_text="cora@example.com").click()
    page.get_by_role("button", name="Reset the password").click()
    link = page.get_by_label("Send this to Cora").input_value()
    cora = house.page("cora elsewhere")
    cora.goto(link)
    expect(cora.get_by_text("Cora, choose a new password")).to_be_visible()
    in_every_look(cora, axe)
    cora.get_by_label("Password", exact=True).fill("a lamp at the harbour")
    cora.keyboard.press("Enter")
    expect(cora.get_by_role("link", name="Cora, your account")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.locator("summary", has_text="cora@example.com")).to_contain_text("disabled")
    cora.goto("/history")
    expect(cora.get_by_role("heading", name="Sign in")).to_be_visible()


def test_no_page_asked_anybody_else(house: House) -> None:
    assert house.watches
    assert [address for watch in house.watches for address in watch.foreign] == []
