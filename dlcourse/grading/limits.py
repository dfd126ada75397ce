"""What one submission may use: time, memory, processes, output, disk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

PATIENCE = 4  # times the processor time of a cell, by the clock: a busy machine changes no mark


@dataclass(frozen=True)
class Limits:
    """The bounds of one submission; each is enforced, and named when a submission meets it.

    cell_seconds: processor time of one cell, which may take `PATIENCE` times as long by the clock.
    total_seconds: time of the whole submission by the clock, and processor time of each process.
    memory_mb: what all its processes together may use beyond what the grader's own imports use.
    processes: processes and threads. output_kb: text shown by one cell. disk_mb: files, all of
    them temporary.
    """

    cell_seconds: float = 20.0
    total_seconds: float = 600.0
    memory_mb: int = 2048
    processes: int = 128
    output_kb: int = 256
    disk_mb: int = 64

    @property
    def cell_patience(self) -> float:
        """Return how long a cell may take by the clock."""
        return PATIENCE * self.cell_seconds

    def as_dict(self) -> dict[str, Any]:
        """Return the limits as data for JSON."""
        return asdict(self)
