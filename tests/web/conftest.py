"""A real server on a port of its own and a real Chromium, whose microphone is a WAV."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from web_house import ROOT, Server, serving

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Another one can be named with $RINGSIDE_TEST_SERVER, to hold a running server against these tests."""
    if named := os.environ.get("RINGSIDE_TEST_SERVER"):
        yield Server(named.rstrip("/"))
        return
    with serving(tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """`launch(*flags)` starts Chromium."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        pytest.skip(f"no Chromium on this machine: install one of {', '.join(CHROMIUM_NAMES)}")
    started: list[Browser] = []

    def start(*flags: str) -> Browser:
        browser = playwright.chromium.launch(executable_path=executable, args=[*CHROMIUM_FLAGS, *flags])
        started.append(browser)
        return browser

    yield start
    for browser in started:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture(scope="session")
def axe_source() -> str:
    source = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core isn't installed: run `make web`")
    return source.read_text()


@pytest.fixture(scope="session")
def axe(axe_source: str) -> Callable[[Page], list[str]]:
    """`axe(page)` is what is wrong with the page by WCAG 2.2 AA and axe's best practice, one line each."""

    def findings(page: Page) -> list[str]:
        # Colours are judged at rest: a transition under way has neither its old nor its new contrast.
        page.wait_for_timeout(300)
        page.evaluate(axe_source)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return findings


@pytest.fixture(scope="session")
def graded_call(server: Server, browser: Browser) -> str:
    """The id of a call that was typed on the page, hung up and graded."""
    context = browser.new_context(permissions=["microphone"])
    page = context.new_page()
    page.goto(server.address)
    page.locator("article button.call").first.click()
    page.get_by_role("timer").wait_for(timeout=60_000)
    page.keyboard.press("t")
    for line in (
        "Hi, this is Sam from Loadline. Is now a bad time?",
        "How do trucks get their slot at your docks today?",
    ):
        page.get_by_label("Your line").fill(line)
        page.get_by_role("button", name="Say it").click()
        page.get_by_text("is speaking").wait_for(timeout=60_000)
        page.get_by_text("is listening").wait_for(timeout=90_000)
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)
    page.get_by_role("heading", name="How it was scored").wait_for(state="attached", timeout=60_000)
    call = page.url.rsplit("/", 1)[1]
    context.close()
    return call
