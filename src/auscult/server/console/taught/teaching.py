"""Questions in words in the console: asked, taught by ticking turns of past conversations, and put into the draft."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.audits.audit import Audit
from auscult.domain.errors import AuscultError
from auscult.domain.evaluation import Evaluation
from auscult.domain.questions.taught import NewTick, Part
from auscult.language import gettext as _
from auscult.language import later
from auscult.metrics.by_example import ByExample
from auscult.server.console.definitions.forms.builder import label_of, word_of_value
from auscult.server.console.definitions.forms.listing import PATH
from auscult.server.console.frame.posted import Given, Posted, one, sentence, several
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.drafts import document_in_use
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.disputes.outcomes import word_of
from auscult.services.taught import Asked, Teaching

AnyVisit = TheVisit
HANDFUL = 5
"""Conversations on a page."""
_BETWEEN = "|"
_WHY = {
    "asked": later("Opened from its conversation"),
    "audited": later("A person answered it otherwise in an audit"),
    "likely": later("Looks most like a Yes"),
    "unsure": later("Could be either"),
    "chance": later("Drawn by chance"),
}
_OCCASIONS = {
    "escalation_request": later("the customer asks for another person"),
    "hold_noticed_by_customer": later("the customer asks whether the agent is still there"),
    "leaving": later("the customer says that they will leave"),
    "problem": later("the customer reports a problem"),
    "threats": later("the customer threatens with a complaint"),
}


class TeachPage(Controller):
    """Teaching the questions of one form."""

    path = "/forms/{form_id:str}/teach"

    @get(sync_to_thread=True)
    def show(self, form_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show the taught questions of a form, and a field that asks another."""
        return _page(visit, form_id, "")

    @post(sync_to_thread=True)
    def ask(self, form_id: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Add a question in words to the draft of a form."""
        visit.require_everywhere("form.edit")
        try:
            metric_id = _work(visit).ask(form_id, one(data, "question"))
        except AuscultError as error:
            return _page(visit, form_id, "", problem=sentence(error.coded))
        return Redirect(f"{PATH}/{form_id}/teach/{quote(metric_id, safe='')}", status_code=303)

    @get("/{metric_id:str}", sync_to_thread=True)
    def proposals(self, form_id: FromPath[str], metric_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show the next conversations to tick, and how well the question agrees so far."""
        note = _("The draft has it. It scores once the form is published.") if "done" in visit.query else ""
        skipped, asked = tuple(visit.query.get("skipped", ())), visit.asked("conversation")
        return _page(visit, form_id, metric_id, skipped=skipped, note=note, asked=_asked(asked, visit.asked("turn")))

    @post("/{metric_id:str}", sync_to_thread=True)
    def tick(
        self, form_id: FromPath[str], metric_id: FromPath[str], data: Posted, visit: AnyVisit
    ) -> Response[str] | Redirect:
        """Store a handful of ticks, or put what they teach into the draft."""
        visit.require_everywhere("form.edit")
        here, skipped = f"{PATH}/{form_id}/teach/{quote(metric_id, safe='')}", several(data, "skipped")
        asked = _asked(one(data, "conversation"), one(data, "turn"))
        try:
            if one(data, "act") == "learn":
                _work(visit).learn(form_id, metric_id)
                return Redirect(f"{here}?done=learned", status_code=303)
            if part := one(data, "part"):
                _work(visit).take(form_id, metric_id, part)
                return Redirect(here, status_code=303)
            ticks = _ticks(data, skipped)
            if one(data, "act") != "none" and ticks and not any(each.says for each in ticks):
                problem = _("No turn is ticked. Press “None of these” if all of them are a No.")
                return _page(visit, form_id, metric_id, skipped=skipped, problem=problem, asked=asked)
            if ticks:
                _work(visit).tick(form_id, metric_id, ticks)
        except AuscultError as error:
            return _page(visit, form_id, metric_id, skipped=skipped, problem=sentence(error.coded))
        return Redirect(f"{here}?{urlencode([('skipped', each) for each in skipped])}", status_code=303)


def _ticks(data: Given, skipped: Sequence[str]) -> list[NewTick]:
    """Return a tick for each turn that was shown: No for all, where none of them was said to be a Yes."""
    said = set[str]() if one(data, "act") == "none" else set(several(data, "says"))
    shown = [(each, each.rpartition(_BETWEEN)) for each in several(data, "shown")]
    return [
        NewTick(conversation_id=name, turn_id=turn, says=each in said)
        for each, (name, _between, turn) in shown
        if name not in skipped
    ]


def _asked(conversation_id: str, turn_id: str) -> Asked | None:
    return Asked(conversation_id, turn_id or None) if conversation_id else None


def teachable(visit: Visit, evaluation: Evaluation | None, audit: Audit | None) -> dict[str, tuple[str, str]]:
    """Return the address at which a verdict of a taught question becomes ticks, and what an audit answered otherwise.

    By id of the question, for who may change forms and open the conversation.
    """
    found: dict[str, tuple[str, str]] = {}
    if evaluation is None or evaluation.form is None or not visit.principal.may_everywhere("form.edit"):
        return found
    is_open = visit.reaches("conversation.read", evaluation.conversation_id)
    sheet = audit.result.sheet if audit and audit.result else None
    answers = {each.metric_id: each.answer for each in sheet.answers} if sheet else {}
    for each in evaluation.results if is_open else ():
        if each.metric.type == ByExample.name:
            given = answers.get(each.metric.id)
            turn = next((one.turn_id for one in each.verdict.evidence if one.turn_id), "")
            query = urlencode({"conversation": evaluation.conversation_id, "turn": turn})
            href = f"{PATH}/{evaluation.form.id}/teach/{quote(each.metric.id, safe='')}?{query}"
            found[each.metric.id] = href, word_of(given) if given and given != each.verdict.qualification else ""
    return found


def _page(  # noqa: PLR0913  (what is shown, and what was done)
    visit: Visit,
    form_id: str,
    metric_id: str,
    *,
    skipped: tuple[str, ...] = (),
    problem: str = "",
    note: str = "",
    asked: Asked | None = None,
) -> Response[str]:
    visit.require_everywhere("form.edit")
    value = read_document(document_in_use(visit.app.forms, form_id)).value
    taught = [each for each in mappings(value, "metrics") if each.get("type") == ByExample.name]
    found = _work(visit).shown(form_id, metric_id, HANDFUL, skipped, asked) if metric_id else None
    return visit.page(
        "taught/teach",
        "Forms",
        None,
        422 if problem else 200,
        form_id=form_id,
        form_name=str(value.get("name", form_id)) if isinstance(value, dict) else form_id,
        action=f"{PATH}/{form_id}/teach",
        asked=asked,
        questions=tuple((str(each.get("id")), str(each.get("name"))) for each in taught),
        found=found,
        skipped=skipped,
        problem=problem,
        note=note,
        why=_WHY,
        parts=[(each.key, _proposed(each)) for each in found.parts] if found else (),
        between=_BETWEEN,
    )


def _proposed(part: Part) -> str:
    if part.key == "trigger":
        said = _("Ask it only when {occasion} (fits all {n} conversations ticked Yes)")
        return said.format(occasion=_(_OCCASIONS[part.value.rpartition("/")[2]]), n=part.ticks)
    said = _("{label}: {value} (fits all {n} turns ticked Yes)")
    label, value = label_of(ByExample.name, part.key), word_of_value(part.key, part.value)
    return said.format(label=label, value=value, n=part.ticks)


def _work(visit: Visit) -> Teaching:
    return Teaching(visit.app, lambda: visit.now, visit.principal, visit.services.trying)
