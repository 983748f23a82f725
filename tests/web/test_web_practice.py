"""Practice on the page: finding somebody by the keyboard, a drill, a moment tried again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from web_house import Server, in_every_look, watched


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(base_url=server.address, permissions=["microphone"])
    yield context.new_page()
    context.close()


def _say(page: Page, line: str) -> None:
    page.get_by_text("is listening").wait_for(timeout=90_000)
    if not page.get_by_label("Your line").is_visible():
        page.keyboard.press("t")
    page.get_by_label("Your line").fill(line)
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("is speaking").wait_for(timeout=60_000)
    page.get_by_text("is listening").or_(page.get_by_text("hung up")).wait_for(timeout=90_000)


def test_somebody_is_found_and_rung_by_the_keyboard_alone(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.goto("/")
    page.locator("article").first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("dana cold")
    expect(page.locator("article")).to_have_count(1)
    expect(page.get_by_role("heading", name="One moment alone")).to_be_visible()
    in_every_look(page, axe)
    page.keyboard.press("Escape")
    assert page.locator("article").count() > 1
    page.keyboard.type("dana cold")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Call Dana")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ringing…")).to_be_visible()


def test_a_drill_is_read_rung_and_ends_with_whether_it_was_passed(
    page: Page, server: Server, axe: Callable[[Page], list[str]]
) -> None:
    watch = watched(page, server.address)
    page.goto("/drill/cold-call-operations/price-objection")
    expect(page.get_by_role("heading", name="Price objection")).to_be_visible()
    expect(page.get_by_text("60 to 120 seconds")).to_be_visible()
    in_every_look(page, axe)
    page.get_by_role("button", name="Ring Dana").click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    _say(page, "That's fair. What would you compare it with?")
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    expect(page.get_by_role("heading", name="Price objection")).to_be_visible()
    call = server.get(f"/api/calls/{page.url.rsplit('/', 1)[1]}")
    assert call["drill"] == "price-objection"
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("Passed" if call["debrief"]["goal_reached"] else "Not passed yet", timeout=60_000)
    in_every_look(page, axe)
    verdict.get_by_role("button", name="Again", exact=True).click()
    expect(page.get_by_text("Ringing…")).to_be_visible()
    assert watch.complaints == []
    assert watch.foreign == []


def test_a_moment_is_tried_again_survives_a_reload_and_stands_beside_the_first_answer(
    page: Page, server: Server, axe: Callable[[Page], list[str]], graded_call: str
) -> None:
    parent = server.get(f"/api/calls/{graded_call}")
    _, first = (turn for turn in parent["turns"] if turn["who"] == "learner")
    line = parent["turns"][first["index"] - 1]["text"]
    anew = "I know I'm calling out of the blue. Before I say anything about us, do you have half a minute?"
    page.goto(f"/calls/{graded_call}")
    turn = page.locator(f"[data-turn='{first['index']}']")
    turn.get_by_role("button", name="Try this moment again").click()
    expect(page.get_by_text(f"Again from: “{line}”")).to_be_visible()
    page.get_by_role("timer").wait_for(timeout=30_000)
    page.reload()
    page.get_by_role("button", name="Back to the call").click()
    expect(page.get_by_text(f"Again from: “{line}”")).to_be_visible(timeout=10_000)
    _say(page, anew)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    attempt = page.url.rsplit("/", 1)[1]
    assert server.get(f"/api/calls/{attempt}")["parent"] == {"call": graded_call, "turn": first["index"]}

    comparison = page.locator("section", has=page.get_by_role("heading", name="The same moment, both answers"))
    expect(comparison).to_contain_text(first["text"], timeout=60_000)
    expect(comparison).to_contain_text(anew)
    found = server.until(
        lambda: answer if (answer := server.get(f"/api/calls/{attempt}/comparison"))["changed"] is not None else None,
        60,
        "the two aren't compared",
    )
    for criterion in found["changed"]:
        expect(comparison).to_contain_text(criterion["title"], timeout=10_000)
    in_every_look(page, axe)

    page.goto(f"/calls/{graded_call}")
    branches = page.locator("section", has=page.get_by_role("heading", name="Tried again"))
    expect(branches.locator(f'a[href="/calls/{attempt}"]')).to_be_visible()
    page.goto("/history")
    rows = page.locator("li", has=page.locator("a[href^='/calls/']"))
    expect(rows.locator(f"a[href='/calls/{attempt}']")).to_be_visible()
    hrefs = rows.locator("a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert hrefs.index(f"/calls/{attempt}") > hrefs.index(f"/calls/{graded_call}")
    expect(page.locator("li.attempt", has=page.locator(f'a[href="/calls/{attempt}"]'))).to_be_visible()
    in_every_look(page, axe)


@pytest.mark.parametrize(("button", "kept"), [("Hear a strong answer", "strong"), ("Hear a weak one", "weak")])
def test_a_strong_and_a_weak_answer_are_read_and_heard(page: Page, server: Server, button: str, kept: str) -> None:
    page.goto("/drill/cold-call-operations/price-objection")
    with page.expect_response(f"**/answers/{kept}/audio*", timeout=60_000) as sound:
        page.get_by_role("button", name=button).click()
    assert sound.value.headers["content-type"].startswith("audio/")
    told = server.get(f"/api/scenarios/cold-call-operations/moments/price-objection/answers/{kept}?seed=0")["text"]
    expect(page.locator(f"blockquote.{kept}")).to_contain_text(told)
