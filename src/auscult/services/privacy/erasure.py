"""Retention and the erasure of a customer: list first, run, receipt. Conversations on legal hold stay."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError
from auscult.domain.privacy.customers import finder
from auscult.domain.privacy.erasure_list import Missing
from auscult.domain.privacy.retention import By, Facts, Hold, Item, Kept, Receipt, Rule, RunKind, holding, over
from auscult.services.privacy.log import SYSTEM
from auscult.storage.conversations.erased_parts import Render
from auscult.storage.store import AppStore

AT_ONCE = 100
"""Conversations that are erased in one transaction: with fewer, its statements cost more than the rows; with more, a load
waits longer for the app's turn."""


class Erasing:
    """Lists and runs erasures in one app."""

    def __init__(self, app: AppStore, now: Callable[[], datetime], render: Render) -> None:
        """``now`` gives aware UTC times; ``render`` makes the rows of a conversation that loses its words."""
        self._app = app
        self._now = now
        self._render = render

    def due(self, rules: Sequence[Rule] | None = None) -> list[Item]:
        """List the conversations and parts whose retention is over, the oldest first, with the hold that keeps each.

        By the rules of the app, or by others that are only tried. Conversations that are younger than the shortest rule
        are not read: workers list hourly what is due.
        """
        if rules is None:
            rules = self._app.retention.rules()
        if not rules:
            return []
        now, holds = self._now(), self._app.retention.holds()
        latest = now - timedelta(days=min(rule.days for rule in rules))
        found: list[Item] = []
        for facts, is_audited in self._app.erasure.started_by(latest):
            found += [_item(facts, holds, kind, is_audited=is_audited) for kind in over(rules, facts, now)]
        return found

    def of_customer(self, by: By, value: str) -> list[Item]:
        """List a customer's conversations, live ones that have ended included, by start.

        By id: the customer's id. By telephone number or e-mail address: conversations that hold it, in their text or
        in originals that were kept; where an app masks, only the id is left to find them by. An address within
        another one is not theirs. Raises ``RequestError`` ``email.invalid``, ``phone.invalid``.
        """
        is_of = self._matcher(by, value)
        holds = self._app.retention.holds()
        return [
            _item(Facts.of(conversation), holds, is_audited=is_audited)
            for conversation, is_audited in self._app.erasure.all()
            if is_of(conversation)
        ]

    def run(
        self, kind: RunKind, items: Iterable[Item], principal: str = SYSTEM, again: Mapping[str, int] | None = None
    ) -> Receipt:
        """Erase what is listed, some conversations or one part in a transaction, and return the receipt.

        A hold that is placed meanwhile is respected. The receipt counts what the transactions recorded, also where an
        earlier process was killed in the middle. A conversation that is being recorded keeps its part until the next
        run. Those of ``again`` were erased before, at instants in ms, and no hold counts for them.
        """
        number, run_id = self._app.retention.begin(kind, principal)
        whole: list[str] = []
        parts: list[Item] = []
        for item in items:
            if item.kind == "conversation":
                whole.append(item.conversation_id)
            else:
                parts.append(item)
        held = 0
        try:
            for ids, instants in ((list(again or ()), again), (whole, None)):
                for at in range(0, len(ids), AT_ONCE):
                    some = ids[at : at + AT_ONCE]
                    done = self._app.erasure.erase_all(some, run=number, principal=principal, again=instants)
                    held += len(done.held)
            for item in parts:
                try:
                    self._app.erasure.erase_part(
                        item.conversation_id, item.kind, self._render, run=number, principal=principal
                    )
                except ConflictError as error:
                    if error.reason == "erasures.restored":
                        raise
                    held += 1
        finally:
            self._app.retention.finish(number, held)
        self._app.erasure.overwrite()
        return self._app.retention.receipt(run_id)

    def again(self, lacks: Missing, principal: str = SYSTEM) -> Receipt | None:
        """Erase what a backup brought back; None where that was nothing.

        What was erased is erased whatever is on hold now, as the hold came later. What was only begun stays on hold.
        """
        done, begun = dict(lacks.done), dict(lacks.begun)
        back: dict[str, int] = {}
        holds = self._app.retention.holds()
        for conversation, _ in self._app.erasure.all():
            key = self._app.retention.key_of(conversation.id)
            if key in done or (key in begun and holding(holds, Facts.of(conversation)) is None):
                back[conversation.id] = done[key] if key in done else begun[key]
        found = {(self._app.retention.key_of(each), at) for each, at in back.items()}
        self._app.retention.record_again(each for each in lacks.done if each not in found)
        return self.run("erasure", (), principal, back) if back else None

    def _matcher(self, by: By, value: str) -> Callable[[Conversation], bool]:
        """Return whether a conversation is of a customer."""
        if by == "customer":
            return lambda conversation: conversation.customer is not None and conversation.customer.id == value
        is_in = finder(by, value)
        return lambda conversation: self._has_address(conversation, by, is_in)

    def _has_address(self, conversation: Conversation, by: By, is_in: Callable[[Iterable[str]], bool]) -> bool:
        written = msgspec.json.encode(conversation).decode()
        originals = None
        if f"[{by} " in written:
            originals = self._app.privacy.redaction(conversation.id)
        kept = () if originals is None else originals.originals.values()
        # Decoded texts are searched: in JSON, an escape such as \n may touch the address.
        return is_in(kept) or is_in(_texts(msgspec.json.decode(written)))


def _item(facts: Facts, holds: Sequence[Hold], kind: Kept = "conversation", *, is_audited: bool) -> Item:
    hold = holding(holds, facts)
    return Item(
        conversation_id=facts.conversation_id,
        kind=kind,
        started_at=facts.started_at,
        is_audited=is_audited,
        held_by=None if hold is None else hold.number,
    )


def _texts(value: object) -> Iterator[str]:
    """Yield every text of a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)
