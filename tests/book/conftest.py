"""The built book, served on this machine and opened in a browser that can reach nothing else."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import book
import system

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


class Quiet(SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Return the address of the built book."""
    if not (book.HTML / "index.html").exists():
        pytest.fail("There is no built book to test. Run `make book` first.")
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(book.HTML))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser for which every host but this machine is unknown."""
    path = system.browser()
    if path is None:
        pytest.fail(
            "No Chromium found. Debian, Ubuntu: sudo apt-get install chromium. Elsewhere: "
            ".venv/bin/playwright install chromium, then set DLCOURSE_BROWSER to its path."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


class Visit:
    """An open page, with all that went wrong in it."""

    def __init__(self, page: Page):
        self.page = page
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _console(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def _request(self, request):
        if not request.url.startswith(("http://127.0.0.1", "file:", "data:", "blob:")):
            self.outside.append(request.url)

    @contextmanager
    def on_a_phone(self) -> Iterator[None]:
        """Make the window as small as a phone's for a while."""
        self.page.set_viewport_size(PHONE)
        yield
        self.page.set_viewport_size(DESK)

    @contextmanager
    def on_paper(self) -> Iterator[None]:
        """Show the page as it would be printed for a while."""
        self.page.emulate_media(media="print")
        yield
        self.page.emulate_media(media="screen")

    @contextmanager
    def in_theme(self, name: str) -> Iterator[None]:
        """Show the page in the light or in the dark theme for a while, as its button does."""
        before = self.page.evaluate("document.documentElement.dataset.theme")
        choose = "name => { document.documentElement.dataset.theme = name }"
        self.page.evaluate(choose, name)
        yield
        self.page.evaluate(choose, before)


@contextmanager
def open_page(browser: Browser, address: str, name: str, **options) -> Iterator[Visit]:
    """Open a page and wait until its sliders are drawn; options as Playwright's new_context."""
    with browser.new_context(**{"viewport": DESK, **options}) as context:
        visit = Visit(context.new_page())
        visit.page.goto(f"{address}/{name}.html")
        if options.get("java_script_enabled", True) and explorers(name):
            visit.page.wait_for_selector(".dl-explorer .dl-picture", timeout=20_000)
            visit.page.wait_for_selector(".dl-explorer [aria-live]", state="attached")
            assert visit.page.locator(".dl-explorer").count() == explorers(name)
        yield visit


@pytest.fixture
def visit(browser: Browser, site: str):
    """Return a function that opens a page of the book for this test alone."""
    with ExitStack() as stack:

        def one(name: str, address: str | None = None, **options) -> Visit:
            return stack.enter_context(open_page(browser, address or site, name, **options))

        yield one


@pytest.fixture(scope="session")
def opened(browser: Browser, site: str, request) -> Iterator[Visit]:
    """Return a page of the book by its name; the tests that share it leave it as they found it.

    Where the sliders stand does not count: opening a page takes seconds, and there are many tests.
    """
    with open_page(browser, site, request.param, reduced_motion="reduce") as visit:
        yield visit


def explorers(name: str) -> int:
    """Return how many Explorers the source of a page makes: one for each `...explorer()`."""
    return len(re.findall(r"explorer\(\)", (book.ROOT / f"{name}.md").read_text()))
