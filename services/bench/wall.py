"""Bench of the wall: ``python -m services.bench.wall URL``.

Figures at every level, the page in a real browser (first paint, drill, incident to wall), and
whether every panel is the sum of its parts, over all grids.
"""

from __future__ import annotations

import shutil
import sys
import time
import uuid
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from services.bench.core import PASSWORD, emit, emit_times, percentile, signed_in

REPEATS = 30
WALL_MARK_MS = 150.0
PAINT_MARK_S = 2.5
DRILL_MARK_MS = 400.0
INCIDENT_MARK_MS = 1000.0
LOADS, DRILLS, INCIDENTS = 5, 12, 20
SETTLED_MS = 4000
SIZE = ViewportSize(width=1920, height=1080)
# A machine without a graphics card: an emulated one draws the map, the processor paints the page.
ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
ARGS += ["--disable-gpu-rasterization"]
FIGURES = ("staff_count", "households", "people", "buildings", "houses", "premises")


def _timed(client: httpx.Client, path: str) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = client.get(path)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took, answer.json()


def _answers(client: httpx.Client) -> list[int]:
    """The read models, one grid of each level; returns those grids."""
    grids = [_timed(client, "/api/v1/wall")[1]["grid"]["id"]]
    while children := _timed(client, f"/api/v1/wall?grid={grids[-1]}")[1]["children"]:
        grids.append(max(children, key=lambda child: child["people"])["id"])
    for level, grid in enumerate(grids, 1):
        for name, path, mark in (
            ("wall", f"/api/v1/wall?grid={grid}", WALL_MARK_MS),
            ("panel", f"/api/v1/grids/{grid}/panel", None),
        ):
            times = [_timed(client, path)[0] for _ in range(REPEATS)]
            emit_times(f"{name} answer, level {level}", times, mark=mark)
    return grids


def _sums(client: httpx.Client, root: int) -> None:
    """How many of all grids have a figure that is not the sum of its parts (mark: none)."""
    waiting, wrong, n = [root], 0, 0
    while waiting:
        panel = _timed(client, f"/api/v1/grids/{waiting.pop()}/panel")[1]
        parts = [panel["unassigned"], *panel["children"]]
        sums = all(panel[name] == sum(part[name] for part in parts) for name in FIGURES)
        classes = sum(panel["people_by_class"].values()) == panel["people"]
        wrong += not (sums and classes)
        n += 1
        waiting += [child["id"] for child in panel["children"]]
    emit("grids whose figures are not the sum of their parts", wrong, "grids", mark=0.0, n=n)


def _context(browser: Browser, url: str, user: str) -> BrowserContext:
    context = browser.new_context(base_url=url, viewport=SIZE, timezone_id="Asia/Shanghai")
    context.set_default_timeout(120_000)
    answer = context.request.post("/api/v1/session", data={"username": user, "password": PASSWORD})
    assert answer.status == 204, answer.text()
    return context


def _since_start(page: Page, selector: str) -> float:
    """Seconds from the start of the navigation until ``selector`` is there."""
    page.wait_for_selector(selector, state="attached")
    ms: float = page.evaluate("() => performance.now()")
    return ms / 1000


def _loads(browser: Browser, url: str) -> None:
    """A cold browser each time: titles, figures, map."""
    figures, titles, maps = [], [], []
    for _ in range(LOADS):
        context = _context(browser, url, "screen")
        page = context.new_page()
        page.goto("/screen/", wait_until="commit")
        figures.append(_since_start(page, "body[data-grid]"))
        maps.append(_since_start(page, "#map[data-ready]"))
        entries = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        titles.append(page.evaluate(f"() => {entries}") / 1000)
        context.close()
    emit("wall, first contentful paint p95", percentile(titles, 0.95), "s", n=LOADS)
    emit(
        "wall first paint with all figures p95",
        percentile(figures, 0.95),
        "s",
        mark=PAINT_MARK_S,
        n=LOADS,
    )
    # Without a graphics card the browser draws the map on the processor, so there is no mark.
    emit("wall, first complete map (software GL) p95", percentile(maps, 0.95), "s", n=LOADS)


DRILL = """(grid) => new Promise((done) => {
  const began = performance.now()
  new MutationObserver((_, watch) => {
    if (document.body.dataset.grid !== String(grid)) return
    watch.disconnect()
    requestAnimationFrame(() => done(performance.now() - began))
  }).observe(document.body, { attributes: true })
  gridgovWall.go(`?grid=${grid}`)
})"""


def _drills(page: Page, grids: list[int]) -> None:
    """From the change of the address to the painted figures of the other grid."""
    took = []
    for turn in range(DRILLS):
        page.wait_for_timeout(SETTLED_MS)
        took.append(page.evaluate(DRILL, grids[turn % 2]) / 1000)
    emit_times("wall drill", took, mark=DRILL_MARK_MS)


WATCH = """() => {
  window.came = {}
  new MutationObserver(() => {
    for (const line of document.querySelectorAll('#ticker a')) {
      window.came[line.dataset.incident] ??= Date.now()
    }
  }).observe(document.getElementById('ticker'), { childList: true, subtree: true })
}"""


def _incidents(page: Page, client: httpx.Client, lonlat: list[float]) -> None:
    """From sending the report to the API until its line stands on an open wall."""
    page.wait_for_selector('#status[data-state="ok"]')
    page.evaluate(WATCH)
    categories = client.get("/api/v1/incident-categories").json()
    category = next(c["code"] for c in categories if c["parent"])
    took = []
    for n in range(INCIDENTS):
        body = {"title": f"bench {n}", "category": category, "txn": str(uuid.uuid4())}
        sent = time.time()
        answer = client.post("/api/v1/incidents", json={**body, "lon": lonlat[0], "lat": lonlat[1]})
        answer.raise_for_status()
        number = answer.json()["id"]
        page.wait_for_selector(f'#ticker a[data-incident="{number}"]', state="attached")
        took.append(page.evaluate(f"() => window.came['{number}']") / 1000 - sent)
        page.wait_for_timeout(1500)
    emit_times("incident to wall", took, mark=INCIDENT_MARK_MS)


def main(url: str) -> None:
    """Run everything against the site at ``url``."""
    client = signed_in(url, "county")
    grids = _answers(client)
    _sums(client, grids[0])
    micro = _timed(client, f"/api/v1/wall?grid={grids[-1]}")[1]["grid"]["centre"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=ARGS
        )
        _loads(browser, url)
        context = _context(browser, url, "county")
        page = context.new_page()
        page.goto("/screen/")
        page.wait_for_selector("#map[data-ready]")
        page.wait_for_timeout(SETTLED_MS)
        _incidents(page, client, micro)
        _drills(page, grids[1::-1])
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
