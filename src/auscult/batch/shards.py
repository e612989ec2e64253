"""Shards: files of conversations, each scored into a file of the same name, whole or not at all.

A finished shard is skipped when the same command runs again, after a kill too. Several runs, on several machines that
share the folders, do not disturb each other: a shard is scored under a lock.
"""

import fcntl
import gzip
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, cast

import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from auscult.batch.rows import conversation_in, documents_in, result_columns
from auscult.domain.conversation import Conversation
from auscult.domain.errors import EngineError, FormatError, RequestError
from auscult.formats import Limits, Rejected
from auscult.services.scoring.intake.read import RejectsWriter, read_file, rejects_path
from auscult.services.scoring.score import lines_and_records
from auscult.storage.privacy.codes import without_codes
from auscult.tables import TABLES

STATE = "_state"
REJECTS = "_rejects"
RECORDS = "_records"
RECORDS_SUFFIX = ".records"
"""The folder of records and the end of their names, which `auscult load --scored` reads."""
SUFFIXES = (
    ".parquet",
    *(f"{kind}{packed}" for kind in (".ndjson", ".jsonl", ".json") for packed in ("", ".gz", ".zst")),
)
ROWS = 500
"""Rows that are read from Parquet at once."""

Score = Callable[[Iterable[Conversation]], Iterator[bytes]]
"""Scores conversations, in groups as ``score_group_recorded`` returns them."""


class Shard(msgspec.Struct, frozen=True):
    """A file of conversations, and the name of its results under the folder of results."""

    source: Path
    name: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome of a shard. ``busy``: another run is scoring it."""

    shard: str
    state: Literal["scored", "finished before", "busy", "failed"]
    conversations: int = 0
    rejected: int = 0
    waiting: int = 0
    reason: str = ""


class _Mark(msgspec.Struct, frozen=True):
    """Inputs of a finished shard."""

    size: int
    modified_ns: int
    forms: str
    conversations: int
    rejected: int
    waiting: int


def shards_of(given: Sequence[Path], part: tuple[int, int] = (1, 1)) -> list[Shard]:
    """List shards, folders in depth, in the order of their names; of ``part`` (i, n) every n-th.

    Names that begin with ``_`` or ``.`` are no shards. Raises ``RequestError`` where two have one name.
    """
    found: dict[str, Shard] = {}
    for path in given:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            hidden = any(one.startswith(("_", ".")) for one in PurePosixPath(name).parts)
            if path.is_dir() and (hidden or not file.is_file() or not name.endswith(SUFFIXES)):
                continue
            if name in found:
                message = f"two shards are named {name}: {found[name].source} and {file}; results would overwrite"
                raise RequestError(message, code="shards.same_name", field="FILE", value=name)
            found[name] = Shard(file, name)
    i, n = part
    return [shard for at, shard in enumerate(found[name] for name in sorted(found)) if (at + 1 - i) % n == 0]


class Shards:
    """Scores shards into a folder."""

    def __init__(self, out: Path, score: Score, forms: str, limits: Limits, waiting: Callable[[], int]) -> None:
        """Score with ``score``; ``forms`` is a digest of what is scored by, ``waiting`` counts what a judge left."""
        self._out = out
        self._score = score
        self._forms = forms
        self._limits = limits
        self._waiting = waiting

    def run(self, shard: Shard, report: Callable[[int], None]) -> Outcome:
        """Score a shard unless it is finished. What is wrong with the file itself is the outcome, no error."""
        target = self._out / shard.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (done := self._finished(shard)) is not None:
            return done
        with _claimed(target) as stream:
            if stream is None:
                return Outcome(shard=shard.name, state="busy", reason="another run is scoring it")
            if (done := self._finished(shard)) is not None:
                return done
            try:
                return self._write(shard, target, stream, report)
            except FormatError as error:
                _part(self.records_of(shard)).unlink(missing_ok=True)
                return Outcome(shard=shard.name, state="failed", reason=error.message)

    def _finished(self, shard: Shard) -> Outcome | None:
        target, marked = self._out / shard.name, self._marked(shard)
        with suppress(FileNotFoundError, msgspec.DecodeError):
            mark = msgspec.json.decode(marked.read_bytes(), type=_Mark)
            stat = shard.source.stat()
            same = (mark.size, mark.modified_ns, mark.forms) == (stat.st_size, stat.st_mtime_ns, self._forms)
            if same and not mark.waiting and target.exists() and self.records_of(shard).exists():
                return Outcome(shard=shard.name, state="finished before", conversations=mark.conversations)
        return None

    def _write(self, shard: Shard, target: Path, stream: BinaryIO, report: Callable[[int], None]) -> Outcome:
        marked, before, waited = self._marked(shard), shard.source.stat(), self._waiting()
        marked.unlink(missing_ok=True)
        refused = rejects_path(f"{shard.name.replace('/', '-')}", self._out / REJECTS)
        refused.unlink(missing_ok=True)
        count = 0
        kept = _part(self.records_of(shard))
        kept.parent.mkdir(parents=True, exist_ok=True)
        with RejectsWriter(refused) as rejects, _sink(stream, shard.name) as sink, kept.open("wb") as records:
            for packed in self._score(self._conversations(shard, rejects)):
                lines, block = lines_and_records(packed)
                sink.write(lines)
                records.write(block)
                count += lines.count(b"\n")
                report(count)
        stream.flush()
        os.fsync(stream.fileno())
        after = shard.source.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise FormatError("the file changed while it was read; run again once it is whole", code="file.changed")
        waiting = self._waiting() - waited
        kept.replace(self.records_of(shard))
        _part(target).replace(target)
        mark = _Mark(after.st_size, after.st_mtime_ns, self._forms, count, rejects.count, waiting)
        marked.parent.mkdir(parents=True, exist_ok=True)
        marked.write_bytes(msgspec.json.encode(mark))
        return Outcome(shard=shard.name, state="scored", conversations=count, rejected=rejects.count, waiting=waiting)

    def records_of(self, shard: Shard) -> Path:
        """Return the file of a shard's records."""
        return self._out / RECORDS / f"{shard.name}{RECORDS_SUFFIX}"

    def _marked(self, shard: Shard) -> Path:
        return self._out / STATE / f"{shard.name}.json"

    def _conversations(self, shard: Shard, rejects: RejectsWriter) -> Iterator[Conversation]:
        is_parquet = shard.name.endswith(".parquet")
        read = _rows(shard.source, self._limits) if is_parquet else read_file(shard.source, "", self._limits)
        for one in read:
            if isinstance(one, Conversation):
                yield without_codes(one).conversation
                continue
            if not rejects.count:
                (self._out / REJECTS).mkdir(exist_ok=True)
            rejects.add(one, str(shard.source))


def _rows(file: Path, limits: Limits) -> Iterator[Conversation | Rejected]:
    """Read Parquet; the line of a refusal is its row, counted from 1."""
    arrow, parquet = _arrow()
    at = 0
    try:
        with parquet.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=ROWS):
                for document in documents_in(batch):
                    at += 1
                    read = conversation_in(document, limits)
                    if isinstance(read, Rejected):
                        read.error.line = at
                    yield read
    except (arrow.ArrowException, OSError) as error:
        message = f"{file} cannot be read as Parquet: {str(error).splitlines()[0]}"
        raise FormatError(message, code="file.unreadable", value=str(file)) from error


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        message = "Parquet is read with pyarrow, which is not installed; run: pip install 'auscult[tables]'"
        raise EngineError(message, code="tables.missing", field="FILE") from error


def _part(target: Path) -> Path:
    return target.with_name(f"_{target.name}.part")


@contextmanager
def _claimed(target: Path) -> Generator[BinaryIO | None]:
    """Open the part of a result, locked and empty; None while another run holds it. A kill gives the lock back."""
    part = _part(target)
    while True:
        stream = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            if not _is_at(stream, part):  # another run has finished it between opening and locking
                continue
            stream.truncate()
            try:
                yield stream
            finally:
                if _is_at(stream, part):
                    part.unlink()
            return


def _is_at(stream: BinaryIO, path: Path) -> bool:
    try:
        return path.stat().st_ino == os.fstat(stream.fileno()).st_ino
    except FileNotFoundError:
        return False


class _Sink(AbstractContextManager["_Sink"]):
    """Lines written as the name of a shard has them: plain, compressed, or Parquet."""

    def __init__(self, write: Callable[[bytes], object], close: Callable[[], object]) -> None:
        self.write = write
        self._close = close

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:  # else the part is thrown away
            self._close()


def _sink(stream: BinaryIO, name: str) -> _Sink:
    if name.endswith(".parquet"):
        table = TABLES["parquet"].open(stream, result_columns())
        return _Sink(lambda lines: table.write(lines.splitlines()), table.close)
    if name.endswith(".gz"):
        packed = cast("BinaryIO", gzip.GzipFile(fileobj=stream, mode="wb", mtime=0, filename=""))
        return _Sink(packed.write, packed.close)
    if name.endswith(".zst"):
        squeezed = cast("BinaryIO", zstd.ZstdFile(stream, "wb"))
        return _Sink(squeezed.write, squeezed.close)
    return _Sink(stream.write, stream.flush)
