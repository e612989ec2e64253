"""Collections in the console: pages to listen through, and the form that pins a turn of a conversation."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.pinned import (
    EDIT,
    READ,
    Audience,
    ListedCollection,
    Moment,
    NewCollection,
    NewPin,
    ShownCollection,
)
from auscult.domain.recordings.recording import Recording
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of, several
from auscult.server.console.frame.visit import BASE, Console, TheVisit, Visit, missing
from auscult.server.console.people.names import names_of_people
from auscult.services.pinned import Collecting, PinOf
from auscult.services.recordings.clips import LONGEST_MS, clip_variant
from auscult.services.recordings.links import record_links
from auscult.services.recordings.variants import offer

T = TypeVar("T")
AnyVisit = TheVisit
_LABELS = {"name": later("Name"), "agent_ids": later("Agents"), "note": later("Why it is good, in a sentence")}
_NEW = "new"
"""The choice of a new collection in the form that pins."""
_COACH = "coaching.give"


class Pinning(NamedTuple):
    """The pins in one conversation, and what the form that pins shows.

    ``coach`` is the address of a new coaching item about a moment, without the turn; empty for who may give none.
    ``asked`` are the agents without whose consent a pin waits, ``typed`` what the form has.
    """

    conversation_id: str
    pins: tuple[PinOf, ...]
    collections: tuple[ListedCollection, ...]
    turns: Sequence[Turn]
    asked: tuple[str, ...]
    may_pin: bool
    coach: str
    typed: Mapping[str, str]

    @property
    def page(self) -> str:
        """Return the address of the conversation."""
        return f"{BASE}/conversations/{quote(self.conversation_id, safe='')}"

    @property
    def action(self) -> str:
        """Return the address that pins."""
        return f"{self.page}/pins"

    def at(self, turn_id: str) -> list[PinOf]:
        """Return the pins of a turn."""
        return [each for each in self.pins if each.pin.turn_id == turn_id]


def pinning_of(visit: Visit, conversation: Conversation, typed: Mapping[str, str] | None = None) -> Pinning:
    """Return the pins in a conversation as the visitor sees them."""
    work = collecting(visit)
    may_pin = work.may_pin(conversation.id)
    willing = visit.app.coaching.consents()
    (only,) = conversation.agents if len(conversation.agents) == 1 else (None,)
    clip = quote(f"{conversation.id}#", safe="")
    agent = f"agent={quote(only.id, safe='')}&" if only else ""
    return Pinning(
        conversation_id=conversation.id,
        pins=tuple(work.of_conversation(conversation.id)),
        collections=tuple(work.listing()) if may_pin else (),
        turns=conversation.turns,
        asked=tuple(each.name or each.id for each in conversation.agents if each.id not in willing),
        may_pin=may_pin,
        coach=f"{BASE}/coaching/new?{agent}clips={clip}" if visit.may(_COACH) else "",
        typed=typed or {"turn_id": "", "collection": "", "name": "", "note": ""},
    )


def collecting(visit: Visit) -> Collecting:
    """Return the collections of this visit's app as the visitor sees and changes them."""
    return Collecting(visit.store, visit.app.tenant, lambda: visit.now, visit.principal)


class PinsPage(Controller):
    """The form that pins a turn of one conversation."""

    path = "/conversations/{conversation_id:str}/pins"

    @get(sync_to_thread=True)
    def show(self, conversation_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show the form alone, as for browsers without scripts."""
        return self._page(visit, conversation_id, {"turn_id": visit.query.get("turn_id", [""])[0]})

    @post(sync_to_thread=True)
    def pin(self, conversation_id: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Pin a turn to a collection, or to a new one, and show the turn again."""
        work = collecting(visit)
        wanted = NewPin(conversation_id=conversation_id, turn_id=one(data, "turn_id"), note=one(data, "note"))
        try:
            work.pin(_collection(work, data), wanted)
        except (RequestError, ConflictError) as error:
            typed = {name: one(data, name) for name in ("turn_id", "note", "name", "collection")}
            return self._page(visit, conversation_id, typed, sentence_of(error, _LABELS), 422)
        return Redirect(f"{BASE}/conversations/{quote(conversation_id, safe='')}#t-{wanted.turn_id}", status_code=303)

    def _page(
        self, visit: Visit, conversation_id: str, typed: Mapping[str, str], problem: str = "", status: int = 200
    ) -> Response[str]:
        visit.require(EDIT)
        found = visit.app_for(READ).conversations.recorded([conversation_id]).get(conversation_id)
        if found is None or not collecting(visit).may_pin(conversation_id):
            raise missing("conversation", conversation_id)
        empty = {"turn_id": "", "collection": "", "name": "", "note": ""}
        pinning = pinning_of(visit, found.conversation, empty | dict(typed))
        return visit.page("pinned/pin", "Conversations", status=status, pinning=pinning, problem=problem)


class CollectionsPage(Controller):
    """The list of collections, and the page of one."""

    path = "/collections"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """List the collections, with an undo for one that was removed just now."""
        return self._list(visit)

    @post(sync_to_thread=True)
    def create(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Make a collection."""
        visit.require(EDIT)
        try:
            made = collecting(visit).create(_wanted(data))
        except (RequestError, ConflictError) as error:
            return self._list(visit, one(data, "name"), sentence_of(error, _LABELS), 422)
        return Redirect(f"{BASE}/collections/{made.collection_id}", status_code=303)

    @get("/{collection_id:str}", sync_to_thread=True)
    def show(self, collection_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show a collection, with an undo for a moment that was removed just now."""
        visit.require(READ)
        return self._page(visit, collecting(visit).show(collection_id))

    @post("/{collection_id:str}", sync_to_thread=True)
    def change(self, collection_id: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Rename, share or remove a collection, or undo its removal."""
        visit.require(EDIT)
        work = collecting(visit)
        match one(data, "do"):
            case "remove":
                work.remove(collection_id)
                return Redirect(f"{BASE}/collections?removed={collection_id}&done", status_code=303)
            case "restore":
                work.restore(collection_id)
            case _:
                try:
                    work.change(collection_id, _wanted(data))
                except (RequestError, ConflictError) as error:
                    found = work.show(collection_id)
                    return self._page(visit, found, one(data, "name"), sentence_of(error, _LABELS), 422)
        return Redirect(f"{BASE}/collections/{collection_id}", status_code=303)

    @post("/{collection_id:str}/{pin_id:str}", sync_to_thread=True)
    def act(self, collection_id: FromPath[str], pin_id: FromPath[str], data: Posted, visit: AnyVisit) -> Redirect:
        """Move a moment up or down, remove it, or undo its removal."""
        visit.require(EDIT)
        work, more, anchor = collecting(visit), "", f"#{pin_id}"
        match one(data, "do"):
            case "remove":
                work.unpin(collection_id, pin_id)
                more, anchor = f"?removed={pin_id}&done", ""
            case "restore":
                work.repin(collection_id, pin_id)
            case "up":
                work.move(collection_id, pin_id, -1)
            case _:
                work.move(collection_id, pin_id, 1)
        return Redirect(f"{BASE}/collections/{collection_id}{more}{anchor}", status_code=303)

    @get("/{collection_id:str}/{pin_id:str}/sound", sync_to_thread=True)
    def play(
        self,
        collection_id: FromPath[str],
        pin_id: FromPath[str],
        visit: AnyVisit,
        console: NamedDependency[SkipValidation[Console]],
    ) -> Redirect:
        """Redirect to the sound of a moment, no longer than its words. The log has an entry for the link."""
        visit.require("recording.play")
        moment = collecting(visit).moment(collection_id, pin_id)
        recording, span = _recording(visit, moment), moment.span
        if recording is None or span is None:
            raise missing("recording", pin_id)
        start, end = span
        whole = visit.store.within(visit.app.tenant)
        may_original = moment.can_open and visit.may("conversation.read_unredacted")
        services = console.services
        offered = offer(services.store, whole, services.recordings, recording, may_original=may_original)
        if offered.variant is None:
            raise missing("recording", pin_id)
        variant = clip_variant(offered.variant, start, min(end, start + LONGEST_MS))
        about = f"conversation:{moment.conversation_id}"
        record_links(whole, f"user:{visit.visitor.email}", about, 1, collection=collection_id)
        url = services.recording_links.link(recording.recording_id, variant)[0]
        return Redirect(url, status_code=303, headers={"cache-control": "no-store"})

    def _list(self, visit: Visit, typed: str = "", problem: str = "", status: int = 200) -> Response[str]:
        visit.require(READ)
        work = collecting(visit)
        removed = _if_there(work.removed, *visit.query.get("removed", [])[:1])
        return visit.page(
            "pinned/collections",
            "Collections",
            status=status,
            found=work.listing(),
            names=names_of_people(visit),
            may_make=visit.may(EDIT),
            removed=removed if removed is not None and work.may_change(removed) else None,
            typed=typed,
            problem=problem,
        )

    def _page(
        self, visit: Visit, found: ShownCollection, typed: str = "", problem: str = "", status: int = 200
    ) -> Response[str]:
        work, agents = collecting(visit), _agents(visit)
        may_change = work.may_change(found)
        removed = _if_there(partial(work.removed_pin, found.collection_id), *visit.query.get("removed", [])[:1])
        return visit.page(
            "pinned/collection",
            "Collections",
            status=status,
            found=found,
            names=names_of_people(visit),
            agents=agents if may_change else {},
            shared_with=[agents.get(each, each) for each in found.agent_ids] if visit.may(EDIT) else [],
            waiting=work.waiting(found.collection_id),
            may_change=may_change,
            may_remove={each.pin_id for each in found.moments if work.may_remove(found, each)},
            sounds=_sounds(visit, found),
            removed=removed,
            typed=typed or found.name,
            problem=problem,
        )


def _if_there(read: Callable[[str], T], *ids: str) -> T | None:
    """Return the thing of the id, if one is given; None where it is not there any more."""
    try:
        return next(map(read, ids), None)
    except NotFoundError:
        return None


def _wanted(data: Given) -> NewCollection:
    """Return the collection that a form asks for."""
    chosen = one(data, "readers")
    audience: Audience = "agents" if chosen in {"agents", "some"} else "colleagues"
    named = several(data, "agent_ids") if chosen == "some" else ()
    if chosen == "some" and not named:
        message = _("choose the agents with whom it is shared")
        raise RequestError(message, code="collection.invalid", field="readers")
    return NewCollection(name=one(data, "name"), audience=audience, agent_ids=named)


def _collection(work: Collecting, data: Given) -> str:
    """Return the id of the collection to pin to. One to be named is made, unless it is there: so a form can be sent again."""
    chosen, name = one(data, "collection"), one(data, "name")
    if not chosen:
        message = _("choose a collection, or name a new one")
        raise RequestError(message, code="pin.invalid", field="collection")
    if chosen != _NEW:
        return chosen
    known = (each.collection_id for each in work.listing() if each.name.casefold() == name.casefold())
    return next(known, None) or work.create(NewCollection(name=name)).collection_id


def _agents(visit: Visit) -> dict[str, str]:
    """Return the names of the agents by id, in order of names."""
    found = {each.agent_id: each.name or each.agent_id for each in visit.app.people.directory.agents()}
    return dict(sorted(found.items(), key=lambda each: each[1].casefold()))


def _sounds(visit: Visit, found: ShownCollection) -> dict[str, str]:
    """Return the addresses of the moments' sounds by pin; moments without sound are left out."""
    if not visit.may("recording.play"):
        return {}
    base = f"{BASE}/collections/{found.collection_id}"
    return {
        each.pin_id: f"{base}/{each.pin_id}/sound"
        for each in found.moments
        if each.span is not None and _recording(visit, each) is not None
    }


def _recording(visit: Visit, moment: Moment) -> Recording | None:
    """Return the recording of a moment with most speakers; with one of each, that of the pinned turn's speaker."""
    speaker = next((each.speaker for each in moment.turns if each.is_pinned), None)
    found = [
        each
        for each in visit.store.within(visit.app.tenant).recordings.of(moment.conversation_id)
        if each.state == "success"
    ]
    return max(found, key=lambda each: (len(each.speakers), speaker in each.speakers), default=None)
