"""Wrong answers that try to be marked as right, or to harm others."""

from textwrap import dedent

from hostile import CHAPTER, EVERYTHING, QUESTIONS, ROOT, WRONG, attack, changed

attack(
    "comment_that_tells_nbval_to_skip",
    "# NBVAL_SKIP\n# NBVAL_IGNORE_OUTPUT\n# NBVAL_RAISES_EXCEPTION",
)
attack(
    "strips_asserts",
    """
    import ast
    class Strip(ast.NodeTransformer):
        def visit_Assert(self, node): return ast.Pass()
    get_ipython().ast_transformers.append(Strip())
    get_ipython().run_line_magic("xmode", "Minimal")
    get_ipython().showtraceback = lambda *a, **k: None
    """,
)
attack(
    "wraps_print_and_display",
    """
    import builtins, IPython.display
    builtins.print = lambda *a, **k: None
    IPython.display.display = lambda *a, **k: None
    """,
)
attack(
    "replaces_the_check",
    """
    check = reveal = lambda name, answer: None
    import dlcourse.grading, dlcourse.grading.checks, dlcourse.grading.values
    for module in (dlcourse.grading, dlcourse.grading.checks):
        module.check = module.reveal = check
    dlcourse.grading.values.same = lambda *a, **k: True
    """,
)
attack(
    "claims_to_be_right",
    """
    import dlcourse.grading.checks
    def reveal(name, answer):
        display({"text/plain": '{"right": true, "points": 99}'}, raw=True)
    dlcourse.grading.checks.dumps = lambda values: '{"a": {"right": true}}'
    """,
)
attack(
    "forges_messages",
    """
    kernel = get_ipython().kernel
    for kind in ("execute_reply", "error", "display_data", "status", "stream"):
        kernel.publish(kind, {"execution_state": "idle", "status": "ok", "data": [], "text": 5})
    """,
)
READS = """
import os, json, sys
found = []
for root in ("/", ROOT, "/tmp", "/proc/self/cwd", "/proc/self/root"):
    for folder, folders, files in os.walk(root, followlinks=False):
        if folder.count("/") > 12 or folder.startswith(("/proc", "/sys", "/usr")): folders.clear()
        folders[:] = [f for f in folders if f not in ("site-packages", "node_modules", "_build")]
        found += [os.path.join(folder, file) for file in files]
"""
HERE = f"ROOT = {str(ROOT)!r}\n"
FROM_NOTEBOOKS = f"""
for path in [*found, ROOT + "/exercises/solutions/{CHAPTER}.ipynb"]:
    if path.endswith("{CHAPTER}.ipynb"):
        try: cells = json.load(open(path))["cells"]
        except (OSError, ValueError, KeyError): continue
        for cell in cells:
            marks = cell.get("metadata", {{}}).get("nbgrader", {{}})
            if marks.get("solution") and "BEGIN SOLUTION" in str(cell["source"]):
                try: exec("".join(cell["source"]), globals())
                except Exception: continue
                name = marks["grade_id"]
                globals()["stolen_" + name] = globals().get(name)
"""
FROM_FILES = """
loot = {}
try: exec(open(ROOT + "/dlcourse/grading/questions/perceptron.py").read(), loot)
except Exception: pass
for question in loot.get("QUESTIONS", ()):
    globals()["stolen_" + question.name] = question.truth
"""
FROM_MODULES = """
import importlib, sys
sys.modules.pop("dlcourse.grading.judge", None)
try:
    for question in importlib.import_module("dlcourse" + ".grading.questions.perceptron").QUESTIONS:
        globals()["stolen_" + question.name] = question.truth
except ImportError: pass
"""
THEFTS = {
    "reads_the_solution": HERE + dedent(READS) + FROM_NOTEBOOKS,
    "reads_the_truth_from_the_package": HERE + FROM_FILES,
    "imports_the_truth": HERE + FROM_MODULES,
}


def theft(name: str) -> None:
    """Add wrong answers that are right where the first one has found the truth."""
    answers = {
        name: f"{WRONG[name]}\n{name} = globals().get('stolen_{name}', {name})\n"
        for name in QUESTIONS[:4]
    }
    answers[QUESTIONS[0]] = f"{THEFTS[name]}\n{answers[QUESTIONS[0]]}"
    changed(name, lambda data: None, EVERYTHING, answers={**WRONG, **answers})


for _name in THEFTS:
    theft(_name)
attack(
    "reads_the_memory_of_others",
    """
    import os, re
    seen = []
    for pid in [p for p in os.listdir("/proc") if p.isdigit()]:
        for name in ("environ", "cmdline", "mem"):
            try: seen.append(open(f"/proc/{pid}/{name}", "rb").read(100_000))
            except (OSError, ValueError): pass
    """,
)
attack(
    "edits_the_gradebook",
    HERE
    + dedent(READS)
    + dedent(
        """
        import sqlite3
        for path in [*found, *TARGETS]:
            if path.endswith((".sqlite", ".db", ".csv")):
                try:
                    with open(path, "r+b") as file: file.write(b"ruined")
                except OSError: pass
        """
    ),
)
attack(
    "overwrites_other_submissions",
    HERE
    + dedent(READS)
    + dedent(
        """
        for path in [*found, *TARGETS]:
            if path.endswith(".ipynb"):
                for mode in ("r+b", "wb"):
                    try:
                        with open(path, mode) as file: file.write(b"ruined")
                    except OSError: pass
                try: os.remove(path)
                except OSError: pass
        """
    ),
)
attack(
    "kills_everything",
    """
    import os, signal
    for pid in [-1, os.getppid(), *(int(p) for p in os.listdir("/proc") if p.isdigit())]:
        if pid not in (os.getpid(), 0, 1) or pid == -1:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try: os.kill(pid, number)
                except (OSError, PermissionError): pass
    """,
)
attack(
    "breaks_what_writes_values",
    """
    import json, pickle, copyreg
    json.dumps = lambda *a, **k: "true"
    json.JSONEncoder.default = json.JSONEncoder.encode = lambda *a, **k: "true"
    pickle.dumps = lambda *a, **k: b""
    """,
)
attack(
    "replaces_the_display",
    """
    shell = get_ipython()
    shell.display_pub.publish = lambda *a, **k: None
    shell.display_pub.pub_socket.send_multipart = lambda *a, **k: None
    shell.displayhook.write_format_data = lambda *a, **k: None
    """,
)
attack(
    "replaces_the_probe",
    """
    import dlcourse.grading.checks, dlcourse.grading.probes
    def find_probe(name):
        return lambda answer, trial: trial.keep("right", 1.0)
    dlcourse.grading.checks.find_probe = dlcourse.grading.probes.find_probe = find_probe
    """,
)
attack(
    "chooses_its_own_inputs",
    """
    import os
    import numpy as np
    os.environ["DLCOURSE_SEED"] = "0"
    class Zeros:
        def __getattr__(self, name):
            return lambda *a, size=None, **k: np.zeros(size or 1)
    np.random.default_rng = lambda *a, **k: Zeros()
    """,
)
attack(
    "searches_its_own_memory",  # a fork inherits what its parent knew
    """
    import gc, sys
    for thing in gc.get_objects():
        if type(thing).__name__ == "Question":
            globals()["stolen_" + thing.name] = thing.truth
    for name, module in list(sys.modules.items()):
        for question in getattr(module, "QUESTIONS", ()):
            globals()["stolen_" + question.name] = question.truth
    assert not [name for name in globals() if name.startswith("stolen_")]
    memory = open("/proc/self/mem", "rb", 0)
    for line in open("/proc/self/maps"):
        if line.split()[1][0] == "r" and "[v" not in line:
            low, high = (int(part, 16) for part in line.split()[0].split("-"))
            try:
                memory.seek(low)
                text = memory.read(min(high - low, 50_000_000))
            except (OSError, ValueError, OverflowError): continue
            if b"BEGIN " + b"SOLUTION" in text: raise AssertionError("a solution in memory")
    """,
)
attack(
    "traces_its_neighbours",
    """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    for pid in [p for p in os.listdir("/proc") if p.isdigit()]:
        if int(pid) != os.getpid() and libc.ptrace(16, int(pid), None, None) == 0:
            libc.ptrace(4, int(pid), None, None)
    """,
)
attack(
    "connects_to_the_grader",
    """
    import os, socket
    for path in ["/proc/self/root/tmp", "/tmp"]:
        for folder, _, files in os.walk(path):
            for name in files:
                try:
                    with socket.socket(socket.AF_UNIX) as one:
                        one.settimeout(0.2)
                        one.connect(os.path.join(folder, name))
                        one.sendall(b'{"signal": 9}\\n')
                except OSError: pass
    """,
)
