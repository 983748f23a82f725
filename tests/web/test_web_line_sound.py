"""The sound of a telephone call: what leaves the loudspeaker, by the learner's choice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from web_house import Server

# Everything that leads to the loudspeaker also leads to an analyser that the test can read.
TAP = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to === this.context.destination) {
    window.tap ??= new AnalyserNode(this.context, { fftSize: 8192, smoothingTimeConstant: 0 });
    connect.call(this, window.tap);
  }
  return connect.call(this, to, ...rest);
};
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };
"""
# Powers of 40 stretches of 0.17 s, in dB of full scale, quietest first, and the loudest value of each bin.
LISTEN = """async () => {
  const sound = new Float32Array(tap.fftSize), bins = new Float32Array(tap.frequencyBinCount);
  const most = new Float32Array(bins.length).fill(-200), levels = [];
  for (let i = 0; i < 40; i++) {
    await new Promise((done) => setTimeout(done, 1000 * tap.fftSize / tap.context.sampleRate));
    tap.getFloatTimeDomainData(sound);
    levels.push(10 * Math.log10(sound.reduce((sum, x) => sum + x * x, 0) / sound.length + 1e-12));
    tap.getFloatFrequencyData(bins);
    bins.forEach((value, k) => (most[k] = Math.max(most[k], value)));
  }
  const hertz = tap.context.sampleRate / tap.fftSize;
  const peak = (low, high) => Math.max(...most.slice(Math.ceil(low / hertz), Math.floor(high / hertz)));
  return { levels: levels.sort((a, b) => a - b), speech: peak(300, 3000), treble: peak(6500, 10000) };
}"""


@pytest.fixture
def on_a_call(browser: Browser, server: Server) -> Iterator[Callable[[dict[str, Any], str], Page]]:
    """A typed call whose line is said to sound like this; the learner has made this choice before."""
    contexts = []

    def ring(line_sound: dict[str, Any], choice: str) -> Page:
        context = browser.new_context(base_url=server.address)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(TAP)
        page.add_init_script(
            f"localStorage.setItem('ringside.line', localStorage.getItem('ringside.line') ?? '{choice}')"
        )

        def answer(route: Route) -> None:
            if route.request.method != "POST":
                return route.continue_()
            asked = {
                **json.loads(route.request.post_data or "{}"),
                "seed": 4,
            }  # the same words, so that two calls can be compared
            told = route.fetch(post_data=asked)
            return route.fulfill(response=told, body=json.dumps({**told.json(), "line_sound": line_sound}))

        page.route("**/api/calls", answer)
        page.goto("/")
        page.locator("article button.call").first.click()
        page.get_by_role("button", name="Type instead").click()
        page.get_by_role("timer").wait_for(timeout=30_000)
        return page

    yield ring
    for context in contexts:
        context.close()


def hang_up(page: Page) -> None:
    page.get_by_role("button", name="Hang up").click()
    page.wait_for_url("**/calls/*", timeout=20_000)


def test_the_background_has_the_level_that_was_asked_for_and_the_learners_choice_is_kept(
    on_a_call: Callable[[dict[str, Any], str], Page], axe: Callable[[Page], list[str]]
) -> None:
    page = on_a_call({"noise": "office", "noise_db": -12, "line": 1}, "scenario")
    assert axe(page) == []
    choice = page.get_by_role("combobox", name="Line")
    expect(choice).to_have_value("scenario")

    page.wait_for_timeout(3_000)  # the greeting
    quiet = page.evaluate(LISTEN)["levels"][:20]
    assert sum(quiet) / len(quiet) == pytest.approx(-32.0, abs=4.0)

    choice.select_option("clear")
    page.wait_for_timeout(500)
    assert page.evaluate(LISTEN)["levels"][5] < -80

    hang_up(page)
    page.goto("/")
    page.locator("article button.call").first.click()
    expect(page.get_by_role("combobox", name="Line")).to_have_value("clear")


def test_a_bad_line_hisses_as_loudly_as_asked_and_is_silent_after_the_call(
    on_a_call: Callable[[dict[str, Any], str], Page], server: Server
) -> None:
    page = on_a_call({"noise": "none", "noise_db": -30, "line": 5}, "scenario")
    page.wait_for_timeout(3_000)
    quiet = page.evaluate(LISTEN)["levels"][:10]
    assert sum(quiet) / len(quiet) == pytest.approx(-52.0, abs=1.5)
    page.get_by_role("button", name="Hang up").click()
    server.until(lambda: page.evaluate("tap.context.state") == "closed", 20, "the sound isn't closed")


def test_a_telephone_lets_no_treble_through(on_a_call: Callable[[dict[str, Any], str], Page]) -> None:
    brightness = {}
    for choice in ("clear", "telephone"):
        page = on_a_call({"noise": "none", "noise_db": -30, "line": 1}, choice)
        heard = page.evaluate(LISTEN)
        assert heard["speech"] > -60  # the greeting
        brightness[choice] = heard["treble"] - heard["speech"]
        hang_up(page)
    assert brightness["telephone"] < brightness["clear"] - 12
