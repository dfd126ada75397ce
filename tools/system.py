"""Make sure that the programs outside Python that the tests need are there: a browser, a sandbox.

The tests open the built book in Chromium and grade hostile notebooks inside bubblewrap.  As root on
Debian or Ubuntu both are installed for you; elsewhere you are told what to type.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def browser() -> str | None:
    """Return the path of a Chromium that Playwright can drive, or None.

    DLCOURSE_BROWSER names another one, e.g. one that `playwright install chromium` fetched.
    """
    if named := os.environ.get("DLCOURSE_BROWSER"):
        return named
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (str(MAC_BROWSER) if MAC_BROWSER.exists() else None)


def install(*packages: str) -> None:
    """Install Debian packages if this is Debian or Ubuntu and we are root; else do nothing."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {' and '.join(packages)} with apt-get ...", flush=True)
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    subprocess.run(command, check=False, **quiet)


def main() -> int:
    """Install what is missing where that is possible; return 0 if the browser is there."""
    missing = [] if browser() else ["chromium"]
    if sys.platform == "linux" and not shutil.which("bwrap"):
        missing.append("bubblewrap")
    if missing:
        install(*missing)
    if sys.platform == "linux" and not shutil.which("bwrap"):
        print("No bubblewrap here: the grader's tests use plain limits instead.")
        print("To test the full sandbox: apt-get install bubblewrap")
    if browser():
        return 0
    print("The tests open the built book in a browser, and there is none on this machine.")
    print("  Debian, Ubuntu:  sudo apt-get install chromium")
    print("  elsewhere:       .venv/bin/playwright install chromium, then set DLCOURSE_BROWSER")
    print("                   to the path of the browser that it installed")
    return 1


if __name__ == "__main__":
    sys.exit(main())
