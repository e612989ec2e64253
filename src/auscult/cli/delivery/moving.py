"""Moving off a vendor: ``auscult pull --from-vendor``."""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.domain.errors import RequestError, counted

if TYPE_CHECKING:
    from auscult.client import Access, ExportRequest, JoinCounts

Note = Callable[[str], None]

FromVendor = Annotated[
    bool,
    typer.Option("--from-vendor", help="All five reports, joined into native documents, as `auscult load` takes them."),
]
Channels = Annotated[
    list[str] | None,
    typer.Option(
        "--channel", metavar="WORD=KIND", help="With --from-vendor: what a word for a channel means, voice or chat."
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="REPORT", help="With --from-vendor: do not ask for this report."),
]


def move(  # noqa: PLR0917  (what a move is made of)
    access: "Access", asked: "ExportRequest", out: Path | None, words: Iterable[str], without: Iterable[str], note: Note
) -> Iterator[int]:
    """Pull the reports, join them, write documents; now and then, how many rows or documents more are there."""
    from auscult.client import PARTS, Connection, Moving, no_losses

    meant, left = _meant(words), _left(without)
    with (
        closing(Connection(asked.url, access, notify=note)) as connection,
        _kept(out) as file,
        closing(Moving(file, asked)) as moving,
    ):
        for part in PARTS:
            if PARTS[part].report not in left:
                yield from moving.pull(part, connection, note)
        counts = no_losses()
        with nullcontext(sys.stdout.buffer) if out is None else out.open("wb") as stream:
            for document in moving.documents(meant, counts):
                stream.write(msgspec.json.encode(document) + b"\n")
    _print_counts(counts, note)
    if out is not None:
        file.unlink()  # all of it stands in the documents


@contextmanager
def _kept(out: Path | None) -> Generator[Path]:
    """Return the folder of pulled files until they are joined: next to the output, or a temporary folder."""
    if out is not None:
        yield out.with_name(out.name + ".pull")
        return
    with tempfile.TemporaryDirectory(prefix="auscult-pull-") as folder:
        yield Path(folder) / "rows"


def _meant(words: Iterable[str]) -> Mapping[str, str]:
    """Read the contact centre's words for channels: WORD=voice or WORD=chat."""
    from auscult.client import CHANNELS

    found: dict[str, str] = {}
    for each in words:
        word, _, channel = each.rpartition("=")
        if not word or channel not in CHANNELS:
            raise RequestError(
                f"--channel is {each}; it should be WORD=voice or WORD=chat", code="field.invalid", field="--channel"
            )
        found[word.casefold().replace(" ", "")] = channel
    return found


def _left(without: Iterable[str]) -> frozenset[str]:
    """Reports that are not asked for."""
    from auscult.client import WIRE

    left = frozenset(without)
    for name in sorted(left - WIRE.keys()):
        raise RequestError(
            f"there is no report {name}; there is: {', '.join(WIRE)}", code="report.unknown", field="--without"
        )
    return left


def _print_counts(counts: "JoinCounts", note: Note) -> None:
    """Print what is carried and what is not."""
    note(counted(counts.carried.pop("conversations", 0), "conversation"))
    groups: tuple[tuple[str, Counter[str]], ...] = (
        ("of them", counts.carried),
        ("not carried", counts.lost),
        ("left out", counts.left_out),
    )
    for what, counter in groups:
        for name, count in sorted(counter.items()):
            if count:
                note(f"{what}: {count} {name}" if what != "not carried" else f"{what}: {name} ({count})")
    if any("channel" in name for name in counts.left_out):
        note("say what the word for a channel means: --channel WORD=voice or --channel WORD=chat")
