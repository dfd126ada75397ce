"""Measure the built pages: what each weighs, and what a step of its sliders costs.

    make measure

Weights are gzipped, as a server sends them.  `states` is what the sliders hold ready, `page` the
page with it, `all` the page with everything that it loads.  A step is an arrow key pressed on a
slider; it takes the time that the browser's main thread is busy (script, style and layout) until
the next frame.
"""

from __future__ import annotations

import functools
import gzip
import re
import statistics
import threading
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

import book
import system

STATES = re.compile(r"widget-state\+json\">(.*?)</script>", re.DOTALL)
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
BUSY = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


class Quiet(SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@dataclass
class Weights:
    """The gzipped weight of a page in bytes: its states, itself, and all that it loads."""

    states: int
    page: int
    all: int


def zipped(data: bytes) -> int:
    """Return how many bytes a server sends for some data."""
    return len(gzip.compress(data))


def weights(name: str, loaded: list[str]) -> Weights:
    """Return the weights of a page that has loaded these paths."""
    text = (book.HTML / f"{name}.html").read_text()
    states = "".join(STATES.findall(text))
    files = [book.HTML / path.lstrip("/") for path in set(loaded)]
    total = sum(zipped(path.read_bytes()) for path in files if path.is_file())
    return Weights(zipped(states.encode()) if states else 0, zipped(text.encode()), total)


def step_times(page: Page, most: int = 8) -> list[float]:
    """Return the milliseconds that the main thread is busy at steps of every slider of a page."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return sum(metric["value"] for metric in metrics if metric["name"] in BUSY)

    times = []
    handles = page.locator(".dl-explorer .noUi-handle")
    for i in range(handles.count()):
        handle = handles.nth(i)
        handle.focus()
        page.keyboard.press("Home")
        page.evaluate(NEXT_FRAME)
        for _ in range(min(most, round(float(handle.get_attribute("aria-valuemax") or 0)))):
            before = busy()
            page.keyboard.press("ArrowRight")
            page.evaluate(NEXT_FRAME)
            times.append(1000 * (busy() - before))
    return times


def main() -> None:
    """Print the table."""
    if not (book.HTML / "index.html").exists():
        book.fail("There is no built book to measure: run `make book` first.")
    handler = functools.partial(Quiet, directory=str(book.HTML))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    columns = [
        "page",
        "states kB",
        "page kB",
        "all kB",
        "sliders",
        "steps",
        "median ms",
        "worst ms",
    ]
    table = Table(*columns)
    for column in table.columns[1:]:
        column.justify = "right"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=system.browser(), args=["--no-sandbox"]
        )
        for name in book.pages():
            page, loaded = chromium.new_page(), []
            page.on("request", lambda request, urls=loaded: urls.append(urlparse(request.url).path))
            page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html")
            page.wait_for_load_state("networkidle")
            sliders = page.locator(".dl-explorer .noUi-handle").count()
            times = step_times(page)
            weight = weights(name, loaded)
            sizes = [f"{size / 1000:.0f}" for size in (weight.states, weight.page, weight.all)]
            spent = [f"{statistics.median(times):.1f}", f"{max(times):.1f}"] if times else ["", ""]
            table.add_row(name.split("/")[-1], *sizes, str(sliders), str(len(times)), *spent)
            page.close()
    Console().print(table)


if __name__ == "__main__":
    main()
