"""The use cases of questions that people teach: ask one, propose turns of past conversations, tick them, and learn.

A proposal is a conversation with the turns of it that look most like a Yes. What was learned is put into the form's
draft, and scores from when a person publishes it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.engines import Engines
from auscult.domain.errors import ConflictError, RequestError, coded
from auscult.domain.evaluation import SHOWN_TURN
from auscult.domain.form import Form, Metric, primary, speaks
from auscult.domain.form_examples import new_id, question_of
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.probe import Lesson, LessonAnswer, Said
from auscult.domain.questions.taught import (
    SHOWN,
    Agreement,
    Kind,
    NewTick,
    Part,
    Taught,
    Tick,
    agreement,
    chosen,
    likelihood,
    parts_of,
    speaker_of,
    spoken,
)
from auscult.domain.said.text import spoken_words
from auscult.metrics.by_example import ByExample, Settings, occasions_of, values_of
from auscult.services.audits.blind import blindness_of
from auscult.services.conversations.latest import Sought, newest_recorded
from auscult.services.definitions.forms.document import Value, read_document
from auscult.services.definitions.forms.drafts import document_in_use
from auscult.services.definitions.forms.editing.changes import Put, changed
from auscult.services.definitions.forms.editing.questions import added, mappings
from auscult.services.definitions.forms.reading import STARTER_LANGUAGES, read_form
from auscult.services.form_examples import READ, Kept
from auscult.services.privacy.log import draft as entry_of
from auscult.services.scoring.engine_calls.ask_local import ask_local
from auscult.services.scoring.evaluate import Evaluator
from auscult.storage.store import AppStore
from auscult.votes import acts_probe

NEWEST = 200
"""Conversations from which proposals are chosen: the newest of the form's channel and languages."""
_PLACES = 2


class ProposedTurn(Struct, frozen=True, kw_only=True):
    """A turn, what was said just before it, how likely it is a Yes, from 0 to 1, and its tick, null before there is one."""

    turn_id: str
    speaker: str
    text: str
    before: str
    likelihood: float
    says: bool | None


class Proposal(Struct, frozen=True, kw_only=True):
    """A conversation with the turns of it to tick, the likeliest first, and why it is proposed."""

    conversation_id: str
    kind: Kind
    turns: tuple[ProposedTurn, ...]


class Asked(NamedTuple):
    """A conversation that is to be proposed first, and a turn of it that is shown in any case."""

    conversation_id: str
    turn_id: str | None = None


class WrongAnswer(Struct, frozen=True, kw_only=True):
    """A conversation that a question answers otherwise than people ticked, by what the others teach."""

    conversation_id: str
    turn_id: str
    text: str
    is_yes: bool


class TaughtQuestion(Struct, frozen=True, kw_only=True):
    """A question that is taught, as far as the caller may see it.

    ``agreement`` is that of the ticks so far, and ``counts`` whether it would count in scores with it. ``is_learned``:
    the form's draft, or its version in force, has what these ticks teach. ``encoder`` is the version of what makes the
    vectors. ``erased`` ticks lost their conversation. Proposals are chosen from ``looked_through`` conversations, those
    with the occasion. ``parts`` are settings that the ticks propose.
    """

    form_id: str
    metric_id: str
    question: str
    speaker: str
    counts_from: float
    agreement: Agreement
    counts: bool
    is_learned: bool
    encoder: str
    ticks: int
    erased: int
    looked_through: int
    parts: tuple[Part, ...]
    wrong: tuple[WrongAnswer, ...]
    proposals: tuple[Proposal, ...]


class Teaching(Kept):
    """The taught questions of one app's forms, as one viewer teaches them.

    Methods raise ``NotFoundError`` ``form.unknown``; ``RequestError`` ``metric.unknown``; ``ConflictError``
    ``question.not_taught``; ``FormError`` where the form cannot be read; ``AccessError``.
    """

    def __init__(
        self, app: AppStore, now: Callable[[], datetime], viewer: Principal, trying: Callable[[], Evaluator]
    ) -> None:
        """Teach with the engines of ``trying``."""
        super().__init__(app, now, viewer)
        self._trying = trying

    def ask(self, form_id: str, question: str) -> str:
        """Add a question in words to the draft of a form, and return its id; it has no weight until it is given one.

        Raises ``RequestError`` ``field.out_of_range`` where it is empty.
        """
        words = " ".join(question.split())
        if not words:
            message = coded("the question is empty; ask it in words, like: Did the agent offer a refund?")
            raise RequestError(message, code="field.out_of_range", field="question")
        document = document_in_use(self._app.forms, form_id)
        name = words.rstrip("?").strip() or words
        value = read_document(document).value
        found = added(value, "", name, ByExample.name, question=words, speaker=speaker_of(words))
        made = changed(document, *found.changes)
        self._app.forms.save_draft(form_id, made)
        return str(mappings(read_document(made).value, "metrics")[found.place or 0]["id"])

    def shown(
        self, form_id: str, metric_id: str, count: int, skipped: Collection[str] = (), asked: Asked | None = None
    ) -> TaughtQuestion:
        """Return a question with ``count`` proposals, none of them in ``skipped``, and the agreement so far.

        Raises ``NotFoundError`` ``conversation.unknown``, ``turn.unknown`` of the one that is ``asked`` for.
        """
        if asked is not None:
            self.check_pointed(asked.conversation_id, asked.turn_id)
        form, metric = self._question(form_id, metric_id)
        question = self._ticked(form, metric, asked)
        return question.shown(count, skipped, asked, self._otherwise(question, form, metric))

    def learned(self, form: Form) -> Iterator[tuple[Metric, Taught]]:
        """Yield the questions of a form whose ticks teach other weights than it has, with these."""
        for metric in form.metrics if self._viewer.may(READ) else ():
            if metric.type == ByExample.name:
                found, before = self._ticked(form, metric).taught, metric.settings.taught
                if found and (before is None or before.weights != found.weights):
                    yield metric, found

    def tick(self, form_id: str, metric_id: str, ticks: Sequence[NewTick]) -> None:
        """Store ticks of a question, each in place of an earlier one of the same turn.

        Raises ``NotFoundError`` ``conversation.unknown``, ``turn.unknown``; ``ConflictError`` ``ticks.too_many``.
        """
        self._question(form_id, metric_id)
        for each in ticks:
            self.check_pointed(each.conversation_id, each.turn_id)
        its = {"form_id": form_id, "metric_id": metric_id, "by": self._viewer.name, "at": self._now()}
        made = [made_from(Tick, each, tick_id=new_id(), **its) for each in ticks]
        about = f"form:{form_id}"
        entry = entry_of(self._app, self._viewer.label, "question.ticked", about, metric=metric_id, ticks=len(made))
        self._app.form_examples.tick(made, entry)

    def learn(self, form_id: str, metric_id: str) -> None:
        """Put what the ticks teach into the draft of a form. Raises ``ConflictError`` ``ticks.too_few``."""
        found = self._ticked(*self._question(form_id, metric_id)).taught
        if found is None:
            raise ConflictError("tick at least one Yes and one No first", code="ticks.too_few")
        document = document_in_use(self._app.forms, form_id)
        self._app.forms.save_draft(form_id, with_taught(document, {metric_id: found}))

    def take(self, form_id: str, metric_id: str, key: str) -> None:
        """Put a part that the ticks propose into the draft of a form; nothing where they propose none of this key."""
        proposed = self._ticked(*self._question(form_id, metric_id)).parts
        for each in (part for part in proposed if part.key == key):
            document = document_in_use(self._app.forms, form_id)
            occasion: Value = {"speaker": "customer", "any_of": [{"wording": each.value}]}
            value = occasion if key == "trigger" else each.value
            self._app.forms.save_draft(form_id, _with(document, {metric_id: value}, key))

    def _ticked(self, form: Form, metric: Metric, asked: Asked | None = None) -> "TickedQuestion":
        self._viewer.require(READ)
        ticks = self.seen(self._app.form_examples.ticks_of(form.id, metric.id))
        blind = blindness_of(self._app, self._viewer.name)
        pool = {
            each.conversation.id: each.conversation
            for each in newest_recorded(self._app, Sought(channels=(form.channel,)), NEWEST)
            if speaks(form, each.language) and each.conversation.id not in blind
        }
        named = {each.conversation_id for each in ticks if each.conversation_id is not None}
        named |= {asked.conversation_id} if asked else set[str]()
        older = self._app.conversations.recorded(sorted(named - pool.keys()))
        pool |= {name: each.conversation for name, each in older.items()}
        engines = self._trying().for_app(self._app.tenant.app_id, agent_emotions=False).engines
        return TickedQuestion(form, metric, ticks, pool, engines)

    def _otherwise(self, question: "TickedQuestion", form: Form, metric: Metric) -> list[str]:
        """Return the conversations that people answered otherwise, in audits that the viewer may read."""
        audits = self._app.audits.of([*question.answers]) if self._viewer.may("audit.read") else {}
        return [
            name
            for name, each in audits.items()
            if each.result is not None and each.result.form_id == form.id
            for answer in each.result.sheet.answers
            if answer.metric_id == metric.id and answer.answer == ("NO" if question.answers[name] else "YES")
        ]

    def _question(self, form_id: str, metric_id: str) -> tuple[Form, Metric]:
        form = read_form(document_in_use(self._app.forms, form_id))
        metric = question_of(form, metric_id)
        if metric.type != ByExample.name:
            message = coded(
                "{value} is answered by {kind}; only by_example is taught", kind=metric.type, value=metric_id
            )
            raise ConflictError(message, code="question.not_taught", field="metric_id", value=metric_id)
        return form, metric


class TickedQuestion:
    """A question with its ticks, and the conversations that it is taught with.

    ``taught`` has the weights that the ticks teach, with their agreement; None before there is a Yes and a No.
    """

    def __init__(
        self,
        form: Form,
        metric: Metric,
        ticks: Sequence[Tick],
        pool: Mapping[str, Conversation],
        engines: Engines,
    ) -> None:
        """Learn from the conversations of ``pool``, by id, some of which have ticks.

        ``answers`` are whether each is a Yes, by what the others teach.
        """
        self._form, self._metric, self._ticks, self._pool = form, metric, ticks, pool
        self._settings: Settings = metric.settings
        self._said: dict[str, list[tuple[Turn, Said]]] = {}
        self._values: dict[tuple[str | None, str | None], dict[str, str]] = {}
        for name, values in self._read(engines):
            turns = spoken(pool[name], self._settings.speaker)
            if counted := [each for each in turns if self._settings.counts(values[each[0].id])]:
                self._said[name] = counted
                self._values |= {(name, turn.id): values[turn.id] for turn, _said in counted}
        self._given: dict[str, dict[str, bool]] = {}
        for each in ticks:
            if each.conversation_id and each.turn_id and (each.conversation_id, each.turn_id) in self._values:
                self._given.setdefault(each.conversation_id, {})[each.turn_id] = each.says
        self._answers = {name: any(given.values()) for name, given in self._given.items()}
        answer = self._learned(engines)
        self._encoder = answer.encoder
        self._odds = dict(zip(self._said, answer.odds, strict=True))
        likeliest = {name: max(odds) for name, odds in self._odds.items()}
        self.answers = {name: odds > answer.yes_from for name, odds in likeliest.items()}
        self.agreement, self.taught = Agreement(answers=len(self._answers)), None
        if answer.weights:
            self.agreement = agreement(likeliest, self._answers, answer.yes_from)
            self.taught = made_from(Taught, self.agreement, weights=answer.weights, encoder=answer.encoder)

    def _read(self, engines: Engines) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
        """Yield the conversations with the occasion, and what is so of each turn; all, if only a judge can find it."""
        plan = ByExample().plan(self._settings)
        is_sought = self._settings.trigger is not None and plan.needs <= engines.keys()
        asked = [probe for each in self._pool.values() for probe in plan.asked_first(each)] if is_sought else []
        answers = ask_local(asked, engines)
        for name, each in sorted(self._pool.items()):
            position = plan.occasion(each, answers).position if is_sought else None
            if position is not None or not is_sought:
                yield name, values_of(each, position)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The settings that the ticks propose."""
        ticked = ((name, turn, says) for name, given in self._given.items() for turn, says in given.items())
        found = parts_of([(says, self._values[name, turn]) for name, turn, says in ticked])
        languages = {primary(each) for each in self._form.languages}
        if self._settings.trigger or len(languages) > 1 or not languages <= {*STARTER_LANGUAGES}:
            return found
        (language,) = languages
        said = [(is_yes, occasions_of(self._pool[name], language)) for name, is_yes in self._answers.items()]
        return *found, *(replace(each, key="trigger") for each in parts_of(said, is_one=True))

    def _learned(self, engines: Engines) -> LessonAnswer:
        lesson = Lesson(
            question=self._settings.question,
            language=primary(self._form.languages[0]),
            conversations=tuple(tuple(said for _turn, said in turns) for turns in self._said.values()),
            ticks=tuple(
                tuple(self._given.get(name, {}).get(turn.id) for turn, _said in turns)
                for name, turns in self._said.items()
            ),
            acts=tuple(acts_probe(self._pool[name]) for name in self._said),
        )
        found = ask_local([lesson], engines)[lesson]
        assert isinstance(found, LessonAnswer)  # noqa: S101  (an engine answers its own kind)
        return found

    def shown(
        self, count: int, skipped: Collection[str], asked: Asked | None, otherwise: Sequence[str]
    ) -> TaughtQuestion:
        """Return the question with proposals: what is asked for, then what people answered ``otherwise``, then others."""
        settings, taught, before = self._settings, self.taught, self._settings.taught
        open_ = [name for name in self._said if name not in self._given and name not in skipped]
        first: dict[str, Kind] = (
            {asked.conversation_id: "asked"} if asked and asked.conversation_id in self._said else {}
        )
        first |= {each: "audited" for each in open_ if each in otherwise[:count] and each not in first}
        number = len(self._given) + len(skipped)
        left = self._fresh([name for name in open_ if name not in first])
        picked = first | chosen(left, max(0, count - len(first)), number, is_taught=taught is not None)
        return TaughtQuestion(
            form_id=self._form.id,
            metric_id=self._metric.id,
            question=settings.question,
            speaker=settings.speaker,
            counts_from=float(settings.counts_from),
            agreement=self.agreement,
            counts=replace(settings, taught=taught).is_counted,
            is_learned=taught is not None and before is not None and before.weights == taught.weights,
            encoder=self._encoder,
            ticks=len(self._ticks),
            erased=sum(each.conversation_id is None for each in self._ticks),
            looked_through=len(self._said),
            parts=self.parts,
            wrong=tuple(self._wrong()) if taught else (),
            proposals=tuple(self._proposal(name, kind, asked) for name, kind in picked.items()),
        )

    def _fresh(self, names: Sequence[str]) -> dict[str, int]:
        """Return the odds of conversations whose likeliest turn has words that were not ticked yet; of all, if none has.

        Of several with the same words only the first is there.
        """
        ticked = {
            spoken_words(turn.text)
            for name, given in self._given.items()
            for turn, _said in self._said[name]
            if turn.id in given
        }
        most = {name: max(self._odds[name]) for name in names}
        fresh: dict[str, str] = {}
        for name in names:
            turn, _said = self._said[name][self._odds[name].index(most[name])]
            if (words := spoken_words(turn.text)) not in ticked:
                fresh.setdefault(words, name)
        return {name: most[name] for name in fresh.values() or names}

    def _proposal(self, name: str, kind: Kind, asked: Asked | None) -> Proposal:
        turns, odds, given = self._said[name], self._odds[name], self._given.get(name, {})
        before = _before(self._pool[name])
        wanted = asked.turn_id if asked and kind == "asked" else None
        best = sorted(enumerate(turns), key=lambda each: (each[1][0].id != wanted, -odds[each[0]]))[:SHOWN]
        return Proposal(
            conversation_id=name,
            kind=kind,
            turns=tuple(
                ProposedTurn(
                    turn_id=turn.id,
                    speaker=turn.speaker,
                    text=turn.text,
                    before=before.get(turn.id, "")[-SHOWN_TURN:],
                    likelihood=round(likelihood(odds[index]), _PLACES),
                    says=given.get(turn.id),
                )
                for index, (turn, _said) in best
            ),
        )

    def _wrong(self) -> list[WrongAnswer]:
        """Return the ticked conversations that are answered otherwise, with the turn that shows it."""
        found: list[WrongAnswer] = []
        for name, is_yes in self._answers.items():
            turns, odds = self._said[name], self._odds[name]
            if self.answers[name] == is_yes:
                continue
            ticked = [index for index, (turn, _said) in enumerate(turns) if self._given[name].get(turn.id)]
            turn = turns[ticked[0] if ticked else odds.index(max(odds))][0]
            found.append(WrongAnswer(conversation_id=name, turn_id=turn.id, text=turn.text, is_yes=is_yes))
        return found


def with_taught(document: bytes, learned: Mapping[str, Taught]) -> bytes:
    """Put what ticks teach into a form document, by the id of each question."""
    written: dict[str, Value] = {}
    for name, found in learned.items():
        items = msgspec.structs.asdict(found).items()
        written[name] = {key: Decimal(str(each)) if isinstance(each, float) else each for key, each in items}
    return _with(document, written, "taught")


def _with(document: bytes, values: Mapping[str, Value], key: str) -> bytes:
    ids = [each.get("id") for each in mappings(read_document(document).value, "metrics")]
    return changed(document, *(Put(("metrics", ids.index(name), key), each) for name, each in values.items()))


def _before(conversation: Conversation) -> dict[str, str]:
    """Return what was said just before each turn, by the turn's id."""
    said = [turn for turn in conversation.turns if turn.text.strip()]
    return {turn.id: earlier.text for earlier, turn in pairwise(said)}
