"""The wizard of one connector: its document as steps, tried and dry-run before it is put in force."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.connectors.document import SECRETS, Connector, Kind, kind_of
from auscult.domain.definitions.form_version import DraftMovedError, revision_of
from auscult.domain.errors import AuscultError, kept
from auscult.language import gettext as _
from auscult.server.api.connectors import connecting
from auscult.server.console.connectors.changes import with_connector_changes
from auscult.server.console.connectors.findings import dry_view, steps, tried_view
from auscult.server.console.connectors.runs_view import every_word
from auscult.server.console.connectors.wizard_view import (
    FIELDS,
    SECRET_WORDS,
    STEPS,
    Asked,
    Made,
    Opened,
    Seen,
    WizardView,
    access_fields,
    channel_rows,
    column_fields,
    every_written,
    format_fields,
    is_long,
    kind_cards,
    pattern_words,
    place_fields,
    queue_note,
    schedule_fields,
    secret_fields,
    shown_names,
    speaker_rows,
    target_rows,
    text,
)
from auscult.server.console.definitions.drafts import (
    SAID_SAVED,
    Edited,
    Texts,
    base_of,
    draft_view,
    status_of,
    text_of,
    texts_of,
)
from auscult.server.console.definitions.faults import FaultLink, fixes_of
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.reasons import fault_in_words
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.services.connectors.checking import DRY_RUN
from auscult.services.connectors.connecting import KIND, Connectors, following
from auscult.services.connectors.documents import ConnectorCheck, check_connector, missing_secrets
from auscult.services.definitions.forms.document import Problem, read_document

PATH = f"{BASE}/connectors"
_TITLE = "Connectors"
_MANAGE = "connector.manage"
_FIRST = 8
"""Fields of a conversation that the page always shows; others are folded."""
_SEEN = msgspec.json.Decoder(Seen)


class _Edited(Edited, frozen=True):
    """A document after an action, with all that the page carries along."""

    given: Mapping[str, str] = {}
    seen: Seen = Seen()


class ConnectorWizard(Controller):
    """The wizard of one connector."""

    path = "/connectors/{name:str}/edit"

    @get(sync_to_thread=True)
    def show(self, name: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show the draft of a connector, or its version in force."""
        visit.require_everywhere(_MANAGE)
        is_saved = "saved" in visit.query.get("done", ())
        note = _(SAID_SAVED) if is_saved else ""
        return visit.page(
            "connectors/wizard", _TITLE, _view(visit, name, _Edited(_in_use(visit, name)), note), names=STEPS
        )

    @post(sync_to_thread=True)
    def act(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Run the action of a button: change, try, dry-run, save, or put in force. With ``part``, return only the steps."""
        visit.require_everywhere(_MANAGE)
        act, base = one(data, "act", "look"), base_of(data, _in_use(visit, name))
        edited = _changed(visit, name, data, base, act)
        if act in ("test", "dry") and not edited.problem:
            edited = _tried(visit, name, edited, act, one(data, "file"))
        done = _texts(visit, name).acted(visit, edited, data, lambda edited: _kept(visit, name, edited, act))
        if isinstance(done, Redirect):
            return done
        view = _view(visit, name, done, done.note)
        status = status_of(view.draft, done, data)
        if "part" in data:
            return visit.part("connectors/parts/connector_view", view, status, names=STEPS)
        return visit.page("connectors/wizard", _TITLE, view, status, names=STEPS)


def _texts(visit: Visit, name: str) -> Texts:
    return texts_of(visit.app.definitions, KIND, name, key="name")


def _in_use(visit: Visit, name: str) -> bytes:
    """Return the draft of a connector, else the document in force. Raises ``NotFoundError`` where there is neither."""
    draft = visit.app.definitions.draft(KIND, name)
    found = draft.document if draft else _in_force(visit, name)
    if found is None:
        raise missing("connector", name)
    return found


def _in_force(visit: Visit, name: str) -> bytes | None:
    stored = visit.app.definitions.get(KIND, name)
    return None if stored is None or stored.removed_at is not None else stored.document


def _changed(visit: Visit, name: str, data: Given, base: bytes, act: str) -> _Edited:
    document, sealed = text_of(data), one(data, "sealed")
    given = visit.app.connectors.unsealed(name, sealed) if sealed else {}
    given |= {each: value for each in SECRET_WORDS if (value := one(data, f"secret-{each}"))}
    seen = _seen(one(data, "seen"))
    edited = _Edited(document, revision=one(data, "revision"), given=given, seen=seen)
    made = _made(visit, edited, ())
    rows = tuple(row.source for row in target_rows(made, "queue"))
    names = {"queues": made.queues, "agents": made.agents}
    document, refused = with_connector_changes(data, document, base, act, names, rows)
    if refused is None:
        return replace(edited, document=document)
    return replace(edited, document=document, problem=sentence(refused.coded), problem_at=refused.field or "")


def _seen(given: str) -> Seen:
    """Return the results that a page carried; none where they cannot be read."""
    try:
        return _SEEN.decode(given) if given else Seen()
    except (msgspec.DecodeError, RecursionError):
        return Seen()


def _tried(visit: Visit, name: str, edited: _Edited, act: str, key: str) -> _Edited:
    """Try the place, or run dry; a problem is kept as the result."""
    service, secrets, seen = _service(visit), _own(edited), edited.seen
    problem = _obstacle(name, edited.document)
    if problem:
        return replace(edited, problem=problem)
    try:
        if act == "test":
            found = service.try_place(edited.document, secrets, key)
            seen = replace(seen, tried=found, of_place=_mark_of_place(edited))
        else:
            dry = service.try_document(edited.document, secrets, extent=DRY_RUN)
            seen = replace(seen, dry=dry, of_document=revision_of(edited.document))
    except AuscultError as error:
        return replace(edited, problem=sentence(error.coded.partition("\n")[0]), problem_at=error.field or "")
    return replace(edited, seen=seen)


def _kept(visit: Visit, name: str, edited: _Edited, act: str) -> Redirect | _Edited:
    """Store, put in force or discard a document; return the redirect, or the document with the obstacle.

    Where another text was saved since the document was opened, both are kept: that one is stored, this one is shown.
    """
    definitions, revision, here = visit.app.definitions, edited.revision or None, f"{PATH}/{name}"
    try:
        if act == "discard":
            definitions.discard_draft(KIND, name, revision)
            return Redirect(here if _in_force(visit, name) else PATH, status_code=303)
        problem = _obstacle(name, edited.document)
        if problem:
            return replace(edited, problem=problem)
        definitions.save_draft(KIND, name, edited.document, revision)
        if act == "save":
            return Redirect(f"{here}/edit?done=saved", status_code=303)
        edited = replace(edited, revision=revision_of(edited.document))
        _service(visit).apply(edited.document, _own(edited))
    except DraftMovedError:
        return _texts(visit, name).with_other(visit, edited)
    except AuscultError as error:
        return replace(edited, problem=sentence(error.coded.partition("\n")[0]), problem_at=error.field or "")
    return Redirect(f"{here}?done=applied", status_code=303)


def _obstacle(name: str, document: bytes) -> str:
    """Return what keeps a document from being tried or stored under its name; empty without anything."""
    value = read_document(document).value
    if isinstance(value, dict) and value.get("name") != name:
        return _("The document has the name {given}; a connector keeps its name, {name}.").format(
            given=value.get("name"), name=name
        )
    return ""


def _own(edited: _Edited) -> dict[str, str] | None:
    """Return the secrets that were typed for the kind of place; None where there are none, and the stored ones stay."""
    kind = _kind_of(edited.document)
    known = SECRETS[kind] if kind else ()
    return {name: value for name, value in edited.given.items() if name in known} or None


def _kind_of(document: bytes) -> Kind | None:
    value = read_document(document).value
    return kind_of(text(value.get("place"))) if isinstance(value, dict) else None


def _mark_of_place(edited: _Edited) -> str:
    """Return a mark of all that a trial of the place depends on."""
    value: Any = read_document(edited.document).value
    parts = (
        {key: value.get(key) for key in ("place", "access", "include", "exclude", "since", "format")} if value else {}
    )
    marked = msgspec.json.encode((parts, sorted(edited.given.items())), enc_hook=str, order="sorted")
    return blake2b(marked, digest_size=8, key=b"place").hexdigest()


def _queues(visit: Visit) -> dict[str, str]:
    found = visit.app.people.directory.queues()
    return {each.queue_id: each.name or each.queue_id for each in found if not each.is_gone}


def _agents(visit: Visit) -> dict[str, str]:
    return {each.agent_id: each.name or each.agent_id for each in visit.app.people.directory.agents()}


def _service(visit: Visit) -> Connectors:
    return connecting(visit.app, visit.services, f"user:{visit.visitor.email}")


def _made(visit: Visit, edited: _Edited, problems: tuple[Problem, ...]) -> Made:
    value = read_document(edited.document).value
    given = value if isinstance(value, dict) else {}
    return Made(given, problems, edited.seen, _queues(visit), visit.reader, _agents(visit))


def _view(visit: Visit, name: str, edited: _Edited, note: str) -> WizardView:
    document, checked = edited.document, check_connector(edited.document, visit.app.tenant.app_id)
    made = _made(visit, edited, checked.problems)
    draft, in_force = visit.app.definitions.draft(KIND, name), _in_force(visit, name)
    stored, elsewhere = _stored(visit, name, checked.connector)
    rows, kind, place = target_rows(made, "queue"), made.kind, place_fields(made)
    settled = _settled(visit, edited, made, checked, tuple(_own(edited) or stored))
    return WizardView(
        name=name,
        title=_("draft") if draft or in_force is None else _("in force"),
        back="/connectors",
        document=document.decode("utf-8-sig", "replace"),
        faults=_fault_links(checked.problems, next((each for each in place if each.control.faults), None), made.value),
        builder=Opened(is_readable=isinstance(read_document(document).value, dict)),
        steps=steps(made, settled),
        kinds=kind_cards(kind),
        place=place,
        access=access_fields(made),
        secrets=secret_fields(kind, edited.given),
        stored=", ".join(_(SECRET_WORDS.get(each, each)) for each in stored),
        elsewhere=elsewhere,
        sealed=visit.app.connectors.sealed(name, edited.given) if edited.given else "",
        seen=msgspec.json.encode(edited.seen, enc_hook=kept).decode(),
        format=format_fields(made),
        include=pattern_words(made, "include", _("Only files like"), _("all")),
        exclude=pattern_words(made, "exclude", _("But none like"), _("none left out")),
        more_columns=column_fields(made, tuple(FIELDS)[_FIRST:]),
        speakers=speaker_rows(made),
        queues=rows,
        queue_note=queue_note(made, rows),
        agents=target_rows(made, "agent"),
        lists=tuple(
            (name, tuple(sorted(shown_names(known).values(), key=str.casefold)))
            for name, known in (("queues", made.queues), ("agents", made.agents))
            if is_long(known)
        ),
        channels=channel_rows(made),
        schedule=schedule_fields(made),
        action=f"{PATH}/{name}/edit",
        draft=draft_view(visit, _texts(visit, name).stored(), document, edited.revision, edited.other),
        may_publish=True,
        can_publish=not checked.problems,
        note=note,
        problem=edited.problem,
        problem_at=edited.problem_at if edited.problem_at in ("place", "access.endpoint", "secrets") else "",
        **settled,
    )


def _stored(visit: Visit, name: str, connector: Connector | None) -> tuple[tuple[str, ...], str]:
    """Return the names of the stored secrets that go where a document leads; with the destination of others, if any."""
    found, elsewhere = _service(visit).stored(name, connector)
    return () if elsewhere else found, elsewhere


def _settled(
    visit: Visit, edited: _Edited, made: Made, checked: ConnectorCheck, secrets: tuple[str, ...]
) -> dict[str, Any]:
    """Return the parts of the view from which the list of steps follows."""
    return {
        "tried": tried_view(made, _mark_of_place(edited)),
        "dry": dry_view(made, revision_of(edited.document)),
        "columns": column_fields(made, tuple(FIELDS)[:_FIRST]),
        "missing": _missing(made.kind, secrets),
        "is_described": text(made.value.get("format")) == "described",
        "schedule_said": _schedule_said(visit, checked, made),
    }


def _missing(kind: Kind | None, names: tuple[str, ...]) -> str:
    lacking = missing_secrets(kind, names) if kind else ()
    return (
        _("Still needed: {list}.").format(list=", ".join(_(SECRET_WORDS[each]) for each in lacking)) if lacking else ""
    )


def _schedule_said(visit: Visit, checked: ConnectorCheck, made: Made) -> str:
    if checked.connector is None:
        return every_written(text(made.value.get("every")))
    at = following(checked.connector.every_s, visit.now)
    every = every_word(checked.connector.every_s)
    return _("{every}, next at {time}").format(every=every, time=visit.reader.lately(at)) if at else every


def _fault_links(
    problems: tuple[Problem, ...], place: Asked | None, document: Mapping[str, Any]
) -> tuple[FaultLink, ...]:
    """Show every fault with the field that it is at. ``place``: the field that a fault of the address is at."""
    is_empty = place is not None and not place.control.value
    found: list[FaultLink] = []
    for each in problems:
        key = each.field.partition(".")[0].partition("[")[0]
        control = (
            (f"s-{place.control.id}" if place else "") if key == "place" else f"s-{each.field}" if each.field else ""
        )
        found.append(
            FaultLink(
                where=_(STEPS["place"]) if key == "place" else each.field,
                text=_("Still needed.") if key == "place" and is_empty else fault_in_words(each.coded),
                line="" if each.line is None else str(each.line),
                control=control,
                part="",
                is_warning=False,
                fixes=fixes_of(each, document),
            )
        )
    return tuple(found)
