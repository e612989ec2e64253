"""Files of other vendors' formats, read from this machine: the conversations of what a mapper of connectors returns."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from auscult.domain.connectors import FoundAudit, Item, Refused, refused_audit
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError, RequestError
from auscult.formats import Limits, Rejected, Source
from auscult.formats._others.whole_files import refusal
from auscult.formats.vendors import FORMATS
from auscult.services.scoring.intake.read import RejectsWriter, sibling_in
from auscult.services.scoring.intake.sided import sided


def mapped_conversations(
    files: Sequence[Path], shape: tuple[str, Mapping[str, Any]], where: tuple[str, Limits], rejects: RejectsWriter
) -> Iterator[Conversation]:
    """Yield the conversations of files, and of the files below folders, in a format with its options.

    What is refused goes to ``rejects``, and so do evaluations by people; ``where`` is the app and its
    limits. Raises ``RequestError`` ``format.unknown``, ``connector.invalid`` for wrong options.
    """
    name, options = shape
    if name not in FORMATS:
        raise RequestError(
            "unknown format {name!r}; choose one of: {list}",
            name=name,
            list=", ".join(FORMATS),
            code="format.unknown",
            field="--format",
        )
    app_id, limits = where
    mapper = FORMATS[name](replace(Source(app_id=app_id, limits=limits).setup, options=options))
    for given in files:
        inside = sorted(path for path in given.rglob("*") if path.is_file()) if given.is_dir() else [given]
        folder = given if given.is_dir() else given.parent
        for file in inside:
            key = file.relative_to(folder).as_posix()
            if given.is_dir() and not mapper.accepts(key):
                continue
            data = file.read_bytes()
            for one in mapper.map(Item(key, None, len(data), data, partial(sibling_in, folder))):
                match one:
                    case Conversation():
                        yield sided(one)
                    case Refused():
                        rejects.add(refusal(one), str(file))
                    case FoundAudit():
                        refused = refused_audit(one)
                        error = FormatError(refused.reason, code="format.audits", field=refused.where)
                        rejects.add(Rejected(error=error, source=b""), str(file))
