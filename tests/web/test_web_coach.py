"""Coaching on the page: a call replayed by keyboard, comments, an override, a dispute answered, a calibration round."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from web_house import Server, Watch, in_every_look, watched


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(base_url=server.address, permissions=["microphone"])
    yield context.new_page()
    context.close()


def _clean(watch: Watch) -> None:
    assert watch.complaints == []
    assert watch.foreign == []


def _replay(page: Page, call: str) -> None:
    page.goto(f"/calls/{call}/replay")
    expect(page.get_by_role("slider", name="Place in the call")).to_be_visible()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def test_a_call_is_replayed_with_the_keyboard_alone(
    page: Page, server: Server, graded_call: str, axe: Callable[[Page], list[str]]
) -> None:
    watch = watched(page, server.address)
    _replay(page, graded_call)
    moods = server.get(f"/api/calls/{graded_call}/replay")["moods"]
    told = [mood["reasons"][0] for mood in moods if mood["turn"] >= 0 and mood["reasons"]]
    for reason in told:
        expect(page.get_by_label("Transcript")).to_contain_text(reason)
    slider = page.get_by_role("slider", name="Place in the call")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play the call")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("s")
    expect(page.get_by_label("Skip silence")).to_be_checked()
    page.keyboard.press("+")
    expect(page.get_by_label("Speed")).to_have_value("1.25")
    page.keyboard.press("j")
    expect(page.locator("button.title[aria-expanded=true]")).to_have_count(1)
    page.get_by_label("Keys").uncheck()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("li.chosen")).to_have_count(1)
    expect(page.locator("button.title").first).to_have_attribute("aria-expanded", "true")
    in_every_look(page, axe)
    _clean(watch)


def test_a_coach_comments_and_overrides_and_the_learner_sees_both(
    page: Page, server: Server, graded_call: str, axe: Callable[[Page], list[str]]
) -> None:
    watch = watched(page, server.address)
    _replay(page, graded_call)
    page.keyboard.press("c")
    page.keyboard.type("This opening earns you the minute.")
    page.keyboard.press("Enter")
    comments = page.locator("section", has=page.get_by_role("heading", name="Comments"))
    expect(comments).to_contain_text("This opening earns you the minute.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Strong: Hi, this is Sam").click()
    expect(comments).to_contain_text("Strong")

    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Keep it (0:01")).to_be_visible(timeout=10_000)
    with page.expect_response("**/comments/voice*") as kept:
        page.get_by_role("button", name="Keep it").click()
    assert kept.value.status == 201, kept.value.text()
    expect(comments.get_by_role("button", name="by voice")).to_be_visible()

    criteria = [
        criterion
        for section in server.get(f"/api/calls/{graded_call}")["grade"]["sections"]
        for criterion in section["criteria"]
    ]
    place, criterion = next((place, one) for place, one in enumerate(criteria) if one["level"] in (0, 1))
    page.locator("h1").click()
    for _ in range(place + 1):
        page.keyboard.press("j")
    page.keyboard.press("2")
    page.keyboard.type("It was there, in other words")
    page.keyboard.press("Enter")
    row = page.locator("ul[aria-label=Criteria] > li", has_text=criterion["title"])
    expect(row).to_contain_text("You: there")
    expect(page.get_by_text("with people’s levels")).to_be_visible()
    in_every_look(page, axe)

    page.goto(f"/calls/{graded_call}")
    said = page.locator("section", has=page.get_by_role("heading", name="What people say"))
    expect(said).to_contain_text("It was there, in other words")
    expect(said).to_contain_text("This opening earns you the minute.")
    expect(page.get_by_text("practice only").first).to_be_visible()
    assert (
        server.get(f"/api/calls/{graded_call}")["grade"]["score"]
        == server.get(f"/api/calls/{graded_call}/review")["machine_score"]
    )
    in_every_look(page, axe)
    _clean(watch)


def test_what_a_learner_disputes_comes_first_and_is_answered_within_the_replay(
    page: Page, server: Server, graded_call: str, axe: Callable[[Page], list[str]]
) -> None:
    watch = watched(page, server.address)
    page.goto(f"/calls/{graded_call}")
    page.get_by_role("button", name="This isn’t right").last.click()
    page.get_by_label("What is wrong about it?").fill("I said it right at the start")
    page.get_by_role("button", name="Ask a person").click()
    expect(page.get_by_text("a person will answer")).to_be_visible()

    page.get_by_role("link", name="Coach").click()
    first = page.locator("ol > li").first
    expect(first).to_contain_text("I said it right at the start")
    in_every_look(page, axe)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Disputed by")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.type("Half of it: the name was missing")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Disputed by")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="What to hear first")).to_be_visible()
    expect(page.locator(f'a[href="/calls/{graded_call}/replay"]')).to_have_count(0)
    page.goto(f"/calls/{graded_call}")
    expect(page.get_by_text("Half of it: the name was missing").first).to_be_visible()
    _clean(watch)


def test_a_better_line_is_heard(page: Page, graded_call: str) -> None:
    page.goto(f"/calls/{graded_call}")
    with page.expect_response("**/better-line/audio", timeout=60_000) as sound:
        page.get_by_role("button", name="Hear the better line").click()
    assert sound.value.status == 200
    assert sound.value.headers["content-type"] == "audio/wav"


def test_a_calibration_round_is_blind_until_it_is_handed_in(
    page: Page, server: Server, graded_call: str, axe: Callable[[Page], list[str]]
) -> None:
    watch = watched(page, server.address)
    rubric = server.get(f"/api/calls/{graded_call}")["grade"]["rubric"]
    page.goto("/coach/calibration")
    expect(page.get_by_role("heading", name=f"{rubric['title']}, version")).to_be_visible()
    expect(page.get_by_text("blind scores that it takes").first).to_be_visible()
    in_every_look(page, axe)
    page.get_by_label("Title").fill("First round")
    page.get_by_label("Rubric").select_option(rubric["id"])
    page.get_by_label("Calls").fill("1")
    page.get_by_role("button", name="Open a round").click()
    page.wait_for_url("**/coach/rounds/*")
    sheet = page.get_by_role("form", name="Your levels")
    expect(sheet).to_be_visible()
    in_every_look(page, axe)
    for group in sheet.locator("fieldset").all():
        group.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Keep and go on").click()
    page.get_by_role("button", name="Hand in and see").click()
    expect(page.get_by_role("columnheader", name="Judge")).to_be_visible()
    expect(page.get_by_role("columnheader", name="You")).to_be_visible()
    in_every_look(page, axe)
    page.get_by_role("link", name="the page of agreement").click()
    expect(page.get_by_text("1 of the 20 blind scores").first).to_be_visible()
    _clean(watch)


def test_two_calls_stand_side_by_side_by_stage(
    page: Page, server: Server, graded_call: str, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(f"/calls/{graded_call}/beside/{graded_call}")
    stages = server.get(f"/api/calls/{graded_call}/beside/{graded_call}")["stages"]
    assert stages
    expect(page.locator("section.card")).to_have_count(len(stages))
    in_every_look(page, axe)
