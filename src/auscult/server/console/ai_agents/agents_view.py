"""The pages of AI agents: figures that link to their conversations, registered versions, and a comparison."""

from datetime import timedelta
from urllib.parse import quote

from msgspec import Struct

from auscult.domain.ai_agents.registered import Registered
from auscult.language import gettext as _
from auscult.server.console.ai_agents.tools import ToolView, tool_view
from auscult.server.console.frame.counts import CountView
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE
from auscult.services.ai_agents.comparing import ComparedQuestion, ComparedVersions
from auscult.services.ai_agents.figures import KEPT, REFUSED, RESOLVED, AgentFigures

PATH = f"{BASE}/ai-agents"


class FigureRow(Struct, frozen=True, kw_only=True):
    """Numbers of one version, each with its conversations; ``passed`` of those that it led alone."""

    version: str
    conversations: CountView
    contained: CountView
    handed_over: CountView
    reported: CountView
    untrue: CountView
    changed: CountView
    refused: CountView
    resolved: CountView
    passed: CountView


class AgentRow(Struct, frozen=True, kw_only=True):
    """One AI agent. ``registered`` are its registered versions."""

    name: str
    id: str
    href: str
    registered: str
    figures: FigureRow | None


class AgentsView(Struct, frozen=True, kw_only=True):
    """The list of AI agents; ``register`` is empty for visitors who may not."""

    rows: tuple[AgentRow, ...]
    register: str


class RegisteredView(Struct, frozen=True, kw_only=True):
    """A registered version: its instructions, documents by title, and tools. ``change`` is empty without the permission."""

    version: str
    about: str
    instructions: str
    knowledge: tuple[tuple[str, str], ...]
    tools: tuple[ToolView, ...]
    change: str


class QuestionRow(Struct, frozen=True, kw_only=True):
    """A question in two versions; ``word`` is the meaning of the difference."""

    name: str
    a: str
    b: str
    difference: str
    interval: str
    word: str
    is_worse: bool
    is_sure: bool


class ComparedView(Struct, frozen=True, kw_only=True):
    """Two versions compared, in a sentence and by question."""

    said: str
    detail: str
    a: str
    b: str
    rows: tuple[QuestionRow, ...]


class AgentView(Struct, frozen=True, kw_only=True):
    """One AI agent. ``choices`` are versions that can be compared; ``a`` and ``b`` are those that are chosen."""

    id: str
    name: str
    days: str
    rows: tuple[FigureRow, ...]
    choices: tuple[str, ...]
    a: str
    b: str
    compared: ComparedView | None
    problem: str
    registered: tuple[RegisteredView, ...]
    register: str
    base: str


def figure_row(found: AgentFigures, agent_id: str, reader: Reader, period: timedelta) -> FigureRow:
    """Show the figures of a version in the period that ends today."""
    end = reader.end_of_today
    query = {
        "ai_agent": (agent_id,),
        "since": ((end - period).isoformat(),),
        "until": (end.isoformat(),),
        **({"ai_version": (found.version,)} if found.version else {}),
    }

    def link(n: int, whole: int | None = None, **more: str) -> CountView:
        shown = reader.number(n) if whole is None else reader.rate(n, whole)
        return CountView(shown=shown, href=address(f"{BASE}/conversations", query, **more) if n else "")

    return FigureRow(
        version=found.version,
        conversations=link(found.conversations),
        contained=link(found.contained, found.conversations, handled_by="ai"),
        handed_over=link(found.handed_over, found.conversations, handled_by="both"),
        reported=link(found.reported, found.contained, handled_by="ai", asked=KEPT),
        untrue=link(found.untrue, found.reported, handled_by="ai", missed=KEPT),
        changed=link(found.changed, found.calls_known, changed="true"),
        refused=link(found.refused, handled_by="ai", met=REFUSED),
        resolved=link(found.resolved, found.resolution_judged, handled_by="ai", met=RESOLVED),
        passed=link(found.passed, found.scored, handled_by="ai", outcome="passed"),
    )


def context_view(found: Registered, reader: Reader, *, may_edit: bool) -> RegisteredView:
    """Show a registered version."""
    by = found.registered_by.partition(":")[2] or found.registered_by
    query = f"agent={quote(found.agent_id, safe='')}&version={quote(found.version, safe='')}"
    return RegisteredView(
        version=found.version,
        about=_("Registered {when} by {who}").format(when=reader.lately(found.registered_at), who=by),
        instructions=found.ai.instructions or "",
        knowledge=tuple((each.title or excerpt(each.text, 60), each.text) for each in found.ai.knowledge),
        tools=tuple(map(tool_view, found.ai.tools)),
        change=f"{PATH}/register?{query}" if may_edit else "",
    )


def compared_view(found: ComparedVersions, reader: Reader) -> ComparedView:
    """Show two versions compared."""
    a, b = found.versions
    worse = [each.name for each in found.questions if each.is_worse]
    if worse:
        said = _("Version {b} is worse: {questions}.").format(b=b.version, questions=", ".join(worse))
    elif found.is_enough:
        said = _("Version {b} is not worse, as far as the questions show it.").format(b=b.version)
    else:
        said = _("Too few to say: {n} conversations of each version are needed.").format(n=reader.number(found.needed))
    detail = _(
        "{a} conversations of version {first}, {b} of version {second}. Intervals hold for all questions together."
    )
    numbers = {"a": reader.number(a.conversations), "b": reader.number(b.conversations)}
    return ComparedView(
        said=said,
        detail=detail.format(first=a.version, second=b.version, **numbers),
        a=a.version,
        b=b.version,
        rows=tuple(_question(each, reader) for each in found.questions),
    )


def _question(found: ComparedQuestion, reader: Reader) -> QuestionRow:
    a, b = (reader.rate(round((share or 0) * n), n) for share, n in ((found.a, found.n_a), (found.b, found.n_b)))
    word, difference, interval = _("no answer in one of the versions"), "", ""
    if found.difference is not None and found.interval is not None:
        low, high = (reader.number(100 * each, signed=True) for each in found.interval)
        difference = reader.number(100 * found.difference, signed=True)
        interval = _("{first} to {last}").format(first=low, last=high)
        word = _("worse") if found.is_worse else _("better") if found.is_better else _("could still be chance")
        if not (found.is_worse or found.is_better or found.is_enough):
            word = _("too few: {n} answers of each are needed").format(n=reader.number(found.needed))
    return QuestionRow(
        name=found.name,
        a=a,
        b=b,
        difference=difference,
        interval=interval,
        word=word,
        is_worse=found.is_worse,
        is_sure=found.is_worse or found.is_better,
    )
