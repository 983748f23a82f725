"""Every page, dark and light, wide and on a phone: axe finds nothing, nothing overflows, nothing leaves the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect
from web_house import PHONE, WIDE, Server, watched

LOOKS = [
    pytest.param(scheme, size, id=f"{scheme}-{'wide' if size == WIDE else 'phone'}")
    for scheme in ("light", "dark")
    for size in (WIDE, PHONE)
]


@pytest.fixture
def opened(browser: Browser, server: Server) -> Any:
    """`opened(scheme, size)` is a fresh page of a fresh visitor whose microphone works."""
    contexts = []

    def new_page(scheme: str = "light", size: tuple[int, int] = WIDE, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            base_url=server.address,
            permissions=["microphone"],
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_home_is_accessible_and_asks_nobody_else(
    opened: Callable[..., Page], axe: Callable[[Page], list[str]], server: Server, scheme: str, size: tuple[int, int]
) -> None:
    page = opened(scheme, size)
    watch = watched(page, server.address)
    page.goto("/")
    page.locator("article").first.wait_for()
    page.locator("summary").first.click()
    assert axe(page) == []
    assert _fits(page)
    assert watch.complaints == []
    assert watch.foreign == []


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_a_call_is_accessible_with_everything_open(
    opened: Callable[..., Page], axe: Callable[[Page], list[str]], scheme: str, size: tuple[int, int]
) -> None:
    page = opened(scheme, size)
    page.goto("/")
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    page.keyboard.press("c")
    if page.get_by_role("button", name="Brief").get_attribute("aria-pressed") == "false":
        page.keyboard.press("b")
    page.keyboard.press("t")
    page.get_by_label("Your line").wait_for()
    expect(page.get_by_text("Simulated customer")).to_be_visible()
    assert axe(page) == []
    assert _fits(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/calls/*", timeout=20_000)


def test_timer_and_captions_stay_in_sight_on_a_low_screen(opened: Callable[..., Page]) -> None:
    page = opened(size=(1280, 760))
    page.goto("/")
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    page.keyboard.press("c")
    page.keyboard.press("t")
    page.get_by_label("Your line").wait_for()
    covered = """(element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return [top + 2, bottom - 2].some((y) => !element.contains(document.elementFromPoint((left + right) / 2, y)));
    }"""
    assert not page.get_by_role("timer").evaluate(covered)
    assert not page.locator("p[aria-live=off]").evaluate(covered)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    expect(page.get_by_role("heading", name="Nothing to grade: you said nothing")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Call again")).to_be_enabled()
    expect(page.get_by_role("button", name="Grade it again")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_a_result_is_accessible(
    opened: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    server: Server,
    graded_call: str,
    scheme: str,
    size: tuple[int, int],
) -> None:
    page = opened(scheme, size)
    watch = watched(page, server.address)
    page.goto(f"/calls/{graded_call}")
    page.get_by_role("slider", name="Place in the call").wait_for()
    for summary in page.locator("summary").all():
        summary.click()
    assert axe(page) == []
    assert _fits(page)
    assert watch.complaints == []
    assert watch.foreign == []


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_the_history_is_accessible(
    opened: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    graded_call: str,
    scheme: str,
    size: tuple[int, int],
) -> None:
    page = opened(scheme, size)
    page.goto("/history")
    page.locator(f'a[href="/calls/{graded_call}"]').wait_for()
    assert axe(page) == []
    assert _fits(page)


def test_the_whole_path_to_a_ringing_phone_is_one_key(opened: Callable[..., Page]) -> None:
    page = opened()
    page.goto("/")
    button = page.locator("article button.call").first
    button.wait_for()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ringing…")).to_be_visible()
    assert page.url.endswith("/call")


def test_a_denied_microphone_says_so_and_offers_typing(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.address)
    page = context.new_page()
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }"
    )
    page.goto("/")
    page.locator("article button.call").first.click()
    expect(page.get_by_role("heading", name="The browser keeps the microphone closed")).to_be_visible()
    page.get_by_role("button", name="Type instead").click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    expect(page.get_by_label("Your line")).to_be_visible()
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    context.close()


def test_a_server_that_is_gone_is_said_in_one_sentence_with_a_way_on(opened: Callable[..., Page]) -> None:
    page = opened()
    page.route("**/api/scenarios", lambda route: route.abort())
    page.goto("/")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The Ringside server does not answer.")
    page.unroute("**/api/scenarios")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator("article").first).to_be_visible()


def test_an_unknown_call_says_so(opened: Callable[..., Page]) -> None:
    page = opened()
    page.goto("/calls/nobody")
    expect(page.get_by_role("alert")).to_contain_text("nobody")


def test_a_lost_connection_is_said_and_comes_back(opened: Callable[..., Page], server: Server) -> None:
    page = opened()
    lines: list[tuple[WebSocketRoute, WebSocketRoute]] = []
    page.route_web_socket("**/socket*", lambda line: lines.append((line, line.connect_to_server())))
    page.goto("/")
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    for side in lines[0]:
        side.close(code=3000)
    expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    expect(page.get_by_text("is listening").or_(page.get_by_text("is speaking"))).to_be_visible(timeout=10_000)
    assert len(lines) == 2
    call = server.get("/api/calls?limit=1")["calls"][0]
    assert call["status"] == "live"
    page.keyboard.press("h")
    page.wait_for_url(f"**/calls/{call['id']}", timeout=20_000)


def test_loading_models_are_shown_until_they_are_there(opened: Callable[..., Page]) -> None:
    page = opened()
    answers = [
        {"ready": False, "stages": [{"name": "speech", "state": "loading", "detail": "63 MB"}]},
        {"ready": True, "stages": [{"name": "speech", "state": "ready", "detail": ""}]},
    ]

    def answer(route: Route) -> None:
        route.fulfill(json=answers[0] if len(answers) == 1 else answers.pop(0))

    page.route("**/api/status", answer)
    page.goto("/")
    expect(page.get_by_text("The customer’s voice is getting ready…")).to_be_visible()
    expect(page.get_by_text("The customer’s voice is getting ready…")).to_be_hidden(timeout=5000)


def test_the_choice_of_colours_outlives_a_reload(opened: Callable[..., Page]) -> None:
    page = opened("light")
    page.goto("/")
    page.get_by_role("button", name="Switch to dark colours").click()
    page.reload()
    expect(page.get_by_role("button", name="Switch to light colours")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_call_is_deleted_only_after_it_was_asked(opened: Callable[..., Page], server: Server) -> None:
    page = opened()
    page.goto("/")
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=30_000)
    page.keyboard.press("h")
    page.wait_for_url("**/calls/*", timeout=20_000)
    call = page.url.rsplit("/", 1)[1]
    server.until(lambda: server.get(f"/api/calls/{call}")["status"] == "ended", 20, "the call isn't over")
    page.goto("/history")
    row = page.locator("li", has=page.locator(f'a[href="/calls/{call}"]'))
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Keep it").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_be_hidden()
    assert all(item["id"] != call for item in server.get("/api/calls?limit=100")["calls"])
