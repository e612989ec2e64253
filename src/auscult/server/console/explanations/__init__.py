"""Explanations in the console: a box on the pages of a conversation, a metric and the overview, and what it shows."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.conversation import Conversation
from auscult.domain.errors import AuscultError, BusyError, ConflictError, EngineError, RequestError
from auscult.domain.explanations import ASK, LONGEST_QUESTION, Explanation, Sentence
from auscult.domain.form import Metric
from auscult.domain.scoring.explaining import Piece
from auscult.language import gettext as _
from auscult.server.console.frame.naming import side_name
from auscult.server.console.frame.posted import Posted, one, sentence_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reasons import in_words as reason_in_words
from auscult.server.console.frame.reasons import sentence_of as reason_sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.services.conversations.list_query import Query
from auscult.services.explanations import Explaining

AnyVisit = TheVisit


class Citation(NamedTuple):
    """A piece as it is shown: ``name`` is who spoke, or empty for a figure; ``href`` leads there."""

    name: str
    text: str
    href: str
    start_ms: int | None


class Shown(NamedTuple):
    """A sentence with the pieces that carry it; ``said_by`` names the sides whose words it repeats."""

    text: str
    said_by: str
    citations: tuple[Citation, ...]


class Box(NamedTuple):
    """The box: where a question goes, what about, and the answer to the last one.

    ``back`` is the page that it is on, ``look`` its classes there; ``problem`` is why there is no answer.
    """

    action: str
    back: str
    title: str
    look: str = "card c12"
    question: str = ""
    found: Explanation | None = None
    problem: str = ""

    @property
    def most(self) -> int:
        """Return the number of characters that a question has at most."""
        return LONGEST_QUESTION

    @property
    def sentences(self) -> list[Shown]:
        """Return the sentences of the answer."""
        return [_shown(each) for each in self.found.sentences] if self.found else []

    @property
    def read(self) -> list[tuple[str, str]]:
        """Return the conversations that went to the judge, each with its address."""
        sent = self.found.sent.conversations if self.found else ()
        return [(each, _address(each)) for each in sent]

    @property
    def withheld(self) -> list[str]:
        """Return the addresses of turns that speak to a model."""
        held = self.found.sent.withheld if self.found else ()
        return [_address(each.conversation_id, f"t-{each.turn_id}") for each in held]


def box_of_conversation(visit: Visit, conversation: Conversation) -> Box | None:
    """Return the box of a conversation's page; None without a judge or the permission."""
    may = _is_open(visit) and visit.reaches(ASK, conversation.id)
    return _of_conversation(conversation.id) if may else None


def box_of_metric(visit: Visit, metric: Metric) -> Box | None:
    """Return the box of a metric's page; None without a judge or the permission."""
    return _of_metric(metric.id) if _is_open(visit) else None


def box_of_overview(visit: Visit, query: Query) -> Box | None:
    """Return the box of the overview with these filters; None without a judge or the permission."""
    return _of_overview(query) if _is_open(visit) else None


class ExplanationsPage(Controller):
    """The forms of the boxes. Each shows its box again, with the answer, in a page of its own."""

    path = "/"

    @post("/conversations/{conversation_id:str}/explain", sync_to_thread=True)
    def conversation(self, conversation_id: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str]:
        """Answer a question about a conversation."""
        visit.require("conversation.read")
        box = _of_conversation(conversation_id)
        return _answered(
            visit, box, data, "Conversations", lambda work, asked: work.about_conversation(conversation_id, asked)
        )

    @post("/metrics/{metric_id:str}/explain", sync_to_thread=True)
    def metric(self, metric_id: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str]:
        """Answer a question about a metric."""
        end = visit.reader.end_of_today
        return _answered(
            visit, _of_metric(metric_id), data, "Metrics", lambda work, asked: work.about_metric(metric_id, asked, end)
        )

    @post("/overview/explain", sync_to_thread=True)
    def overview(self, data: Posted, visit: AnyVisit) -> Response[str]:
        """Answer a question about the overview with the filters of the address."""
        query, end = visit.query, visit.reader.end_of_today
        return _answered(
            visit, _of_overview(query), data, "Overview", lambda work, asked: work.about_overview(asked, query, end)
        )

    @get("/conversations/{conversation_id:str}/explain", sync_to_thread=False)
    def back_to_conversation(self, conversation_id: FromPath[str]) -> Redirect:
        """Lead back to the page of the conversation."""
        return Redirect(_of_conversation(conversation_id).back, status_code=303)

    @get("/metrics/{metric_id:str}/explain", sync_to_thread=False)
    def back_to_metric(self, metric_id: FromPath[str]) -> Redirect:
        """Lead back to the page of the metric."""
        return Redirect(_of_metric(metric_id).back, status_code=303)

    @get("/overview/explain", sync_to_thread=False)
    def back_to_overview(self) -> Redirect:
        """Lead back to the overview."""
        return Redirect(_of_overview({}).back, status_code=303)


def _answered(
    visit: Visit,
    box: Box,
    data: Mapping[str, str | list[str]],
    here: str,
    ask: Callable[[Explaining, str], Explanation],
) -> Response[str]:
    """Return the page with the answer, or with the reason why there is none."""
    question = one(data, "question")
    work = Explaining(visit.app, visit.principal, visit.services.explainer, lambda: visit.now, _)
    try:
        box = box._replace(question=question, found=ask(work, question))
    except (BusyError, ConflictError, EngineError, RequestError) as error:
        box = box._replace(question=question, problem=_problem(error))
    return visit.page("explanations/explanation", here, ask=box)


def _problem(error: AuscultError) -> str:
    """Return why there is no answer, as a sentence in the reader's language."""
    if isinstance(error, EngineError):
        return reason_sentence(reason_in_words(error.coded))
    return sentence_of(error, {"question": _("Your question")})


def _is_open(visit: Visit) -> bool:
    return visit.services.explainer is not None and visit.may(ASK)


def _of_conversation(conversation_id: str) -> Box:
    back = _address(conversation_id)
    return Box(f"{back}/explain", back, _("Ask about this conversation"), "sec")


def _of_metric(metric_id: str) -> Box:
    back = f"{BASE}/metrics/{quote(metric_id, safe='')}"
    return Box(f"{back}/explain", back, _("Ask about this metric"))


def _of_overview(query: Query) -> Box:
    asked = urlencode(query, doseq=True)
    end = f"?{asked}" if asked else ""
    return Box(f"{BASE}/overview/explain{end}", f"{BASE}/overview{end}", _("Ask about these figures"))


def _shown(sentence: Sentence) -> Shown:
    said_by = ", ".join(side_name(each) for each in sentence.said_by)
    return Shown(sentence.text, said_by, tuple(map(_citation, sentence.rests_on)))


def _citation(piece: Piece) -> Citation:
    name = side_name(piece.speaker) if piece.speaker else ""
    return Citation(name, excerpt(piece.text) if piece.is_turn else piece.text, _href(piece), piece.start_ms)


def _href(piece: Piece) -> str:
    """Return where a piece is: its turn, its part of a conversation's page, or the list of what it counts."""
    if piece.conversation_id is None:
        return f"{BASE}/conversations?{urlencode(piece.where)}"
    if piece.turn_id is not None:
        return _address(piece.conversation_id, f"t-{piece.turn_id}")
    kind, _colon, name = (piece.figure or "").partition(":")
    return _address(piece.conversation_id, {"metric": f"v-{name}", "insight": "insights"}.get(kind, "form"))


def _address(conversation_id: str, part: str = "") -> str:
    return f"{BASE}/conversations/{quote(conversation_id, safe='')}" + (f"#{part}" if part else "")
