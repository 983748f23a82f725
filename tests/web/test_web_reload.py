"""A page that is loaded anew in the middle of a call: the line is held, and the learner goes back, or hangs up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from web_house import Server, watched

HELD_S = 15.0


@pytest.fixture
def in_a_call(browser: Browser, server: Server) -> Iterator[Page]:
    """A page in a call that has been picked up."""
    context = browser.new_context(base_url=server.address, permissions=["microphone"])
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Call Dana").first.click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    yield page
    context.close()


def _call(server: Server) -> str:
    return str(server.get("/api/calls?limit=1")["calls"][0]["id"])


def test_a_reload_leads_back_into_the_same_call_with_one_key(
    in_a_call: Page, server: Server, axe: Callable[[Page], list[str]]
) -> None:
    page, call = in_a_call, _call(server)
    watch = watched(page, server.address)
    page.get_by_text("Dana is listening").wait_for(timeout=30_000)
    page.keyboard.press("t")
    page.get_by_label("Your line").fill("Hi Dana, this is Sam from Loadline. Is now a bad time?")
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("Dana is speaking").wait_for(timeout=60_000)
    page.keyboard.press("Escape")

    page.reload()
    expect(page.get_by_role("heading", name="Dana is still on the line")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the call")).to_be_focused()
    server.until(lambda: server.get(f"/api/calls/{call}")["status"] == "held", 5, "the call isn't held")
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("timer")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Dana is speaking").or_(page.get_by_text("Dana is listening"))).to_be_visible()
    expect(page.get_by_role("heading", name="Dana Whitfield")).to_be_focused()
    assert page.get_by_role("timer").inner_text() != "0:00"
    assert server.get(f"/api/calls/{call}")["status"] == "live"

    page.get_by_text("Dana is listening").wait_for(timeout=90_000)
    page.keyboard.press("t")
    page.get_by_label("Your line").fill("How do trucks get their slot at your docks today?")
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("Dana is speaking").wait_for(timeout=60_000)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url(f"**/calls/{call}", timeout=20_000)
    said = [turn["text"] for turn in server.get(f"/api/calls/{call}")["turns"] if turn["who"] == "learner"]
    assert [line.split()[0] for line in said] == ["Hi", "How"]
    assert server.get("/api/calls?limit=1")["calls"][0]["id"] == call, "a second call was rung"
    assert watch.complaints == []


def test_a_held_call_is_offered_at_whatever_address_the_page_is_loaded(in_a_call: Page, server: Server) -> None:
    in_a_call.goto("/")
    expect(in_a_call.get_by_role("heading", name="Dana is still on the line")).to_be_visible()
    in_a_call.get_by_role("button", name="Back to the call").click()
    expect(in_a_call.get_by_role("timer")).to_be_visible(timeout=10_000)


def test_a_held_call_is_hung_up_by_escape_and_leads_to_its_result(in_a_call: Page, server: Server) -> None:
    call = _call(server)
    in_a_call.reload()
    in_a_call.get_by_role("button", name="Back to the call").wait_for()
    in_a_call.keyboard.press("Escape")
    in_a_call.wait_for_url(f"**/calls/{call}", timeout=10_000)
    server.until(lambda: server.get(f"/api/calls/{call}")["status"] == "ended", 5, "the call isn't over")
    assert server.get(f"/api/calls/{call}")["ended_reason"] == "hangup"


def test_a_call_that_was_held_in_vain_leads_to_its_result(in_a_call: Page, server: Server) -> None:
    call = _call(server)
    in_a_call.reload()
    in_a_call.wait_for_url(f"**/calls/{call}", timeout=(HELD_S + 10) * 1000)
    expect(in_a_call.get_by_text("The connection was lost.")).to_be_visible()
    in_a_call.reload()
    expect(in_a_call.get_by_text("The connection was lost.")).to_be_visible()
