"""Every hostile, broken or odd submission gets the mark it deserves, and harms nobody else.

All of them are graded in one run, between honest neighbours: once in bubblewrap where it works, and
once with plain limits.
"""

import hashlib
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import corpus_answers  # noqa: F401  each file adds its cases
import corpus_attacks
import corpus_notebooks  # noqa: F401
import hostile
import psutil
import pytest
from class_room import LIMITS, adopting, dlcourse, feedback, grades, write
from hostile import CASES, FULL, QUESTIONS, Case

from dlcourse.grading import landlock
from dlcourse.grading.sandbox import bubblewrap_fails

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's isolation")
HONEST = [
    Case(name, lambda: hostile.dump(hostile.notebook())) for name in ("aa_honest", "zz_honest")
]
# What plain limits cannot prevent where the kernel has no Landlock, or an old one.
NEEDS_FILES_HIDDEN = {
    *("reads_the_solution", "reads_the_truth_from_the_package", "imports_the_truth"),
    *("edits_the_gradebook", "overwrites_other_submissions"),
}
NEEDS_SIGNALS_HELD = {"kills_everything"}


@dataclass
class Graded:
    """A class that was graded, and what the machine saw meanwhile."""

    out: Path
    handed_in: Path
    kind: str
    before: dict[str, str]
    connections: int
    left_behind: list[str]
    most_memory: int


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def cases_for(kind: str) -> list[Case]:
    """Return the cases that this machine can take: without Landlock, some would do real harm."""
    left_out = set()
    if kind == "limits" and landlock.version() < 1:
        left_out |= NEEDS_FILES_HIDDEN
    if kind == "limits" and landlock.version() < 6:
        left_out |= NEEDS_SIGNALS_HELD
    return [case for case in CASES if case.name not in left_out]


class Listener:
    """A server that an answer may try to reach; counts who does."""

    def __enter__(self):
        self.connections = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def __exit__(self, *_):
        self.server.close()


def caller(port: int) -> Case:
    code = f"""
    import socket
    try: socket.create_connection(("127.0.0.1", {port}), timeout=1)
    except OSError: pass
    """
    text = hostile.before(code)
    return Case("calls_home", lambda: hostile.dump(hostile.notebook({hostile.VICTIM: text})))


@pytest.fixture(scope="module", params=["bubblewrap", "limits"])
def graded(request, tmp_path_factory):
    kind = request.param
    if kind == "bubblewrap" and (why := bubblewrap_fails()):
        pytest.skip(f"bubblewrap does not work here: {why}")
    folder = tmp_path_factory.mktemp(kind)
    handed_in, out = folder / "in", folder / "out"
    others = [f"{handed_in}/zz_honest/notebook.ipynb", f"{handed_in}/aa_honest/notebook.ipynb"]
    targets = [f"{out}/gradebook.sqlite", f"{out}/grades.csv", *others]
    with Listener() as listener:
        write(handed_in, [*cases_for(kind), *HONEST, caller(listener.port)], targets)
        (handed_in / "link").mkdir()
        (handed_in / "link" / "notebook.ipynb").symlink_to(
            hostile.ROOT / f"exercises/solutions/{hostile.CHAPTER}.ipynb"
        )
        (handed_in / b"not \xff utf-8.ipynb".decode("utf-8", "surrogateescape")).write_bytes(
            hostile.dump(hostile.notebook())
        )
        before = digests(handed_in)
        with Memory() as memory, adopting() as left:
            dlcourse("grade", handed_in, "--out", out, "--sandbox", kind, *LIMITS)
    return Graded(out, handed_in, kind, before, listener.connections, left, memory.most)


class Memory:
    """The most memory that this process's children have used together, beyond what they share."""

    def __enter__(self):
        self.most, self.done = 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        while not self.done.wait(0.5):
            used = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
                except OSError:
                    continue
                used += sum(int(x.split()[1]) for x in rollup.splitlines() if x[:4] == "Pss:")
            self.most = max(self.most, used * 1024)

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_gets_the_mark_it_deserves(graded, case):
    if case not in cases_for(graded.kind):
        pytest.skip("this machine has no Landlock, or an old one: the attack would do real harm")
    row = grades(graded.out)[case.name]
    text = feedback(graded.out, case.name)
    assert float(row["points"]) == case.points, text
    assert case.says in text


@pytest.mark.parametrize("case", [case for case in CASES if case.lost], ids=lambda case: case.name)
def test_each_lost_question_says_why(graded, case):
    if case not in cases_for(graded.kind):
        pytest.skip("this machine has no Landlock, or an old one: the attack would do real harm")
    text = feedback(graded.out, case.name)
    for number, name in enumerate(case.lost):
        following = case.lost[number + 1] if number + 1 < len(case.lost) else "About the notebook"
        about = text.partition(f" {name} 0 of")[2].partition(f" {following} ")[0]
        assert " hint " in about, f"{name}: {about}"


def test_neighbours_are_unharmed(graded):
    rows = grades(graded.out)
    for case in HONEST:
        assert float(rows[case.name]["points"]) == FULL


def test_every_submission_has_a_row_and_a_page(graded):
    rows = grades(graded.out)
    files = [p for p in graded.handed_in.rglob("*") if p.is_file() or p.is_symlink()]
    assert len(rows) == len(files)
    assert len(list((graded.out / "feedback").iterdir())) == len(files)


def test_no_file_that_was_handed_in_has_changed(graded):
    assert digests(graded.handed_in) == graded.before


def test_nothing_is_left_running(graded):
    assert graded.left_behind == []


def test_what_is_left_running_would_be_seen():
    """Else the test above would prove nothing."""
    daemon = "import subprocess\nsubprocess.Popen(['sleep', '987'], start_new_session=True)"
    with adopting() as left:
        subprocess.run([sys.executable, "-c", daemon], check=True)
    assert left == ["sleep 987"]


def test_memory_stays_below_the_limits(graded):
    """Two submissions at a time may use 700 MB each; the grader's own processes the rest."""
    assert graded.most_memory < 2 * 700e6 + 1e9


def test_no_answer_reaches_the_network(graded):
    if graded.kind == "limits" and landlock.version() < 4:
        pytest.skip("plain limits without a recent Landlock do not cut off the network, and say so")
    assert graded.connections == 0


def test_links_are_not_followed(graded):
    row = grades(graded.out)["link"]
    assert float(row["points"]) == 0
    assert "This is a link" in feedback(graded.out, "link")


def test_a_name_that_is_no_text_is_graded(graded):
    rows = [row for name, row in grades(graded.out).items() if name.startswith("not ")]
    assert float(rows[0]["points"]) == FULL


def test_reports_run_nothing_that_a_student_wrote(graded):
    row = (graded.out / "grades.csv").read_text("utf-8")
    assert "<script>" in row
    assert '\n"=HYPERLINK' not in row
    assert "<script" not in (graded.out / "summary.html").read_text("utf-8")


def test_every_report_says_how_submissions_were_isolated(graded):
    word = "bubblewrap: each submission" if graded.kind == "bubblewrap" else "plain limits"
    assert word in feedback(graded.out, "aa_honest")
    assert word in (graded.out / "summary.html").read_text("utf-8")
    if graded.kind == "limits":
        assert "Not protected: " in feedback(graded.out, "aa_honest")


@pytest.mark.parametrize("name", corpus_attacks.THEFTS)
def test_the_thefts_would_work_without_isolation(name):
    """Else the cases above would prove nothing."""
    code = f"""
import numpy as np
{corpus_attacks.THEFTS[name]}
from dlcourse.grading import check
for name in {QUESTIONS[:4]}:
    check(name, globals().get("stolen_" + name))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.count(": right, ") == 4, run.stdout + run.stderr
