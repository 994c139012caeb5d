"""One run: plan the shards, score those that are missing, then join the results into the output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from detector.analyzer import AnalyzerSettings
from detector.batch import storage
from detector.batch.engine import StartEngine, drive
from detector.batch.globs import check_paths
from detector.batch.inputs import Inputs, find_items
from detector.batch.manifest import check_same, describe_run, read_manifest, write_manifest
from detector.batch.outputs import CONTENTS, Format, describe_output, output_paths, write_output
from detector.batch.results import Tally, read_footer
from detector.batch.score import MakeAnalyzer, ShardResult, Stages, Task, make_analyzer
from detector.batch.shards import SHARD_ITEMS, Shard, cut_shards
from detector.errors import UsageError
from detector.reading.names import MANIFEST
from detector.report import OffsetUnit
from detector.types import Json

Mode = Literal["new", "resume", "restart"]


@dataclass(frozen=True, slots=True)
class Job:
    """What to score, how, and where the result goes.

    Parameters
    ----------
    inputs
        Files, folders, globs, fsspec URLs, or `-`.
    out
        The output; shards are kept in `OUT.parts` until it is whole, digests in `OUT.manifest.json`.
    mode
        `new` refuses to run over an unfinished run, `resume` goes on with one, `restart` discards it.
    pattern
        Keeps only the files of folders whose name or relative path matches.
    """

    inputs: tuple[str, ...]
    out: str
    format: Format
    settings: AnalyzerSettings = field(default_factory=AnalyzerSettings)
    mode: Mode = "new"
    pattern: str | None = None
    offsets: OffsetUnit = "codepoint"
    published: date | None = None
    shard_items: int = SHARD_ITEMS
    make_analyzer: MakeAnalyzer = make_analyzer

    @property
    def work(self) -> str:
        """Folder of the unfinished run."""
        return f"{self.out.rstrip('/')}.parts"

    @property
    def manifest(self) -> str:
        """Path of the manifest."""
        return self.out.rstrip("/") + MANIFEST


@dataclass(slots=True)
class Summary:
    """What a run did: counts over all rows, seconds by stage over all workers, rows found done."""

    tally: Tally = field(default_factory=Tally)
    stages: Stages = field(default_factory=Stages)
    resumed: int = 0
    complete_before: bool = False


class Watcher:
    """Hears of the progress of a run; this one ignores it."""

    def planned(self, items: int, done: int) -> None:
        """Hear how many items there are, and how many of them were done by an earlier run."""

    def advanced(self, result: ShardResult) -> None:
        """Hear of a shard, or part of one, that is done."""


def run_batch(
    job: Job, start_engine: StartEngine, *, stdin: BinaryIO | None = None, watcher: Watcher | None = None
) -> Summary:
    """Score everything and write the output; what is finished stays for a later `resume` if it stops.

    Raises
    ------
    UsageError
        Nothing to read, an unfinished run in the way, or one that differs from this.
    StorageError
        The output cannot be written.
    """
    watcher = watcher or Watcher()
    check_paths(job.inputs)
    _check_output(job)
    pages = output_paths(job.out, job.format).pages
    task = Task(
        folder=storage.join(job.work, "shards"),
        temp=storage.join(job.work, "temp"),
        settings=job.settings,
        content=CONTENTS[job.format],
        pages=pages,
        offsets=job.offsets,
        published=job.published,
        make_analyzer=job.make_analyzer,
    )
    with _locked(job.work):
        before = _before(job)
        _clear(job, before)
        for folder in (task.folder, task.temp, storage.join(job.work, "inputs"), *([pages] if pages else [])):
            storage.make_folder(folder)
        try:
            summary = _run(job, task, start_engine, stdin, watcher, before)
        except BaseException:
            _forget_nothing_done(job, task)
            raise
        # While it is locked: a run that comes after finds nothing of this one.
        storage.remove(job.work)
    return summary


def _check_output(job: Job) -> None:
    """Refuse an output that would overwrite what is not of an earlier run, or lie where inputs do.

    Raises
    ------
    UsageError
        Naming the file and the way out.
    """
    paths = output_paths(job.out, job.format)
    for path in paths.files:
        if path.endswith("/") or storage.is_folder(path):
            raise UsageError(
                f"{path} is a folder; name a file in it, such as {path.rstrip('/')}/scores.{job.format}"
            )
    inputs = {storage.resolve(path) for path in job.inputs if path != "-"}
    for path in paths.files:
        if storage.resolve(path) in inputs:
            raise UsageError(f"{path} is both an input and the output; write to another file")
    pages = paths.pages
    if pages is not None and any(f"{path}/".startswith(f"{storage.resolve(pages)}/") for path in inputs):
        raise UsageError(
            f"the pages of the articles would go to {pages}, where inputs are; write to another file"
        )
    for path in paths.files:
        if storage.exists(path) and not storage.exists(job.manifest) and job.mode != "restart":
            raise UsageError(
                f"{path} is there and of no earlier run; write to another file, or overwrite it by --restart"
            )


def _forget_nothing_done(job: Job, task: Task) -> None:
    """Leave no folders behind where a run ended before anything was scored."""
    if storage.is_remote(job.work):
        return
    shards = Path(task.folder)
    if not (shards.is_dir() and any(shards.iterdir())):
        storage.remove(job.work)
        if task.pages is not None:
            with suppress(OSError):
                Path(task.pages).rmdir()  # Only where it is empty.


def _run(
    job: Job,
    task: Task,
    start_engine: StartEngine,
    stdin: BinaryIO | None,
    watcher: Watcher,
    before: dict[str, Json] | None,
) -> Summary:
    plan = storage.join(job.work, "plan.jsonl")
    planned = _write_plan(job, plan, task.temp, stdin)
    manifest = {**describe_run(task, job.format), "inputs": planned.to_dict()}
    if before is not None:
        check_same(job.manifest, before, manifest, ("settings", "inputs"))
    summary = Summary()
    items_done, done = _count_done(plan, task, summary)
    watcher.planned(planned.items, items_done)
    with start_engine(task, planned.shards - len(done)) as engine:
        manifest["engine"] = engine.describe()
        if before is not None:
            check_same(job.manifest, before, manifest, ("engine",))
            if _is_whole(job, before):
                return Summary(
                    tally=Tally.from_dict(cast("dict[str, Any]", before["tally"])), complete_before=True
                )
        write_manifest(job.manifest, manifest, task.temp)
        for result in drive(engine, _missing(plan, done), task):
            summary.tally.add(result.tally)
            summary.stages.add(result.stages)
            watcher.advanced(result)
    results = (task.path(shard) for shard in read_plan(plan))
    outputs = write_output(job.out, job.format, results, summary.tally, task.temp)
    manifest |= {"outputs": outputs, "tally": summary.tally.to_dict()}
    write_manifest(job.manifest, manifest, task.temp)
    return summary


def _is_whole(job: Job, before: Mapping[str, Json]) -> bool:
    """Whether every output that a manifest names is there, unaltered; else all is to be scored again."""
    return "tally" in before and before.get("outputs") == describe_output(output_paths(job.out, job.format))


def read_plan(path: str) -> Iterator[Shard]:
    """Yield the shards of a plan, one held at a time."""
    with storage.open_read(path) as stream:
        for line in stream:
            yield Shard.from_line(line)


@dataclass(slots=True)
class _Extent:
    """How much there is, and its digest."""

    items: int = 0
    shards: int = 0
    sha256: str = ""

    def to_dict(self) -> dict[str, Json]:
        return {"items": self.items, "shards": self.shards, "sha256": self.sha256}


def _write_plan(job: Job, plan: str, temp: str, stdin: BinaryIO | None) -> _Extent:
    """Write a line a shard."""
    own = (job.out, job.work, job.manifest, *output_paths(job.out, job.format))
    inputs = Inputs(
        job.inputs, storage.join(job.work, "inputs"), job.pattern, tuple(path for path in own if path)
    )
    digest, extent = hashlib.sha256(), _Extent()
    with storage.write_atomically(plan, temp) as stream:
        for shard in cut_shards(find_items(inputs, stdin), most=job.shard_items):
            stream.write(shard.to_line())
            digest.update(shard.digest.encode())
            extent.items += len(shard.items)
            extent.shards += 1
    if not extent.items:
        raise UsageError(f"nothing to score in {', '.join(job.inputs)}")
    extent.sha256 = digest.hexdigest()
    return extent


def _missing(plan: str, done: AbstractSet[int]) -> Iterator[Shard]:
    """Yield the shards that were not counted as done; a dead run's worker may still finish one meanwhile."""
    return (shard for shard in read_plan(plan) if shard.number not in done)


def _count_done(plan: str, task: Task, summary: Summary) -> tuple[int, set[int]]:
    """Add what an earlier run has finished to the summary; give the number of items, and the shards."""
    items, numbers = 0, set()
    for shard in read_plan(plan):
        footer = read_footer(task.path(shard))
        if footer is not None and footer.digest == shard.digest:
            summary.tally.add(footer.tally)
            summary.resumed += footer.tally.rows
            items += len(shard.items)
            numbers.add(shard.number)
    return items, numbers


def _before(job: Job) -> dict[str, Json] | None:
    """Manifest of the run to go on with, None for a new one.

    Raises
    ------
    UsageError
        Where an unfinished run is in the way.
    """
    if job.mode == "restart":
        return None
    manifest = read_manifest(job.manifest)
    if job.mode == "resume":
        return manifest
    begun = storage.exists(storage.join(job.work, "shards"))
    if begun and manifest is not None and "outputs" not in manifest:
        raise UsageError(
            f"{job.work} holds an unfinished run: go on with it by --resume, or discard it by --restart"
        )
    return None


def _clear(job: Job, before: dict[str, Json] | None) -> None:
    """Remove what must not stay: all of a discarded run, temporary files of a resumed one."""
    if before is None:
        for name in ("shards", "plan.jsonl"):
            storage.remove(storage.join(job.work, name))
    for name in ("temp", "inputs"):
        storage.remove(storage.join(job.work, name))


@contextmanager
def _locked(work: str) -> Iterator[None]:
    """Keep a second run off the same output, as long as both are on one machine."""
    storage.make_folder(work)
    try:
        import fcntl
    except ImportError:
        yield
        return
    if storage.is_remote(work):
        yield
        return
    with Path(work, "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"another run is writing to {work}") from error
        yield
