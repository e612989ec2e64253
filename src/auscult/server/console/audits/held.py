"""The audit that was just submitted: its result, the way back while there is one, and the machine's result after that."""

from decimal import Decimal

from msgspec import Struct

from auscult.domain.audits.audit import AuditResult
from auscult.domain.evaluation import Evaluation
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.reader import Reader


class HeldView(Struct, frozen=True, kw_only=True):
    """A submitted audit. ``seconds`` are left to undo it; at 0 it counts, and ``compared`` has the machine's result next to it.

    ``href`` leads to its conversation, or is empty where the reader may not see what was decided there.
    """

    conversation_id: str
    assignment_id: str
    result: str
    seconds: int = 0
    compared: str = ""
    href: str = ""


def result_in_words(result: AuditResult, reader: Reader) -> str:
    """Return the score of an audit, and whether it passed."""
    return _outcome(result.score, reader, passed=result.passed)


def compared(result: AuditResult, machine: Evaluation, reader: Reader) -> str:
    """Return the machine's result, and how many answers differ."""
    theirs = {each.metric.id: each.verdict.level or each.verdict.qualification for each in machine.results}
    answers = [each for each in result.sheet.answers if theirs.get(each.metric_id, "-") != "-"]
    n = sum((each.level or each.answer) != theirs[each.metric_id] for each in answers)
    differs = ngettext("One answer differs.", "{n} answers differ.", n).format(n=reader.number(n))
    differs = differs if n else _("No answer differs.")
    outcome = _outcome(machine.score, reader, passed=machine.passed)
    return _("The machine: {outcome} {differs}").format(outcome=outcome, differs=differs)


def _outcome(score: Decimal | None, reader: Reader, *, passed: bool | None) -> str:
    if score is None or passed is None:
        return _("no score.") if score is None else _("{score}.").format(score=reader.number(score))
    return (_("{score}, passed.") if passed else _("{score}, not passed.")).format(score=reader.number(score))
