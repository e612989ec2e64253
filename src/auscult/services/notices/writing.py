"""Notices in the words of their reader: the sentence of each, and the e-mail of several."""

from collections.abc import Callable, Mapping, Sequence

from auscult.domain.notices import Kind, Language, Notice
from auscult.language import gettext as _
from auscult.language import later, ngettext, speaking

_SENTENCES: Mapping[Kind, str] = {
    "taken": later("{name} took over an audit of yours while you are away."),
    "late": later("Your audit is late."),
    "to_decide": later("{name} disputes an answer."),
    "decided": later("A dispute has ended."),
    "mentioned": later("{name} mentions you in a comment."),
    "answered": later("{name} replied to you."),
    "coaching": later("{name} wrote a coaching item for you."),
    "pinned": later("{name} pinned a moment of yours as a good example."),
}


def sentence_of(names: Mapping[str, str], notice: Notice) -> str:
    """Return the sentence of a notice. ``names`` are those of people by e-mail address."""
    name = names.get(notice.by or "", notice.by)
    if notice.kind == "taken" and notice.is_of_session:
        said = _("{name} rates in your place in a calibration session while you are away.")
    elif notice.kind != "assigned":
        said = _(_SENTENCES[notice.kind])
    elif notice.conversation_id is None:
        said = ngettext("{n} audit was drawn for you.", "{n} audits were drawn for you.", notice.n)
    else:
        said = _("{name} assigned an audit to you.") if name else _("An audit was assigned to you.")
    return said.format(name=name, n=notice.n)


def letter_of(
    names: Mapping[str, str],
    base: str,
    language: Language,
    found: Sequence[Notice],
    outcomes: Callable[[Sequence[Notice]], Mapping[str, str]] = lambda _found: {},
) -> tuple[str, str]:
    """Return the subject and the text of an e-mail: a sentence of each notice, and a link where ``base`` is an address.

    ``outcomes`` returns those of disputes that have ended, by notice. It has no words of customers.
    """
    with speaking(language):
        ended = outcomes(found)
        sentences = [ended.get(each.notice_id) or sentence_of(names, each) for each in found]
        subject = sentences[0] if len(found) == 1 else _("{n} notices").format(n=len(found))
    lines = [
        f"{sentence}\n{base}/notices/{each.notice_id}" if base else sentence
        for sentence, each in zip(sentences, found, strict=True)
    ]
    return f"auscult: {subject}", "\n\n".join(lines) + "\n"
