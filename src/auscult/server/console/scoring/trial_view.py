"""The trial of a form: on one conversation with every verdict and the arithmetic, or on several with what changes."""

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.scoring.stored import ConversationDetail
from auscult.language import ngettext
from auscult.server.console.conversations.conversation_view import ConversationView, conversation_view
from auscult.server.console.form_examples.examples_view import ExamplesView, OtherAnswers
from auscult.server.console.frame.naming import agents_of, channel_of, customer_words, queues_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.server.console.history.newest_view import TriedView, Was, changes_of, other_score
from auscult.server.console.scoring.trial_words_view import AddingView
from auscult.services.history.trials import TriedLine, side_of
from auscult.services.scoring.trial import Trial, asked_afar

LARGEST_FILE = 4 << 20
"""Bytes of a file that a form is tried on. It comes again with each change of the form."""


class FoundView(Struct, frozen=True, kw_only=True):
    """A conversation to choose: the customer's words, and who talked when. ``act`` is the button that tries it."""

    act: str
    words: str
    meta: str


class TriedOne(Struct, frozen=True, kw_only=True):
    """One conversation as its page shows it, with what the version in force decided otherwise.

    ``href`` is empty where it is not stored. ``moment``: the part of the page that a link named. ``before`` is by id of the metric; ``changed`` has the ids of the questions
    with another verdict or none in force, and ``others`` the answers that an example could expect. ``heard`` are the
    turns whose words can be added to a question, ``adding`` those of the chosen one.
    """

    shown: ConversationView
    href: str
    was: str
    before: dict[str, Was]
    changed: frozenset[str]
    others: dict[str, OtherAnswers]
    moment: str = ""
    heard: frozenset[str] = frozenset()
    adding: AddingView | None = None


class TrialView(Struct, frozen=True, kw_only=True):
    """The tab that tries a form.

    ``on`` is what was tried, to try it again: ``recent``, ``pasted``, ``file``, ``file:`` and a place in it, or ``on:``
    and an id; empty before the first trial. ``sought`` and ``transcript`` are what was entered. ``said`` names
    the conversations to choose from; ``is_empty``: there is none to try. ``newest``: several, tried; ``back``: the trial of
    those that ``one`` was opened from. ``has_before``: a version is in force to compare with. ``examples``: the form's, tried; ``kept``: how many it has where they were not.
    ``largest``: bytes of a file.
    """

    action: str
    on: str = ""
    sought: str = ""
    transcript: str = ""
    problem: str = ""
    said: str = ""
    is_empty: bool = False
    found: tuple[FoundView, ...] | None = None
    newest: TriedView | None = None
    back: str = ""
    one: TriedOne | None = None
    has_before: bool = False
    examples: ExamplesView | None = None
    kept: int = 0
    largest: int = LARGEST_FILE


def unasked(form: Form) -> str:
    """Return how many questions a trial may leave without an answer, because only others could give it; empty for none."""
    n = asked_afar(form)
    said = ngettext(
        "{n} of {whole} questions may need a judge or another system, which a trial asks only when you say so. Until then it has no answer where words do not decide.",
        "{n} of {whole} questions may need a judge or another system, which a trial asks only when you say so. Until then they have no answer where words do not decide.",
        n,
    )
    return said.format(n=n, whole=len(form.metrics)) if n else ""


def found_view(conversation: Conversation, reader: Reader, act: str) -> FoundView:
    """Show a conversation to choose."""
    parts = (
        channel_of(conversation),
        queues_of(conversation, reader),
        agents_of(conversation),
        reader.moment(conversation.started_at),
    )
    return FoundView(
        act=act,
        words=excerpt(customer_words(conversation)) or conversation.id,
        meta=", ".join(each for each in parts if each),
    )


def one_view(trial: Trial, reader: Reader, href: str, others: dict[str, OtherAnswers]) -> TriedOne:
    """Show one conversation in full."""
    after, before = trial.after, trial.before
    detail = ConversationDetail(
        conversation=trial.conversation,
        revision=after.revision,
        is_current=True,
        has_failed=False,
        evaluations=(after,),
        insights=None,
        audit=None,
        trail=(),
    )
    line = TriedLine(
        conversation_id=trial.conversation.id, before=None if before is None else side_of(before), after=side_of(after)
    )
    changes = changes_of(line)
    return TriedOne(
        shown=conversation_view(detail, reader),
        href=href,
        was=other_score(line, reader),
        before={metric_id: found.before for metric_id, found in changes.items() if found.before},
        changed=frozenset(changes),
        others=others,
    )
