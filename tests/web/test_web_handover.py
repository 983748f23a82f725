"""Somebody else takes the phone: the page says who, in the call and after it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from web_house import Server

SOURCE, OWN = "billing-dispute", "hands-over-at-once"


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A scenario of the library in which asking for the wife is enough."""
    studio = f"{server.address}/api/studio/scenarios"
    text = str(_send("POST", f"{studio}/{SOURCE}/copy", {"id": OWN})["yaml"])
    before, after = text.split("\nhandover:\n")
    first, rest = after.split("\n", 1)
    assert first.strip().startswith("when:")
    easy = f"{before}\nhandover:\n  when: {{words: [your wife]}}\n{rest}"
    _send("PUT", f"{studio}/{OWN}", {"yaml": easy})
    _send("POST", f"{studio}/{OWN}/publish", {})
    context = browser.new_context(base_url=server.address, permissions=["microphone"])
    yield context.new_page()
    context.close()
    _send("DELETE", f"{studio}/{OWN}", None)


def _send(method: str, address: str, body: Any) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def test_who_has_the_phone_is_shown_in_the_call_and_in_the_transcript(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="How hard").select_option("1")
    page.get_by_role("searchbox").fill("(copy)")
    page.locator("article", has_text="(copy)").locator("button.call").click()
    page.get_by_text("Ray is listening").wait_for(timeout=90_000)
    page.keyboard.press("t")
    page.get_by_label("Your line").fill("Could I talk to your wife about that?")
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_text("Nobody is at the phone just now")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Grace Okafor")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Grace is listening")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    names = page.locator("[data-turn] .name")
    expect(names.last).to_have_text("Grace", timeout=30_000)
    assert names.all_inner_texts()[0] == "Ray"


def test_how_hard_customers_are_is_chosen_kept_and_asked_for(page: Page, server: Server) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="How hard").select_option("5")
    expect(page.locator("article .facts").first).to_contain_text("brutal")
    page.reload()
    expect(page.get_by_role("combobox", name="How hard")).to_have_value("5")
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=60_000)
    call = server.get("/api/calls?limit=1")["calls"][0]["id"]
    assert server.get(f"/api/calls/{call}")["difficulty"] == 5
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
