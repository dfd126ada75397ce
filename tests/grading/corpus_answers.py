"""Answers that do not end, take too much, leave something behind, or spoil what follows."""

from hostile import ANSWERS, HARMLESS, QUESTIONS, VICTIM, answer, before, changed, inside

# Answers that do not end, or end too much.
answer("endless_loop", inside("while True:\n    pass"), says="still running after")
answer("endless_loop_in_the_cell", before("while True:\n    pass"), says="still running after")
answer(
    "endless_loop_that_catches_interrupts",
    inside("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    says="still running after",
)
answer(
    "endless_loop_that_ignores_signals",
    before(
        """
        import signal
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: pass
        """
    ),
    says="still running after",
)
answer(  # as a swarm of forks may do, too, when it is stopped
    "never_comes_to_rest",
    before(
        """
        kernel = get_ipython().kernel
        publish = kernel.publish
        kernel.publish = lambda kind, content: kind == "status" or publish(kind, content)
        1 / 0
        """
    ),
    says="still running after",
)
_work = "import time\nstop = time.process_time() + {}\nwhile time.process_time() < stop: pass\n"
changed(  # each within its bound of 3 seconds, together beyond it
    "works_hard_twice",
    lambda data: None,
    answers={
        QUESTIONS[0]: _work.format(1.8) + ANSWERS[QUESTIONS[0]],
        VICTIM: _work.format(1.4) + "time.sleep(2.6)\n" + ANSWERS[VICTIM],
    },
)
answer("os_exit", before("import os\nos._exit(0)"), says="ended Python itself (exit code 0)")
answer("os_exit_in_the_function", inside("import os\nos._exit(0)"), says="ended Python itself")
answer("sys_exit", inside("import sys\nsys.exit()"), says="SystemExit")
answer("sys_exit_in_the_cell", "import sys\nsys.exit()\n" + ANSWERS[VICTIM], says="SystemExit")
answer("exit_function", before("exit()"), HARMLESS)
answer("input", inside("return input('?')"), says="EOFError")
answer("exception", inside("return {}['no such key']"), says="KeyError")
answer("exception_in_the_cell", before("1 / 0"), says="ZeroDivisionError")
answer("syntax_error", f"def {VICTIM}(:\n    pass", says="SyntaxError")
answer("endless_recursion", inside(f"return {VICTIM}(*args)"), says="RecursionError")
answer(
    "crash",
    inside("import ctypes\nctypes.string_at(0)"),
    says="crashed Python itself (signal SIGSEGV)",
)
answer("kills_itself", inside("import os\nos.kill(os.getpid(), 15)"))

# Answers that take too much.
answer("allocates_40_gb", inside("import numpy as np\nnp.ones(5_000_000_000)"), says="MemoryError")
answer(
    "allocates_step_by_step",
    before("kept = []\nwhile True: kept.append(bytearray(10_000_000))"),
    says="MemoryError",
)
answer(
    "allocates_in_many_processes",
    before(
        """
        import os, time
        for _ in range(6):
            if os.fork() == 0:
                kept = bytearray(300_000_000)
                for i in range(0, len(kept), 4096): kept[i] = 1
                time.sleep(60)
        time.sleep(60)
        """
    ),
    says="of memory and was stopped",
)
answer(
    "fork_bomb",
    before("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    says="was stopped",
)
answer(
    "fills_the_disk",
    before(
        """
        import itertools
        for number in itertools.count():
            with open(f"filler{number}", "wb") as file: file.write(bytes(20_000_000))
        """
    ),
    says="",
)
answer("100_mb_on_one_line", before("print('x' * 100_000_000)"), HARMLESS)
answer("a_million_lines", before("for i in range(1_000_000): print(i)"), HARMLESS)
answer(
    "floods_the_connection",
    before(
        """
        from IPython.display import display
        while True: display({"text/plain": "x" * 1_000_000}, raw=True)
        """
    ),
    says="was stopped",
)
answer(
    "floods_the_connection_from_below",
    before(
        """
        kernel = get_ipython().kernel
        while True:
            kernel.publisher.budget = 10**9
            kernel.publish("stream", {"name": "stdout", "text": "x" * 1_000_000})
        """
    ),
    says="more than 24 MB",
)

# Answers that leave something behind.
answer("background_sleep", before("import os\nos.system('sleep 987 &')"), HARMLESS)
answer(
    "bash_with_a_background_sleep",
    before("get_ipython().run_cell_magic('bash', '', 'sleep 987 > /dev/null 2>&1 &')"),
    HARMLESS,
)
changed(
    "bash_cell_with_a_background_sleep",
    lambda data: data["cells"].insert(
        5,
        {
            "cell_type": "code",
            "id": "own",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["%%bash\n", "sleep 987 &\n"],
        },
    ),
)
answer(
    "detached_subprocess",
    before(
        "import subprocess\n"
        "subprocess.Popen(['sleep', '987'], start_new_session=True, "
        "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)"
    ),
    HARMLESS,
)
answer(
    "daemon",
    before(
        """
        import os, time
        pid = os.fork()
        if pid == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "987"])
            os._exit(0)
        os.waitpid(pid, 0)
        """
    ),
    HARMLESS,
)
answer(
    "background_thread_that_prints",
    before(
        """
        import threading, time
        def chatter():
            while True:
                print("still here")
                time.sleep(0.01)
        threading.Thread(target=chatter, daemon=True).start()
        """
    ),
    HARMLESS,
)
answer(
    "warning_on_stderr",
    before("import sys, warnings\nprint('careful', file=sys.stderr)\nwarnings.warn('careful')"),
    HARMLESS,
)
answer("empties_its_folder", before("import shutil\nshutil.rmtree('.', ignore_errors=True)"), ())

# One bad answer must not spoil the others.
answer("breaks_numpy", "import numpy as np\nnp.zeros = np.exp = None\n" + inside("return 1"))
answer(
    "breaks_builtins",
    "import builtins\nbuiltins.len = builtins.range = builtins.zip = None\n" + inside("return 1"),
)
answer("breaks_the_checks", "reveal = check = None\n" + inside("return 1"))
for _name in QUESTIONS[:-1]:  # an answer that undoes what its check and the cells after need
    spoilt = dict(ANSWERS)
    spoilt[_name] += "\ndel np, reveal\n"
    changed(
        f"spoils_what_follows_{_name}",
        lambda data: None,
        (_name,),
        answers=spoilt,
    )

# Ways round the limits.
answer(
    "stops_itself",
    before("import os, signal, time\nos.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(1_000_000)"),
    says="was stopped. Does each loop come to an end?",
)
answer(
    "thread_bomb",
    before(
        """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(600,)).start()
        """
    ),
)
answer(
    "a_million_empty_files",
    before("for number in range(1_000_000): open(f'empty{number}', 'w').close()"),
)
answer(
    "hides_memory_in_files",  # which no process is charged for
    before(
        """
        import os
        kept = []
        for number in range(40):
            kept.append(os.memfd_create("x"))
            for _ in range(6): os.write(kept[-1], bytes(10_000_000))
        """
    ),
    says="PermissionError",
)
answer(
    "hides_memory_in_segments",  # which stay when their process has ended
    before(
        """
        import ctypes
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        for _ in range(40):
            segment = libc.shmget(0, 50_000_000, 0o1600)
            if segment < 0: raise MemoryError("no segment")
            ctypes.memset(libc.shmat(segment, None, 0), 1, 50_000_000)
        """
    ),
    says="MemoryError: no segment",
)
answer(
    "hides_memory_among_children",
    before(
        """
        import mmap, os, time
        for _ in range(8):
            shared = mmap.mmap(-1, 200_000_000)
            for at in range(0, 200_000_000, 4096): shared[at] = 1
            if os.fork() == 0: time.sleep(600)
            shared.close()
        """
    ),
    says="PermissionError",
)
answer(
    "takes_every_descriptor",
    before("import os\nkept = []\nwhile True: kept.append(os.dup(0))"),
    says="Too many open files",
)
answer(
    "writes_to_every_descriptor",  # what the grader listens to is among them
    before(
        """
        import os
        for number in range(256):
            try: os.write(number, b'{"right": true}' * 1000)
            except OSError: pass
        """
    ),
    says="",
)
answer(
    "closes_every_descriptor",
    before("import os\nos.closerange(0, 256)"),
)
answer(
    "changes_what_one_is",
    before("import ctypes\nctypes.c_int.from_address(id(1) + 24).value = 2"),
)

# Values that break whoever looks at them.
answer("a_huge_integer", inside("return 10**100_000"))
answer("nested_without_end", inside("kept = []\nkept.append(kept)\nreturn kept"))
answer("not_a_number", inside("return float('nan')"))
answer(
    "an_object_that_raises_everywhere",
    before("")
    + f"""
class Trap(type):
    def __getattribute__(cls, name): raise BaseException(name)
class Value(metaclass=Trap):
    def __getattribute__(self, name): raise BaseException(name)
def {VICTIM}(*args, **kwargs): return Value()
""",
)
answer("raises_what_nobody_catches", inside("raise BaseException('mine')"), says="mine")
answer(
    "markup_in_an_error",
    inside("raise ValueError('<script>alert(1)</script><img src=x onerror=alert(1)>')"),
    says="<script>alert(1)</script><img src=x onerror=alert(1)>",
)
answer(
    "control_codes_in_an_error",
    inside("raise ValueError('\\x1b[2J\\x1b]0;owned\\x07 \\u202eright')"),
    says="\\x1b[2J\\x1b]0;owned\\x07 \\u202eright",
)
answer("markup_as_a_value", inside("return '<svg onload=alert(1)>'"), says="<svg onload=alert(1)>")
