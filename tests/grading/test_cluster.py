"""Spread over workers in processes of their own, one of them killed, a class keeps its marks."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from class_room import COMMAND, LIMITS, dlcourse, grades, write
from test_resume import class_of, graded, results

from dlcourse.grading import cluster


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def start(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "distributed.cli." + str(arguments[0])]
    return subprocess.Popen(
        [*command, *map(str, arguments[1:])], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextmanager
def scheduler(workers: int):
    """Start a real scheduler and workers, each in a process of its own."""
    address = f"tcp://127.0.0.1:{free_port()}"
    processes = [start("dask_scheduler", "--port", address.rpartition(":")[2], "--no-dashboard")]
    for _ in range(workers):
        processes.append(
            start("dask_worker", address, "--nthreads", 1, "--no-nanny", "--no-dashboard")
        )
    try:
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    write(folder / "in", class_of(40), [])
    dlcourse("grade", folder / "in", "--out", folder / "local", *LIMITS)
    return folder


def test_a_worker_lost_midway_loses_nothing(handed_in):
    out = handed_in / "spread"
    with scheduler(2) as (address, workers):
        command = ["grade", handed_in / "in", "--out", out, *LIMITS, "--scheduler", address]
        run = subprocess.Popen(
            [*COMMAND, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        while run.poll() is None and not graded(out):
            time.sleep(0.02)
        before = graded(out)
        workers[0].kill()
        said = run.communicate()[0].decode()
    assert run.returncode == 0, said
    assert 0 < before < 40, "the worker was killed in the middle of the run"
    assert results(out) == results(handed_in / "local")
    points = {case.name: float(case.points) for case in class_of(40)}
    assert {name: float(row["points"]) for name, row in grades(out).items()} == points


def test_a_scheduler_that_is_not_there_is_said_and_costs_nothing(tmp_path):
    write(tmp_path / "in", class_of(1), [])
    address = f"tcp://127.0.0.1:{free_port()}"
    run = dlcourse(
        "grade",
        tmp_path / "in",
        "--out",
        tmp_path / "out",
        "--scheduler",
        address,
        *LIMITS,
        check=False,
    )
    assert run.returncode == 2
    assert address in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


def test_a_worker_with_another_version_refuses():
    order = cluster.make_order([])
    with pytest.raises(cluster.OtherVersion, match="Install the same one"):
        cluster.grade_batch({**order, "version": "other"}, [])


def test_a_small_class_has_small_batches_and_a_large_one_whole_ones():
    sizes = [cluster.batch_size(tasks, 2) for tasks in (0, 1, 30, 200)]
    assert sizes == [1, 1, 4, cluster.BATCH]
