"""The use cases of collections for one viewer: who may, what they see. Each step is one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import asdict, replace

from auscult.domain import pinned as rules
from auscult.domain.errors import AccessError, NotFoundError, coded, unknown
from auscult.domain.notices import NewNotice
from auscult.domain.people.principal import Principal, missing
from auscult.domain.pinned import (
    EDIT,
    READ,
    UNDO,
    Collection,
    ListedCollection,
    Moment,
    NewCollection,
    NewOrder,
    NewPin,
    Pin,
    ShownCollection,
)
from auscult.domain.privacy.log import Draft
from auscult.domain.tenancy import Tenant
from auscult.services.audits.blind import hidden_from_talk, hides_talk
from auscult.services.privacy.log import draft
from auscult.storage.pinned import PinQuery
from auscult.storage.store import Store


class PinOf(NamedTuple):
    """A pin in a conversation with the name of its collection, empty where the viewer is not shown that.

    ``is_agreed``: every agent of the conversation lets colleagues listen.
    """

    pin: Pin
    collection: str
    is_agreed: bool


class Collecting:
    """The collections of one app, as one viewer sees and changes them. Cheap to make; threads may share one.

    Colleagues see every collection, and the moments of conversations that they may read. Who reads their own as an agent
    alone sees the collections that are shared with agents, and all their moments. A moment whose agents have not consented, or
    that is in a conversation that the viewer rates blind, is shown to none of them.
    """

    def __init__(self, store: Store, tenant: Tenant, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on an app of ``store``; ``now`` returns aware UTC time."""
        self._whole = store.within(tenant)
        self._app = self._whole.seen_by(viewer.visibility(READ))
        self._now = now
        self._viewer = viewer
        self._is_agent = viewer.is_only_agent(READ)

    def shown(self) -> list[Collection]:
        """Return the collections that the viewer is shown, by name."""
        return [each for each in self._app.collections.listing() if self._is_shown(each)]

    def listing(self) -> list[ListedCollection]:
        """Return the collections with the numbers of their moments, by name."""
        counts = self._app.collections.counts(self._query())
        return [ListedCollection(**asdict(each), moments=counts.get(each.collection_id, 0)) for each in self.shown()]

    def get(self, collection_id: str) -> Collection:
        """Return a collection. Raises ``NotFoundError`` ``collection.unknown``."""
        found = self._app.collections.get(collection_id)
        if not self._is_shown(found):
            raise unknown("collection", collection_id)
        return found

    def show(self, collection_id: str) -> ShownCollection:
        """Return a collection with its moments. Raises as ``get`` does."""
        found, query = self.get(collection_id), self._query(collection_id)
        moments = self._moments(self._app.collections.pins(query))
        return ShownCollection(**asdict(found), moments=tuple(moments), waiting=len(self._waiting(query)))

    def waiting(self, collection_id: str) -> list[Pin]:
        """Return the pins of a collection without the consent of their agents; none for who may not pin."""
        return self._waiting(self._query(collection_id))

    def moment(self, collection_id: str, pin_id: str) -> Moment:
        """Return one moment. Raises as ``get`` does, and ``NotFoundError`` ``pin.unknown``."""
        self.get(collection_id)
        pins = self._app.collections.pins(self._query(collection_id))
        for each in self._moments([each for each in pins if each.pin_id == pin_id]):
            return each
        raise unknown("pin", pin_id)

    def of_conversation(self, conversation_id: str) -> list[PinOf]:
        """Return the pins in a conversation that the viewer reads, by collection."""
        known = {each.collection_id: each.name for each in self.shown()}
        query = PinQuery(conversation_ids=(conversation_id,), left_out=self._blind())
        return [
            PinOf(each, known.get(each.collection_id, ""), is_agreed)
            for is_agreed in (True, False)
            for each in self._app.collections.pins(query._replace(is_agreed=is_agreed))
        ]

    def create(self, wanted: NewCollection) -> Collection:
        """Make a collection. Raises as ``rules.made`` does; ``AccessError``; ``ConflictError`` ``collection.duplicate``."""
        self._check_editor()
        made = rules.made(wanted, self._viewer.name, self._now())
        self._whole.collections.add(made, self._entry("collection.made", f"collection:{made.collection_id}"))
        return made

    def change(self, collection_id: str, wanted: NewCollection) -> Collection:
        """Rename a collection, or share it with others. Raises as ``get`` and ``create`` do."""
        return self._step(collection_id, "collection.changed", lambda found: rules.changed(found, wanted))

    def remove(self, collection_id: str) -> Collection:
        """Remove a collection with its moments, which can be undone for ten minutes. Raises as ``get`` does."""
        at = self._now()
        return self._step(
            collection_id,
            "collection.removed",
            lambda found: replace(found, removed_at=at, changes=found.changes + 1),
        )

    def restore(self, collection_id: str) -> Collection:
        """Undo a removal. One that is not removed stays as it is.

        Raises ``NotFoundError`` ``collection.unknown``, also after ten minutes; ``ConflictError`` ``collection.duplicate``.
        """
        try:
            found = self.removed(collection_id)
        except NotFoundError:
            return self.get(collection_id)
        self._check_maker(found)
        return self._whole.collections.step(
            collection_id,
            lambda each: replace(each, removed_at=None, changes=each.changes + 1),
            self._entry("collection.restored", f"collection:{collection_id}"),
            is_removed=True,
        )

    def removed(self, collection_id: str) -> Collection:
        """Return a collection whose removal can be undone. Raises ``NotFoundError`` ``collection.unknown``."""
        found = self._app.collections.get(collection_id, is_removed=True)
        if not self._is_shown(found) or found.removed_at is None or found.removed_at < self._now() - UNDO:
            raise unknown("collection", collection_id)
        return found

    def pin(self, collection_id: str, wanted: NewPin) -> Pin:
        """Pin a moment to a collection, and notify its agents.

        Raises as ``get`` does; ``NotFoundError`` ``conversation.unknown``, ``turn.unknown``; ``AccessError``;
        ``RequestError`` ``pin.invalid``; ``ConflictError`` ``pin.duplicate``, ``pin.too_many``.
        """
        collection = self.get(collection_id)
        conversation_id = wanted.conversation_id
        case = self._app.conversations.recorded([conversation_id]).get(conversation_id)
        if case is None or hides_talk(self._app, self._viewer.name, conversation_id):
            raise unknown("conversation", conversation_id)
        if wanted.turn_id not in {each.id for each in case.conversation.turns}:
            message = coded("conversation {id} has no turn {turn}", id=conversation_id, turn=wanted.turn_id)
            raise NotFoundError(message, code="turn.unknown", field="turn_id", value=wanted.turn_id)
        if not self.may_pin(conversation_id):
            raise missing(EDIT, self._viewer.kind)
        at = self._now()
        pin = rules.pinned(collection.collection_id, wanted, self._viewer.name, at)
        about = NewNotice("", "pinned", pin.pin_id, at, self._viewer.name, conversation_id)
        facts = self._whole.people.facts(conversation_id)
        agents = sorted(facts.agents) if facts else []
        return self._whole.collections.pin(
            pin, self._entry_of("moment.pinned", pin), [about._replace(agent_id=each) for each in agents]
        )

    def unpin(self, collection_id: str, pin_id: str) -> None:
        """Remove a moment from a collection, which can be undone for ten minutes. Raises as ``moment`` does; ``AccessError``."""
        collection = self.get(collection_id)
        pin = self._pin(collection_id, pin_id)
        if pin is None:
            raise unknown("pin", pin_id)
        self._check_pinner(collection, pin)
        self._whole.collections.mark(pin, self._now(), self._entry_of("moment.removed", pin))

    def repin(self, collection_id: str, pin_id: str) -> Pin:
        """Undo the removal of a moment. One that is not removed stays as it is.

        Raises as ``moment`` does, also after ten minutes; ``AccessError``.
        """
        collection = self.get(collection_id)
        pin = self._pin(collection_id, pin_id) or self.removed_pin(collection_id, pin_id)
        self._check_pinner(collection, pin)
        self._whole.collections.mark(pin, None, self._entry_of("moment.restored", pin))
        return pin

    def removed_pin(self, collection_id: str, pin_id: str) -> Pin:
        """Return a pin whose removal can be undone. Raises as ``moment`` does."""
        self.get(collection_id)
        return self._app.collections.removed_pin(collection_id, pin_id, self._now() - UNDO)

    def reorder(self, collection_id: str, wanted: NewOrder) -> ShownCollection:
        """Put the moments that the viewer is shown in another order.

        Raises as ``get`` does; ``AccessError``; ``ConflictError`` ``pin.order``.
        """
        self._check_maker(self.get(collection_id))
        shown = frozenset(each.pin_id for each in self._app.collections.pins(self._query(collection_id)))
        self._whole.collections.reorder(
            collection_id,
            lambda present: rules.reordered(present, wanted.pin_ids, shown),
            self._entry("collection.reordered", f"collection:{collection_id}"),
        )
        return self.show(collection_id)

    def move(self, collection_id: str, pin_id: str, by: int) -> ShownCollection:
        """Move a moment up (-1) or down (1); at the end it stays. Raises as ``reorder`` and ``moment`` do."""
        order = [each.pin_id for each in self.show(collection_id).moments]
        if pin_id not in order:
            raise unknown("pin", pin_id)
        at = order.index(pin_id)
        order.insert(max(0, at + by), order.pop(at))
        return self.reorder(collection_id, NewOrder(pin_ids=tuple(order)))

    def may_pin(self, conversation_id: str) -> bool:
        """Return whether the viewer may pin moments of a conversation; never of one that they rate blind."""
        reach = self._viewer.visibility(EDIT)
        is_in_reach = reach.is_everything or self._whole.people.sees(reach, conversation_id)
        return is_in_reach and not hides_talk(self._app, self._viewer.name, conversation_id)

    def may_change(self, collection: Collection) -> bool:
        """Return whether the viewer may rename, share, reorder and remove a collection."""
        return self._viewer.may_everywhere(EDIT) or (self._viewer.may(EDIT) and collection.made_by == self._viewer.name)

    def may_remove(self, collection: Collection, pin: Pin) -> bool:
        """Return whether the viewer may remove a moment: their own, or any of a collection that they may change."""
        return self.may_change(collection) or (self._viewer.may(EDIT) and pin.pinned_by == self._viewer.name)

    def _is_shown(self, collection: Collection) -> bool:
        return not self._is_agent or collection.is_shared_with(self._viewer.agent_ids)

    def _query(self, collection_id: str | None = None) -> PinQuery:
        shared = [
            each.collection_id
            for each in self._app.collections.listing()
            if each.is_shared_with(self._viewer.agent_ids)
        ]
        return PinQuery(collection_id, shared=tuple(shared), left_out=self._blind())

    def _blind(self) -> tuple[str, ...]:
        return hidden_from_talk(self._whole, self._viewer.name)

    def _waiting(self, query: PinQuery) -> list[Pin]:
        if self._is_agent or not self._viewer.may(EDIT):
            return []
        return self._app.collections.pins(query._replace(is_agreed=False, shared=()))

    def _pin(self, collection_id: str, pin_id: str) -> Pin | None:
        """Return a pin that is not removed, with the consent of its agents or without it."""
        found = self._app.collections.pins(self._query(collection_id)._replace(is_agreed=None))
        return next((each for each in found if each.pin_id == pin_id), None)

    def _moments(self, pins: list[Pin]) -> list[Moment]:
        ids = list(dict.fromkeys(each.conversation_id for each in pins))
        cases = self._whole.conversations.recorded(ids)
        readable = self._app.conversations.recorded(ids).keys()
        return [
            rules.moment_of(each, case.conversation, can_open=each.conversation_id in readable)
            for each in pins
            if (case := cases.get(each.conversation_id)) is not None
        ]

    def _check_editor(self) -> None:
        if not self._viewer.may(EDIT):
            raise missing(EDIT, self._viewer.kind)

    def _check_maker(self, collection: Collection) -> None:
        self._check_editor()
        if not self.may_change(collection):
            raise rules.not_yours(collection)

    def _check_pinner(self, collection: Collection, pin: Pin) -> None:
        self._check_editor()
        if not self.may_remove(collection, pin):
            message = coded("only who pinned a moment removes it, and who may change the collection")
            raise AccessError(message, code="pin.not_yours", field="pin_id", value=pin.pin_id)

    def _step(self, collection_id: str, action: str, act: Callable[[Collection], Collection]) -> Collection:
        self._check_maker(self.get(collection_id))
        return self._whole.collections.step(collection_id, act, self._entry(action, f"collection:{collection_id}"))

    def _entry(self, action: str, target: str) -> Draft:
        return draft(self._whole, self._viewer.label, action, target)

    def _entry_of(self, action: str, pin: Pin) -> Draft:
        target = f"conversation:{pin.conversation_id}"
        return draft(self._whole, self._viewer.label, action, target, collection=pin.collection_id)
