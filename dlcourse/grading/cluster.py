"""Spread submissions over threads, processes or machines with dask.distributed.

Without a scheduler, a cluster of this process alone: its threads wait for engines, which are
processes of their own. With one, each of its workers has a station; a worker that is lost has its
batches graded by another, and a batch that has cost several workers is graded one by one.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dlcourse.grading.assignment import Assignment
from dlcourse.grading.results import Graded, Task
from dlcourse.grading.sandbox import Kind
from dlcourse.grading.station import Station

BATCH = 8
_stations: dict[str, Station] = {}
_lock = threading.Lock()


class OtherVersion(RuntimeError):  # noqa: N818
    """A worker has another version of the course than the command: its marks could differ."""


@cache
def code_version() -> str:
    """Return what identifies the grading code that is installed here."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def grade_batch(order: dict[str, Any], tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Grade a batch on the machine where this is called: what a worker does."""
    if order["version"] != code_version():
        raise OtherVersion(
            "This worker has another version of dlcourse than the command. Install the same one."
        )
    station = _station(order)
    return [result.as_dict() for result in station.grade([Task.from_dict(t) for t in tasks])]


def _station(order: dict[str, Any]) -> Station:
    """Return this process's station for an order; one at a time."""
    with _lock:
        if order["id"] not in _stations:
            for old in list(_stations):
                _stations.pop(old).close()
            assignments = [Assignment.from_dict(data) for data in order["assignments"]]
            _stations[order["id"]] = Station(
                assignments, order["kind"], order["fresh"], order["seed"]
            )
        return _stations[order["id"]]


def close_stations() -> None:
    """End what `grade_batch` has started in this process."""
    with _lock:
        for old in list(_stations):
            _stations.pop(old).close()


def make_order(
    assignments: Sequence[Assignment],
    kind: Kind = "auto",
    fresh: bool | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """Return what a worker must know besides the submissions."""
    return {
        "id": os.urandom(8).hex(),
        "version": code_version(),
        "assignments": [assignment.as_dict() for assignment in assignments],
        "kind": kind,
        "fresh": fresh,
        "seed": seed,
    }


def batch_size(tasks: int, workers: int) -> int:
    """Return how many submissions make a batch: of a small class few, so that results come soon."""
    return max(1, min(BATCH, math.ceil(tasks / (4 * workers))))


def grade_all(
    order: dict[str, Any], tasks: Iterable[Task], scheduler: str = "", jobs: int = 0
) -> Iterator[Graded]:
    """Yield results as they come, in any order; hold only a window of the tasks in memory.

    `scheduler` is the address of a dask scheduler; without it, `jobs` engines run here (0: one a
    core).
    """
    from distributed import Client, LocalCluster

    jobs = jobs or os.cpu_count() or 1
    if scheduler:
        client = Client(scheduler, set_as_default=False, timeout="10s")
        width = 2 * max(1, sum(client.nthreads().values()))
    else:
        cluster = LocalCluster(
            n_workers=1,
            threads_per_worker=jobs,
            processes=False,
            dashboard_address="127.0.0.1:0",  # else port 8787, which another run may have
            scheduler_kwargs={"dashboard": False},
        )
        client = Client(cluster, set_as_default=False)
        width = 2 * jobs
    try:
        yield from _window(client, order, iter(tasks), width)
    finally:
        client.close()
        if not scheduler:
            cluster.close()
            close_stations()


def _window(
    client: Any, order: dict[str, Any], tasks: Iterator[Task], width: int
) -> Iterator[Graded]:
    """Keep `width` batches under way; two of them a worker."""
    from distributed import as_completed

    first_tasks = list(itertools.islice(tasks, 2 * width * BATCH))
    size = batch_size(len(first_tasks), width // 2)
    tasks = itertools.chain(first_tasks, tasks)

    shared = client.scatter(order, broadcast=True, hash=False)
    under_way: dict[Any, list[Task]] = {}

    def submit(batch: list[Task]) -> Any:
        future = client.submit(grade_batch, shared, [t.as_dict() for t in batch], pure=False)
        under_way[future] = batch
        return future

    batches = iter(lambda: list(itertools.islice(tasks, size)), [])
    first = [submit(batch) for batch in itertools.islice(batches, width)]
    completed = as_completed(first, loop=client.loop)
    for future in completed:
        batch = under_way.pop(future)
        if future.status == "finished":
            yield from (Graded.from_dict(data) for data in future.result())
        elif isinstance(future.exception(), OtherVersion):
            raise future.exception()
        elif len(batch) > 1:
            for task in batch:
                completed.add(submit([task]))
        else:
            task = batch[0]
            why = f"No worker could grade this submission: {future.exception()}"
            yield Graded(task.digest, task.assignment, failure=why, seed=task.seed)
        for following in itertools.islice(batches, 1):
            completed.add(submit(following))
