"""Knowledge base of an app: documents in, passages found."""

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import PurePath
from threading import Lock, Thread
from time import monotonic
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.documents import KINDS
from auscult.documents._contract import Kind
from auscult.domain.assist.knowledge import Base, Content, Document, Found, Passage
from auscult.domain.assist.retrieval import PassageIndex, Ranker, Retriever
from auscult.domain.assist.validity import Validity, Wish, impossible_day, validity_of_heading
from auscult.domain.errors import DocumentError, NotFoundError, RequestError, unknown
from auscult.domain.operations.guarding import guarded, panics_as_errors
from auscult.domain.stated import CALENDAR_DAY
from auscult.domain.statistics.calibration import Calibration
from auscult.sandbox.documents import document_reader
from auscult.services.assist.teaching import calibration_of
from auscult.services.privacy.log import SYSTEM, record
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)

_DIGEST_BYTES = 16
_LONGEST_SOURCE = 255
_RIVALS = 12
"""Passages among which the best one has to be ahead of those of other sections."""
ORDERED = 3
"""Suggestions that a model puts in order."""
_MOST_INDEXES = 32
"""Bases that are kept ready: the one that was asked longest ago goes first."""
_MOST_TO_CLOSE_S = 10
"""Seconds in which a model finishes the few passages that it reads at a time, and is loaded before."""


class Change(Struct, frozen=True, kw_only=True):
    """Change of a document. ``version`` is the base's now; ``is_new`` is false where the same document was there before."""

    document: Document
    is_new: bool
    version: int


class Suggestion(Struct, frozen=True, kw_only=True):
    """A passage in force, and how likely it answers the question, from 0 to 1. ``is_sure``: an agent is shown it.

    ``answer`` is the part of it that answers, ``stated`` the likelihood by the engine, before what the app's agents taught.
    """

    found: Found
    likelihood: float
    stated: float
    is_sure: bool
    answer: str


class Search(Struct, frozen=True, kw_only=True):
    """Passages found, at a version of the base; version 0 has no passages.

    ``fit`` are the passages worth suggesting for a statement that is not a question. ``validity`` is that of each
    passage found, by its id: those that do not count today are found last, never fit and are not among the
    ``suggestions``. ``engine`` is the version of the engines that searched, ``enough`` the least score at which they
    recommend showing a passage, ``likely`` the least likelihood at which the first is sure. ``is_offered``: the first is likely enough that an agent may choose among ``suggestions``.
    ``answers`` has the part of each passage found that answers, by its id. Where a model orders the suggestions, and its
    first is another than the search's, none is sure and nothing is ``fit``.
    """

    found: tuple[Found, ...]
    fit: tuple[Found, ...]
    version: int
    engine: str
    suggestions: tuple[Suggestion, ...] = ()
    enough: float = 0.0
    likely: float = 1.0
    is_offered: bool = False
    validity: Mapping[str, Validity] = {}
    answers: Mapping[str, str] = {}


def day_of(text: str, field: str) -> date | Literal["read"] | None:
    """Return the day on which a document begins or ends to count, as a person writes it.

    ``none`` is no such day, ``read`` the one that the document states. Raises ``RequestError`` for other texts.
    """
    if text in ("none", "read"):
        return None if text == "none" else "read"
    if re.fullmatch(CALENDAR_DAY, text):
        with suppress(ValueError):  # no calendar shows it
            return date.fromisoformat(text)
    raise RequestError(
        "{field}: {value!r} is not a day; give one as 2026-03-01, none for no such day, or read for what the document states",
        code="date.invalid",
        field=field,
        value=text,
    )


def add_document(  # noqa: PLR0913  (a document as it comes, and what is asked for)
    app: AppStore,
    source: str,
    data: bytes,
    language: str,
    kind: str | None = None,
    *,
    wish: Wish | None = None,
    by: str = SYSTEM,
) -> Change:
    """Add a document to an app's knowledge in a language, or replace the one of that name.

    Its kind is given by ``kind``, by the ending of its name, or by its content. ``wish`` are the days from and to which
    it counts; they override what it states, and stay when it is replaced. ``by``: the principal in the log. Raises ``DocumentError`` with the
    fault, and ``BusyError`` while too many documents are being read.
    """
    _check_names(source, language)
    of = _kind_of(source, data, kind)
    _check_order(wish)
    pieces, opening = document_reader().read(app.tenant.app_id, of.name, data)
    if not pieces:
        raise DocumentError("{name} has no text in it.", name=source, code="document.no_text")
    wrong = impossible_day(opening)
    if wrong:
        raise DocumentError(
            "{name} names the day {value} for its validity, which does not exist; correct it",
            name=source,
            value=wrong,
            code="date.invalid",
            field="document",
        )
    digest = blake2b(f"{of.name}\n".encode() + data, digest_size=_DIGEST_BYTES).digest()
    content = Content(format=of.name, digest=digest, pieces=tuple(pieces), opening=opening)
    document, is_new = app.knowledge.add(source, language_of(language), content, wish)
    if is_new:
        _record(app, by, "knowledge.added", document)
    return Change(document=document, is_new=is_new, version=app.knowledge.versions()[document.language])


def restate_document(app: AppStore, source: str, language: str, wish: Wish, by: str = SYSTEM) -> Change:
    """State from when to when a document counts. Raises ``NotFoundError`` where there is none of this name."""
    _check_order(wish)
    document = app.knowledge.restate(source, language_of(language), wish)
    if document is None:
        raise _unknown(source, language)
    _record(app, by, "knowledge.dated", document)
    return Change(document=document, is_new=True, version=app.knowledge.versions()[document.language])


def _check_order(wish: Wish | None) -> None:
    if wish and isinstance(wish.since, date) and isinstance(wish.until, date) and wish.until < wish.since:
        raise RequestError(
            "until: {value} is before {since}; the last day is the first or a later one",
            since=wish.since,
            code="date.invalid",
            field="until",
            value=str(wish.until),
        )


def _unknown(source: str, language: str) -> NotFoundError:
    return unknown(
        "document",
        source,
        "there is no document {value} in the app's knowledge in {language}",
        field="source",
        language=language_of(language),
    )


def remove_document(app: AppStore, source: str, language: str, by: str = SYSTEM) -> Change:
    """Remove a document. Raises ``NotFoundError`` where there is none of this name."""
    document = app.knowledge.remove(source, language_of(language))
    if document is None:
        raise _unknown(source, language)
    _record(app, by, "knowledge.removed", document)
    return Change(document=document, is_new=True, version=app.knowledge.versions()[document.language])


def _record(app: AppStore, by: str, action: str, document: Document) -> None:
    record(app, by, action, f"knowledge:{document.language}/{document.source}")


def language_of(language: str) -> str:
    """The language that a base is named by: ``en`` for ``en-GB``."""
    return language.strip().replace("_", "-").partition("-")[0].lower()


class Library:
    """Bases ready to be searched, each made ready again when it has changed. Threads may share it.

    While one is made ready again, searches go on in the version before. Where a model needs minutes to read all passages
    of a base, it does so in a thread, one base at a time, and searches go on without it until then.
    """

    def __init__(
        self,
        retriever: Retriever,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        ranker: Ranker | None = None,
    ) -> None:
        """Nothing is ready yet. Documents are in force or not by ``today``, in UTC unless given.

        Suggestions are in the order of ``ranker``, where there is one and it is in time.
        """
        self.retriever = retriever
        self.ranker = ranker
        self._today = today
        self._lock = Lock()
        self._shelves: OrderedDict[tuple[str, str], _Shelf] = OrderedDict()
        self._completing = Lock()
        self.is_closed = False

    def close(self) -> None:
        """Stop models that read passages, and wait for that; the bases that are ready can still be searched."""
        self.is_closed = True
        if self.ranker is not None:
            self.ranker.close()
        if self._completing.acquire(timeout=_MOST_TO_CLOSE_S):
            self._completing.release()

    def search(self, app: AppStore, language: str, question: str, limit: int) -> Search:
        """The passages that fit best in the language's base, the best first."""
        ready = self._ready(app, language_of(language))
        if ready is None:
            return Search(found=(), fit=(), version=0, engine=self.retriever.version)
        over = ready.over(self._today())
        candidates = ready.index.search(question, max(limit, _RIVALS) + len(over))
        found = sorted(candidates, key=lambda each: each.passage.id in over)
        current = [each for each in found if each.passage.id not in over]
        suggestions = _suggestions(
            ready.index, question, current[:_RIVALS], limit, calibration_of(app, ready.index.version)
        )
        fit = _fit(ready.index, question, current, suggestions)
        is_offered = bool(suggestions) and suggestions[0].likelihood >= ready.index.possible
        engine = ready.index.version
        if self.ranker is not None and len(suggestions) > 1 and is_offered:
            ranker = self.ranker.for_app(app.tenant.app_id)
            asked = app.privacy.text(question)  # before a judge reads it
            order = ranker.order(asked, [each.found.passage for each in suggestions[:ORDERED]])
            if order is not None:
                suggestions = _ordered(suggestions, order)
                fit = fit if order[0] == 0 else ()
                engine = f"{engine}, ordered by {ranker.version}"
                first = [each.found for each in suggestions]
                found = [*first, *(each for each in found if each not in first)]
        shown = {each.passage.id: each.passage for each in found[:limit]}
        return Search(
            found=tuple(found[:limit]),
            fit=fit,
            suggestions=suggestions,
            version=ready.version,
            validity={name: ready.validity_of(passage) for name, passage in shown.items()},
            answers={name: ready.index.answer(question, passage) for name, passage in shown.items()},
            engine=engine,
            enough=ready.index.enough,
            likely=ready.index.likely,
            is_offered=is_offered,
        )

    def prepare(self, apps: Sequence[AppStore]) -> None:
        """Make every base of these apps ready, as far as there is room."""
        for app in apps:
            with guarded(LOG, f"knowledge of app {app.tenant.app_id}"):
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
                shelf.ready = _ready_of(base, index)
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
                with panics_as_errors():
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
    validity: Mapping[str, Validity]
    """Validity of each document, by its name."""
    sections: Mapping[str, Validity]
    """Validity of each passage whose own headings limit it, by its id."""
    limited: tuple[Passage, ...]
    """Passages that do not count always."""

    def validity_of(self, passage: Passage) -> Validity:
        """Return when a passage counts: by its section where that limits it, else by its document."""
        return self.sections.get(passage.id) or self.validity[passage.source]

    def over(self, today: date) -> frozenset[str]:
        """Return the passages that do not count on a day: never suggested, and last in a search."""
        return frozenset(
            each.id
            for each in self.limited
            if not (self.validity[each.source].holds(today) and self.validity_of(each).holds(today))
        )


def _ready_of(base: Base, index: PassageIndex) -> _Ready:
    """Return a base ready to be searched. What a person stated of a document goes for all of its sections."""
    documents = {each.source: each for each in base.documents}
    sections: dict[str, Validity] = {}
    for passage in base.passages:
        document = documents[passage.source]
        if document.format == "csv" or any(each.place == "person" for each in document.validity.sources):
            continue  # a question is no heading
        limits = (validity_of_heading(heading) for heading in passage.heading)
        limit = next((each for each in limits if not each.is_open), None)
        if limit is not None:
            sections[passage.id] = limit
    validity = {source: each.validity for source, each in documents.items()}
    limited = tuple(each for each in base.passages if each.id in sections or not validity[each.source].is_open)
    return _Ready(index, base.version, validity, sections, limited)


def _fit(
    index: PassageIndex, question: str, current: Sequence[Found], suggestions: Sequence[Suggestion]
) -> tuple[Found, ...]:
    """Return what is worth suggesting: nothing where the first is not likely to be the right one."""
    if not suggestions or not suggestions[0].is_sure:
        return ()
    informativeness = index.informativeness(question)
    others = current[1 : len(suggestions)]
    return (current[0], *(each for each in others if each.score * informativeness >= index.enough))


def _suggestions(
    index: PassageIndex, question: str, current: Sequence[Found], limit: int, calibration: Calibration
) -> tuple[Suggestion, ...]:
    """Return the best passages in force, each with the likelihood that it answers the question."""
    found: list[Suggestion] = []
    for number, each in enumerate(current[:limit]):
        rivals = [other for other in current if other is not each]
        stated = index.likelihood(question, (each, *rivals))
        likelihood = calibration.likelihood(stated)
        found.append(
            Suggestion(
                found=each,
                likelihood=round(likelihood, 4),
                stated=round(stated, 4),
                is_sure=number == 0 and likelihood >= index.likely,
                answer=index.answer(question, each.passage),
            )
        )
    return tuple(found)


def _ordered(suggestions: tuple[Suggestion, ...], order: Sequence[int]) -> tuple[Suggestion, ...]:
    """Return suggestions in a model's order of the first ones; where both name another first, none is sure."""
    is_same = order[0] == 0
    first = tuple(replace(suggestions[each], is_sure=is_same and suggestions[each].is_sure) for each in order)
    return (*first, *suggestions[len(order) :])


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
                "{value} is no kind of document; there is {list}",
                list=", ".join(kinds),
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
            "{name} is of no kind that is read here; what is read ends in {list}",
            name=source,
            list=endings,
            code="document.unknown_kind",
        )
    return recognised


def _check_names(source: str, language: str) -> None:
    if not 0 < len(source) <= _LONGEST_SOURCE or not source.isprintable():
        raise RequestError(
            "the name of a document has 1 to {n} characters, all of them printable",
            n=_LONGEST_SOURCE,
            code="document.name_invalid",
            field="source",
            value=source,
        )
    if not (
        language_of(language).isascii() and language_of(language).isalpha() and len(language_of(language)) in (2, 3)
    ):
        raise RequestError(
            "{value!r} is no language; give its code, as en or de-AT",
            code="language.invalid",
            field="language",
            value=language,
        )
