"""Knowledge base of an app: documents in, passages found."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import PurePath
from threading import Lock, Thread
from time import monotonic

from msgspec import Struct
from msgspec.structs import replace

from auscult.documents import KINDS
from auscult.documents._contract import Kind
from auscult.domain.assist.knowledge import BEGINNING, Document, Found, Passage
from auscult.domain.assist.retrieval import PassageIndex, Retriever
from auscult.domain.assist.validity import Validity, impossible_day, validity_of
from auscult.domain.errors import DocumentError, NotFoundError, RequestError
from auscult.sandbox.documents import document_reader
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)

_DIGEST_BYTES = 16
_LONGEST_SOURCE = 255
_RIVALS = 12
"""Passages among which the best one has to be ahead of those of other sections."""
_MOST_INDEXES = 32
"""Bases that are kept ready: the one that was asked longest ago goes first."""
_MOST_TO_CLOSE_S = 10
"""Seconds in which a model finishes the few passages that it reads at a time, and is loaded before."""


class Change(Struct, frozen=True, kw_only=True):
    """Change of a document. ``version`` is the base's now; ``is_new`` is false where the same document was there before."""

    document: Document
    is_new: bool
    version: int


class Search(Struct, frozen=True, kw_only=True):
    """Passages found, at a version of the base; version 0 has no passages.

    ``fit`` are the passages worth suggesting for a statement that is not a question. ``validity`` says of each document
    when it holds, by its name: those that do not hold today are found last and never fit. ``engine`` is the version of
    the engines that searched, ``enough`` the least score at which they recommend showing a passage.
    """

    found: tuple[Found, ...]
    fit: tuple[Found, ...]
    version: int
    engine: str
    enough: float = 0.0
    validity: Mapping[str, Validity] = {}


def add_document(app: AppStore, source: str, data: bytes, language: str, kind: str | None = None) -> Change:
    """Add a document to an app's knowledge in a language, or replace the one of that name.

    Its kind is given by ``kind``, by the ending of its name, or by its content. Raises ``DocumentError`` with the
    fault, and ``BusyError`` while too many documents are being read.
    """
    _check_names(source, language)
    of = _kind_of(source, data, kind)
    pieces = document_reader().read(app.tenant.app_id, of.name, data)
    if not pieces:
        raise DocumentError(f"{source} has no text in it.", code="document.no_text")
    wrong = impossible_day("\n".join((*pieces[0].heading, pieces[0].text[:BEGINNING])))
    if wrong:
        raise DocumentError(
            f"{source} names the day {wrong} for its validity, which does not exist; correct it",
            code="date.invalid",
            field="document",
        )
    digest = blake2b(f"{of.name}\n".encode() + data, digest_size=_DIGEST_BYTES).digest()
    document, is_new = app.knowledge.add(source, language_of(language), of.name, digest, pieces)
    return Change(document=document, is_new=is_new, version=app.knowledge.versions()[document.language])


def remove_document(app: AppStore, source: str, language: str) -> Change:
    """Remove a document. Raises ``NotFoundError`` where there is none of this name."""
    document = app.knowledge.remove(source, language_of(language))
    if document is None:
        raise NotFoundError(
            f"there is no document {source} in the app's knowledge in {language_of(language)}",
            code="document.unknown",
            field="source",
            value=source,
        )
    return Change(document=document, is_new=True, version=app.knowledge.versions()[document.language])


def language_of(language: str) -> str:
    """The language that a base is named by: ``en`` for ``en-GB``."""
    return language.strip().replace("_", "-").partition("-")[0].lower()


class Library:
    """Bases ready to be searched, each made ready again when it has changed. Threads may share it.

    While one is made ready again, searches go on in the version before. Where a model needs minutes to read all passages
    of a base, it does so in a thread, one base at a time, and searches go on without it until then.
    """

    def __init__(self, retriever: Retriever, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        """Nothing is ready yet. Documents are in force or not by ``today``, in UTC unless given."""
        self.retriever = retriever
        self._today = today
        self._lock = Lock()
        self._shelves: OrderedDict[tuple[str, str], _Shelf] = OrderedDict()
        self._completing = Lock()
        self.is_closed = False

    def close(self) -> None:
        """Stop models that read passages, and wait for that; the bases that are ready can still be searched."""
        self.is_closed = True
        if self._completing.acquire(timeout=_MOST_TO_CLOSE_S):
            self._completing.release()

    def search(self, app: AppStore, language: str, question: str, limit: int) -> Search:
        """The passages that fit best in the language's base, the best first."""
        ready = self._ready(app, language_of(language))
        if ready is None:
            return Search(found=(), fit=(), version=0, engine=self.retriever.version)
        over = ready.over(self._today())
        candidates = ready.index.search(question, max(limit, _RIVALS) + sum(ready.sizes[each] for each in over))
        found = sorted(candidates, key=lambda each: each.passage.source in over)
        current = [each for each in found if each.passage.source not in over]
        return Search(
            found=tuple(found[:limit]),
            fit=_fit(ready.index, question, current[:_RIVALS], limit),
            version=ready.version,
            validity=ready.validity,
            engine=ready.index.version,
            enough=ready.index.enough,
        )

    def validity(self, app: AppStore, language: str) -> Mapping[str, Validity]:
        """Return when each document of the language's base holds, by its name."""
        ready = self._ready(app, language_of(language))
        return ready.validity if ready else {}

    def prepare(self, apps: Sequence[AppStore]) -> None:
        """Make every base of these apps ready, as far as there is room."""
        for app in apps:
            for language in app.knowledge.versions():
                self._ready(app, language)

    def _ready(self, app: AppStore, language: str) -> "_Ready | None":
        version = app.knowledge.versions().get(language, 0)
        if version == 0:
            return None
        key = (app.tenant.app_id, language)
        with self._lock:
            shelf = self._shelves.setdefault(key, _Shelf())
            self._shelves.move_to_end(key)
            while len(self._shelves) > _MOST_INDEXES:
                self._shelves.popitem(last=False)
        if shelf.ready is not None and (shelf.ready.version >= version or not shelf.lock.acquire(blocking=False)):
            return shelf.ready
        if shelf.ready is None:
            shelf.lock.acquire()
        try:
            if shelf.ready is None or shelf.ready.version < version:
                base = app.knowledge.base(language)
                index = self.retriever.index(base.passages, language)
                of = _by_document(base.passages)
                sizes = {source: len(passages) for source, passages in of.items()}
                validity = {source: validity_of(passages) for source, passages in of.items()}
                shelf.ready = _Ready(index, base.version, sizes, validity)
                if not index.is_complete:
                    Thread(target=self._complete, args=(shelf, shelf.ready), name="reading", daemon=True).start()
        finally:
            shelf.lock.release()
        return shelf.ready

    def _complete(self, shelf: "_Shelf", ready: "_Ready") -> None:
        """Have a model read the passages of a base, unless the base changes first."""

        def is_stopped() -> bool:
            return self.is_closed or shelf.ready is not ready

        with self._completing:
            if is_stopped():
                return
            began = monotonic()
            try:
                index = ready.index.completed(is_stopped)
            except Exception:
                LOG.exception("a model could not read the passages of a base: searches go on by words")
                return
            with shelf.lock:
                if index is None or is_stopped():
                    return
                shelf.ready = replace(ready, index=index)
        LOG.info("passages are searched by %s, which took %.0f s", index.version, monotonic() - began)


class _Ready(Struct, frozen=True):
    index: PassageIndex
    version: int
    sizes: Mapping[str, int]
    """The number of passages of each document."""
    validity: Mapping[str, Validity]

    def over(self, today: date) -> frozenset[str]:
        """Return the documents that do not hold on a day: never suggested, and last in a search."""
        return frozenset(source for source, each in self.validity.items() if not each.holds(today))


def _fit(index: PassageIndex, question: str, current: Sequence[Found], limit: int) -> tuple[Found, ...]:
    """Return what is worth suggesting: nothing where the first is not likely to be the right one."""
    if not current or index.likelihood(question, current) < index.likely:
        return ()
    informativeness = index.informativeness(question)
    return (current[0], *(each for each in current[1:limit] if each.score * informativeness >= index.enough))


def _by_document(passages: Sequence[Passage]) -> dict[str, list[Passage]]:
    of: dict[str, list[Passage]] = {}
    for passage in passages:
        of.setdefault(passage.source, []).append(passage)
    return of


class _Shelf:
    """Slot of one base. ``lock`` is held by who makes it ready."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.ready: _Ready | None = None


def _kind_of(source: str, data: bytes, kind: str | None) -> Kind:
    kinds: Mapping[str, Kind] = KINDS
    if kind is not None:
        if kind not in kinds:
            raise RequestError(
                f"{kind} is no kind of document; there is {', '.join(kinds)}",
                code="document.unknown_kind",
                field="kind",
                value=kind,
            )
        return kinds[kind]
    ending = PurePath(source).suffix.lower()
    named = next((each for each in kinds.values() if ending in each.endings), None)
    if named is not None:
        return named
    recognised = next((each for each in kinds.values() if each.recognises(data[:4096])), None)
    if recognised is None:
        endings = ", ".join(ending for each in kinds.values() for ending in each.endings)
        raise DocumentError(
            f"{source} is of no kind that is read here; what is read ends in {endings}", code="document.unknown_kind"
        )
    return recognised


def _check_names(source: str, language: str) -> None:
    if not 0 < len(source) <= _LONGEST_SOURCE or not source.isprintable():
        raise RequestError(
            f"the name of a document has 1 to {_LONGEST_SOURCE} characters, all of them printable",
            code="document.name_invalid",
            field="source",
            value=source,
        )
    if not (
        language_of(language).isascii() and language_of(language).isalpha() and len(language_of(language)) in (2, 3)
    ):
        raise RequestError(
            f"{language!r} is no language; give its code, as en or de-AT",
            code="language.invalid",
            field="language",
            value=language,
        )
