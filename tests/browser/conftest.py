"""Browser fixtures: headless Chromium, sign-in, and a watch over what leaves the host."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PASSWORD = "gridgov-demo"
PATIENCE_MS = 30_000  # a busy machine is slow, not wrong
ARGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Without a graphics card only the map needs an emulated one: the processor paints faster.
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Stack traces are made for the driver alone; without this every function is parsed twice.
    "--js-flags=--no-enable-lazy-source-positions",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all browser tests."""
    path = shutil.which("chromium-headless-shell")
    assert path, "chromium-headless-shell is missing; `make test` installs it"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield made
        made.close()


class Watched:
    """Contexts whose pages are watched: foreign requests and console errors fail the test."""

    def __init__(self, browser: Browser, base: str):
        self.browser, self.base = browser, base
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self._open: list[BrowserContext] = []

    def context(self, **options: Any) -> BrowserContext:
        # Without pulses the software renderer is idle between the steps of a test, and with half
        # the dots on each side it draws the same page four times as fast.
        fixed = {
            "device_scale_factor": 0.5,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "reduced_motion": "reduce",
        }
        options = {**fixed, **options}
        made = self.browser.new_context(base_url=self.base, **options)
        made.set_default_timeout(PATIENCE_MS)
        made.on("request", self._request)
        made.on("console", self._console)
        made.on("weberror", lambda e: self.errors.append(str(e.error)))
        self._open.append(made)
        return made

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def close(self) -> None:
        for context in self._open:
            context.close()


@pytest.fixture
def watched(browser: Browser, live_server: str) -> Iterator[Watched]:
    """``watched.context(viewport=...)``; afterwards nothing foreign and no console error."""
    made = Watched(browser, live_server)
    yield made
    made.close()
    assert made.foreign == []
    assert made.errors == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """A small desktop page: drawing a large one is most of a test's time."""
    return watched.context(viewport={"width": 1280, "height": 720}).new_page()


@pytest.fixture
def sign_in() -> Callable[[Page, str], None]:
    """``sign_in(page, "county")``: the page's context is signed in.

    A page that is open is left first: it would notice that its session has ended and go to the
    door by itself, just when the test goes somewhere else.
    """

    def run(page: Page, username: str) -> None:
        if page.url != "about:blank":
            page.goto("about:blank")
        answer = page.context.request.post(
            "/api/v1/session", data={"username": username, "password": PASSWORD}
        )
        assert answer.status == 204, answer.text()

    return run
