"""The studio in a real browser: copy, break, see why, mend, try out, publish, and find it on home."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from web_house import Server, watched

SOURCE = "/studio/scenarios/cold-call-operations"


@pytest.fixture
def opened(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """`opened(scheme, width)` is a fresh page."""
    contexts = []

    def new_page(scheme: str = "light", width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 860},
            color_scheme=scheme,  # type: ignore[arg-type]
            base_url=server.address,
        )
        contexts.append(context)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_studio_is_accessible_and_fits(
    opened: Callable[..., Page], axe: Callable[[Page], list[str]], scheme: str, width: int
) -> None:
    page = opened(scheme, width)
    page.goto("/studio")
    page.get_by_role("heading", name="Personas").wait_for()
    page.locator("summary").first.click()
    assert axe(page) == []
    assert wider_than(page) == []
    page.goto(SOURCE)
    page.get_by_role("button", name="Start a try-out").click()
    page.get_by_text("patience").first.wait_for(timeout=60_000)
    page.locator("summary").first.click()
    assert axe(page) == []
    assert wider_than(page) == []


def wider_than(page: Page) -> list[str]:
    """The elements that stick out of the page at its right, where it can be scrolled there."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('*')]
            .filter((each) => each.getBoundingClientRect().right > innerWidth)
            .map((each) => each.tagName + '.' + each.className)"""
    )
    return found


def test_a_coach_copies_breaks_mends_tries_out_and_publishes(
    opened: Callable[..., Page], axe: Callable[[Page], list[str]], server: Server, tmp_path: Path
) -> None:
    page = opened()
    watch = watched(page, server.address)
    page.goto("/")
    page.get_by_role("link", name="Studio").click()
    page.get_by_role("link", name="Cold call to an operations manager", exact=True).click()
    page.get_by_role("button", name="Copy and edit").click()
    page.wait_for_url("**/cold-call-operations-copy*")
    text = page.locator("textarea.code")
    publish = page.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_enabled()

    whole = text.input_value()
    text.fill(whole.replace("rubric: cold-call", "rubric: no-such"))
    jump = page.get_by_role("button", name="Line ")
    jump.wait_for()
    expect(page.locator(".problems")).to_contain_text("use one of")
    expect(publish).to_be_disabled()
    assert axe(page) == []
    jump.click()
    selected = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    assert text.evaluate(selected) == "rubric: no-such"
    text.fill(whole)
    jump.wait_for(state="detached")

    title = page.get_by_label("Title", exact=True).first
    title.fill("Cold call, our way")
    title.blur()
    expect(text).to_have_value(
        whole.replace("title: Cold call to an operations manager (copy)", "title: Cold call, our way")
    )

    page.get_by_role("button", name="Start a try-out").click()
    tried = page.get_by_role("region", name="Try it out")
    expect(tried.get_by_label("Your line")).to_be_focused(timeout=60_000)
    page.keyboard.type("How do trucks get their dock slot today?")
    page.keyboard.press("Enter")
    expect(tried.get_by_text("You: How do trucks")).to_be_visible()
    expect(tried.get_by_text("asked how we work")).to_be_visible(timeout=60_000)
    expect(tried.get_by_text("is about to answer")).to_be_hidden()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download YAML").click()
    download.value.save_as(tmp_path / "own.yaml")
    assert "Cold call, our way" in (tmp_path / "own.yaml").read_text()

    publish.click()
    page.get_by_text("Published: the next call has it.").wait_for()
    page.get_by_role("link", name="Call", exact=True).click()
    first = page.get_by_role("region", name="Sales").locator("article").first
    expect(first).to_contain_text("Yours")
    expect(first).to_contain_text("Cold call, our way")
    page.get_by_role("searchbox").fill("our way")
    page.locator("article").filter(has_text="Cold call, our way").wait_for()
    assert watch.complaints == []
    assert watch.foreign == []


def test_a_persona_is_copied_edited_and_tried_out_in_a_scenario(
    opened: Callable[..., Page], axe: Callable[[Page], list[str]], server: Server
) -> None:
    page = opened()
    watch = watched(page, server.address)
    page.goto("/studio/personas/dana-whitfield")
    page.get_by_role("button", name="Copy and edit").click()
    page.wait_for_url("**/dana-whitfield-copy*")
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    name = page.get_by_label("Name", exact=True)
    name.fill("Dora Whitman")
    name.blur()
    expect(page.locator("textarea.code")).to_have_value(re.compile(r"\nname: Dora Whitman\n"))
    tried = page.get_by_role("region", name="Try it out")
    expect(tried.get_by_role("combobox", name="In")).to_have_value(re.compile("cold-call-operations"))
    tried.get_by_role("combobox", name="How hard").select_option("1")
    tried.get_by_role("button", name="Start a try-out").click()
    expect(tried.get_by_text("Dora Whitman:")).to_be_visible(timeout=60_000)
    assert axe(page) == []
    assert watch.complaints == []


def test_a_file_is_taken_in_as_a_draft_and_a_moment_of_it_tried_out(
    opened: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = opened()
    text = server.get("/api/studio/scenarios/billing-dispute")["yaml"]
    file = tmp_path / "ours.yaml"
    file.write_text(text.replace("id: billing-dispute", "id: from-a-file", 1))
    page.goto("/studio")
    page.get_by_label("Upload YAML to Scenarios").set_input_files(file)
    page.wait_for_url("**/studio/scenarios/from-a-file")
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    tried = page.get_by_role("region", name="Try it out")
    tried.get_by_role("combobox", name="From").select_option("promised-before")
    tried.get_by_role("button", name="Start a try-out").click()
    expect(tried.get_by_text("Ray Okafor:")).to_be_visible(timeout=60_000)
    page.goto("/")
    page.locator("article").first.wait_for()
    assert "from-a-file" not in [each["id"] for each in server.get("/api/scenarios")["scenarios"]]


def test_age_and_accent_are_offered_though_the_file_says_nothing_of_them(opened: Callable[..., Page]) -> None:
    page = opened()
    page.goto("/studio/personas/gordon-ames")
    accent, age = page.get_by_label("Accent"), page.get_by_label("Age, as it is heard")
    expect(accent).to_be_disabled()
    expect(accent).to_have_value("us")
    expect(age).to_have_value("middle")
    page.get_by_role("button", name="Copy and edit").click()
    page.wait_for_url("**/gordon-ames-copy*")
    accent.select_option("British")
    text = page.locator("textarea.code")
    expect(text).to_have_value(re.compile(r"^accent: gb$", re.MULTILINE))
    age.select_option("Older")
    expect(text).to_have_value(re.compile(r"^age: older$", re.MULTILINE))
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
