"""The wizard of a connector: its document as steps with fields, and what a trial and a dry run of it found."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.connectors.document import PULLED, SECRETS, Kind, kind_of
from auscult.domain.connectors.parts import OPTIONAL, PARTS, parts_of
from auscult.formats.tables._described import NEEDED, SPEAKERS, Sampled
from auscult.formats.vendors import FORMATS
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.connectors.runs_view import KindCard
from auscult.server.console.definitions.forms.builder import Control
from auscult.server.console.definitions.forms.editor_view import DocumentView
from auscult.server.console.frame.meanings import meaning_of
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.reasons import fault_in_words
from auscult.services.connectors.checking import Check, Row
from auscult.services.connectors.trying import Tried
from auscult.services.definitions.forms.document import Path, Problem, field_name

STEPS: Mapping[str, str] = {
    "place": later("Place"),
    "connection": later("Connection"),
    "format": later("Format"),
    "columns": later("Columns"),
    "schedule": later("Schedule"),
    "dry": later("Dry run"),
    "text": later("Text"),
}
"""Steps, by the part of the page that each is."""

KINDS: Mapping[Kind, tuple[str, str]] = {
    "s3": (later("S3"), later("A bucket of Amazon S3, MinIO, or another store that speaks its protocol.")),
    "az": (later("Azure Blob Storage"), later("A container of a storage account.")),
    "gs": (later("Google Cloud Storage"), later("A bucket of Google Cloud.")),
    "sftp": (later("SFTP"), later("A folder of a server that is reached by SSH.")),
    "folder": (later("Folder"), later("A folder of the machine on which this server runs.")),
    "zendesk": (later("Zendesk"), later("Tickets with their comments, by the API.")),
    "twilio": (later("Twilio"), later("Transcripts of Conversational Intelligence, by the API.")),
    "intercom": (later("Intercom"), later("Conversations of a workspace, by the API.")),
    "zoom": (later("Zoom Contact Center"), later("Engagements by message, by the API.")),
    "genesys": (later("Genesys Cloud"), later("Conversations with transcripts, by the API.")),
}
"""Kinds of places, in the order in which they are offered: the name of each, and what it is."""

_PARTS: Mapping[str, tuple[str, str]] = {
    "bucket": (later("Bucket"), ""),
    "prefix": (later("Folder in it"), later("Empty for all of it.")),
    "path": (later("Folder"), ""),
    "host": (later("Server"), later("As archive.example.com.")),
    "port": (later("Port"), later("Empty for 22.")),
    "user": (later("User"), ""),
}
_ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "zendesk": (later("Subdomain"), later("acme of acme.zendesk.com.")),
    "twilio": (later("SID of the service"), later("It begins with GA.")),
    "intercom": (later("Region"), later("us, eu or au.")),
    "zoom": (later("Account ID"), ""),
    "genesys": (later("Domain of the region"), later("As mypurecloud.de.")),
}
_ACCESS: Mapping[Kind, tuple[str, ...]] = {
    "s3": ("endpoint", "region", "anonymous"),
    "gs": ("endpoint", "anonymous"),
    "az": ("account", "endpoint", "anonymous"),
    "sftp": ("host_key",),
    "folder": (),
}
_KEYS: Mapping[str, tuple[str, str]] = {
    "endpoint": (later("Address"), later("Empty for the provider's own, else as https://minio.example.com.")),
    "region": (later("Region"), later("As eu-central-1.")),
    "anonymous": (later("Credentials"), ""),
    "account": (later("Storage account"), ""),
    "host_key": (
        later("Public key of the server"),
        later("As ssh-ed25519 AAAA…; its administrator has it, or ssh-keyscan prints it."),
    ),
}
SECRET_WORDS: Mapping[str, str] = {
    "access_key_id": later("Access key ID"),
    "secret_access_key": later("Secret access key"),
    "session_token": later("Session token, of temporary keys only"),
    "service_account_key": later("Key of a service account, as JSON"),
    "account_key": later("Key of the account"),
    "sas_token": later("or a SAS token"),
    "password": later("Password"),
    "private_key": later("or a private key"),
    "passphrase": later("Passphrase of the private key"),
    "email": later("E-mail address"),
    "api_token": later("API token"),
    "oauth_token": later("or an OAuth token"),
    "account_sid": later("Account SID"),
    "auth_token": later("Auth token"),
    "access_token": later("Access token"),
    "client_id": later("Client ID"),
    "client_secret": later("Client secret"),
}
_LONG = ("service_account_key", "private_key")
_OPEN = ("access_key_id", "email", "account_sid", "client_id")
"""Secrets that are names, which are seen while they are typed."""

FORMAT_WORDS: Mapping[str, str] = {
    "any": later("Recognised by their content"),
    "described": later("A table or JSON of our own: CSV, JSON or lines of JSON, a row for each turn"),
    "native": later("Conversations of auscult"),
    "vcon": later("vCons"),
    "amazon-contact-lens": later("Amazon Contact Lens"),
    "amazon-connect-evaluations": later("Evaluations of Amazon Connect"),
    "genesys": later("Files of Genesys"),
    "genesys-cloud": later("Genesys Cloud"),
    "google-ccai": later("Google CCAI"),
    "intercom": later("Intercom"),
    "kore-express": later("Kore Express"),
    "twilio": later("Twilio"),
    "zendesk-qa": later("Zendesk QA"),
    "zendesk-tickets": later("Zendesk tickets"),
    "zoom-contact-center": later("Zoom Contact Center"),
}
FIELDS: Mapping[str, str] = {
    "id": later("Conversation"),
    "started_at": later("Began"),
    "speaker": later("Who spoke"),
    "text": later("Words"),
    "at": later("Said at, as a time"),
    "start_s": later("Said at, in seconds from the beginning"),
    "queue": later("Queue"),
    "agent": later("Agent"),
    "language": later("Language"),
    "channel": later("Channel"),
    "start_ms": later("Said at, in milliseconds from the beginning"),
    "ended_at": later("Ended"),
    "turns": later("List of turns, where a row is a conversation"),
}
"""Fields of a conversation that a column may hold, in the order of the page."""

WHO: Mapping[str, str] = {
    "agent": later("the agent"),
    "customer": later("the customer"),
    "bot": later("a bot"),
    "system": later("the system"),
}
IT_IS: Mapping[str, str] = {
    "agent": later("It is the agent"),
    "customer": later("It is the customer"),
    "bot": later("It is a bot"),
    "system": later("It is the system"),
}
WRITING: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    (
        "date_order",
        later("Dates begin with"),
        {"": later("what the rows show"), "day": later("the day"), "month": later("the month")},
    ),
    (
        "decimal",
        later("Decimals are after"),
        {"": later("what the rows show"), "comma": later("a comma"), "point": later("a point")},
    ),
)
"""Spelling of a table: the option, its label, and the choices."""
IT_IS_WRITTEN: Mapping[str, str] = {
    "date_order/day": later("The day is first"),
    "date_order/month": later("The month is first"),
    "decimal/comma": later("The comma divides decimals"),
    "decimal/point": later("The point divides decimals"),
}
"""Buttons that answer a question about the spelling of a file."""
_EVERY: Mapping[str, str] = {
    "": later("only when it is asked to"),
    "15m": later("every 15 minutes"),
    "1h": later("every hour"),
    "6h": later("every 6 hours"),
    "1d": later("every day, after midnight UTC"),
}
_LIMITS: tuple[tuple[tuple[str, str], str, str], ...] = (
    (("rate", "requests_per_s"), later("Requests in a second, at most"), "0"),
    (("rate", "at_once"), later("Requests at a time, at most"), "8"),
    (("watch", "volume"), later("Report less than this share of the usual"), "0.5"),
    (("watch", "minimum"), later("Conversations that make a comparison"), "20"),
)
"""Limits of the source and of the watch: the key of each, its label, and what is usual."""
_LACKING: Mapping[str, str] = {
    "id": later(
        "No column looks like the id of a conversation. Add one that is the same in all rows of a conversation."
    ),
    "started_at": later(
        "No column looks like a time. Add one with the time when the conversation began, as 2026-03-30 09:02."
    ),
    "speaker": later(
        "No column looks like who spoke. Add one with the same few words in all rows, as agent and customer."
    ),
    "text": later("No column looks like words. Add one with what was said."),
}
"""Instruction for each required field of a conversation that no column of a file has."""
_SAMPLES = 3
_MOST_VALUES, _MOST_TARGETS = 40, 400


class Seen(Struct, frozen=True, kw_only=True):
    """Results of a trial and a dry run. The page carries them; ``of_place`` and ``of_document`` are marks of what was tried."""

    tried: Tried | None = None
    of_place: str = ""
    dry: Check | None = None
    of_document: str = ""


class Asked(Struct, frozen=True, kw_only=True):
    """A field with the sentence below it. ``use``: the button that fills it, if there is one answer."""

    control: Control
    hint: str = ""
    samples: tuple[str, ...] = ()
    use: tuple[str, str] | None = None
    is_needed: bool = False


class Secret(Struct, frozen=True, kw_only=True):
    """The field of a secret; its value is never shown. ``is_given``: it was typed before, and is kept by the page."""

    name: str
    label: str
    is_long: bool
    is_open: bool
    is_given: bool


class ValueRow(Struct, frozen=True, kw_only=True):
    """A value of the source, how often it is there, and what it is here; ``fixes`` where rows with it are refused.

    ``hint``: the result of the field as it is.
    """

    source: str
    count: str
    control: Control
    hint: str = ""
    fixes: tuple[tuple[str, str], ...] = ()


class Reject(Struct, frozen=True, kw_only=True):
    """A refusal of the dry run, how often, with buttons that fix it, and the field that it is at."""

    key: str
    where: str
    reason: str
    more: str
    fixes: tuple[tuple[str, str], ...]
    field: str


class DryView(Struct, frozen=True, kw_only=True):
    """The results of a dry run. ``queues`` are names of queues; ``is_old``: the document changed since."""

    said: str
    problem: str
    counts: str
    rejects: tuple[Reject, ...]
    mapped: tuple[Row, ...]
    queues: Mapping[str, str]
    unknown: tuple[str, ...]
    is_old: bool


class TriedView(Struct, frozen=True, kw_only=True):
    """The results of a trial. ``is_old``: the place changed since; ``field``: the key that the problem is at."""

    said: str
    problem: str
    field: str
    is_old: bool
    keys: tuple[str, ...]
    key: str
    rows_said: str
    columns: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fault: str


class Opened(Struct, frozen=True, kw_only=True):
    """The open part, as the frame of builders asks for it; a wizard has none."""

    chosen: str = ""
    focus: str = ""
    is_readable: bool = True


class WizardView(DocumentView, frozen=True, kw_only=True):
    """The wizard. ``sealed``: secrets that were typed, encrypted; ``seen``: results that the page carries along.

    ``steps``: what is settled in each, and its state: ``done``, ``due``, or empty.
    ``elsewhere``: the destination of stored secrets that is not the document's.
    """

    back: str
    builder: Opened
    steps: Mapping[str, tuple[str, str]]
    kinds: tuple[KindCard, ...]
    place: tuple[Asked, ...]
    access: tuple[Asked, ...]
    secrets: tuple[Secret, ...]
    stored: str
    elsewhere: str
    missing: str
    sealed: str
    seen: str
    tried: TriedView | None
    format: tuple[Asked, ...]
    include: Control
    exclude: Control
    is_described: bool
    columns: tuple[Asked, ...]
    more_columns: tuple[Asked, ...]
    speakers: tuple[ValueRow, ...]
    queues: tuple[ValueRow, ...]
    queue_note: str
    agents: tuple[ValueRow, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    channels: tuple[ValueRow, ...]
    schedule: tuple[Asked, ...]
    schedule_said: str
    dry: DryView | None


class Made(NamedTuple):
    """All that the fields are made of."""

    value: Mapping[str, Any]
    problems: Sequence[Problem]
    seen: Seen
    queues: Mapping[str, str]
    reader: Reader
    agents: Mapping[str, str] = MappingProxyType({})

    @property
    def kind(self) -> Kind | None:
        """Return the kind of the place; None where it has none."""
        return kind_of(text(self.value.get("place")))

    @property
    def sample(self) -> Sampled | None:
        """Return the rows that a trial found."""
        return self.seen.tried.sample if self.seen.tried else None

    def at(self, path: Path) -> tuple[str, ...]:
        """Return the faults of a field, in words."""
        name = field_name(path)
        return tuple(fault_in_words(each.coded) for each in self.problems if each.field == name)


def text(value: object) -> str:
    """Return a value of a document as a field shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


def keyed(name: str) -> str:
    """Write a key of the source as a part of a field's path."""
    return "~" + quote(name, safe="").replace(".", "%2E")


def inside(value: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """Return the mapping at a path; an empty one where there is none."""
    found: Any = value
    for part in path:
        found = cast("dict[str, Any]", found).get(part) if isinstance(found, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def columns_in(made: Made) -> dict[str, str]:
    """Return which column holds what: as chosen, else as guessed by its name."""
    guessed = dict(made.sample.guessed) if made.sample else {}
    chosen = {what: text(column) for what, column in inside(made.value, "options", "columns").items()}
    return {what: column for what, column in (guessed | chosen).items() if column}


def kind_cards(kind: str | None) -> tuple[KindCard, ...]:
    """Show the kinds of places."""
    return tuple(
        KindCard(kind=each, name=_(name), about=_(about), is_chosen=each == kind)
        for each, (name, about) in KINDS.items()
    )


def place_fields(made: Made) -> tuple[Asked, ...]:
    """Show the address of the place, a field for each part."""
    kind, found = made.kind, parts_of(text(made.value.get("place")))
    if kind is None:
        return ()
    faults, asked = made.at(("place",)), list[Asked]()
    first = next((each for each in PARTS[kind] if not found[each] and each not in OPTIONAL), PARTS[kind][0])
    if faults and not found[first]:
        faults = (_("Still needed."),)
    for part in PARTS[kind]:
        label, hint = _ACCOUNTS[kind] if part == "account" else _PARTS[part]
        path = f"place.{part}"
        said, page = meaning_of("connector", part)
        control = Control(
            kind="text",
            label=_(label),
            path=path,
            id=path,
            value=found[part],
            faults=faults if part == first else (),
            help=_(said) if said else "",
            page=page,
        )
        asked.append(Asked(control=control, hint=_(hint) if hint else ""))
    return tuple(asked)


def access_fields(made: Made) -> tuple[Asked, ...]:
    """Show what access needs in addition to secrets."""
    asked: list[Asked] = []
    for key in _ACCESS.get(made.kind, ("endpoint",)) if made.kind else ():
        label, hint = _KEYS[key]
        value = inside(made.value, "access").get(key)
        options = (("false", _("with these")), ("true", _("none needed"))) if key == "anonymous" else ()
        kind = "switch" if options else "text"
        default = "false" if options else ""
        control = _control(made, ("access", key), _(label), kind, default, options, value)
        asked.append(Asked(control=control, hint=_(hint) if hint else ""))
    return tuple(asked)


def secret_fields(kind: Kind | None, given: Collection[str]) -> tuple[Secret, ...]:
    """Show the secrets of a kind of place."""
    return tuple(
        Secret(
            name=each,
            label=_(SECRET_WORDS[each]),
            is_long=each in _LONG,
            is_open=each in _OPEN,
            is_given=each in given,
        )
        for each in (SECRETS[kind] if kind else ())
    )


def format_fields(made: Made) -> tuple[Asked, ...]:
    """Show the format of the items, and what holds for all of them."""
    only = PULLED.get(made.kind) if made.kind else None
    names = (only,) if only else tuple(each for each in FORMAT_WORDS if each not in PULLED.values() or each in _FILES)
    options = tuple((each, _(FORMAT_WORDS.get(each, each))) for each in names if each in ("any", *FORMATS))
    chosen = made.value.get("format")
    asked = [Asked(control=_control(made, ("format",), _("The files are"), "choice", "", options, chosen))]
    if chosen == "described":
        channels = (("", _("as a column says, else calls")), ("voice", _("calls")), ("chat", _("chats")))
        given = inside(made.value, "options")
        choices = [("channel", _("They hold"), channels)]
        choices += [(key, _(label), tuple((each, _(word)) for each, word in of.items())) for key, label, of in WRITING]
        asked += [
            Asked(control=_control(made, ("options", key), label, "choice", "", options, given.get(key)))
            for key, label, options in choices
        ]
        zone = _control(made, ("options", "time_zone"), _("Times without a zone are of"), value=given.get("time_zone"))
        asked.append(Asked(control=zone, hint=_("As Europe/Berlin; empty for UTC.")))
    if not only:
        settle = _control(made, ("settle_s",), _("Wait until a file is this old, in seconds"), "number", "")
        asked.append(Asked(control=settle, hint=_("So that no file is read while it is written. Empty for the usual.")))
    return tuple(asked)


_FILES = ("twilio", "intercom", "zendesk-tickets", "genesys-cloud", "zoom-contact-center")


def pattern_words(made: Made, key: str, label: str, default: str) -> Control:
    """Show the patterns of items that are read, or left out."""
    value = made.value.get(key)
    given = [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else []
    said, page = meaning_of("connector", "patterns")
    return Control(
        kind="words",
        label=label,
        path=key,
        id=key,
        default=default,
        words=tuple(given),
        is_there=bool(given),
        faults=made.at((key,)),
        help=_(said),
        page=page,
    )


def column_fields(made: Made, names: Sequence[str]) -> tuple[Asked, ...]:
    """Show for each of some fields of a conversation the column that holds it."""
    sample, held = made.sample, columns_in(made)
    columns = sample.columns if sample else ()
    is_listed = "turns" in held
    asked: list[Asked] = []
    for what in names:
        column = held.get(what, "")
        guessed = sample.guessed.get(what, "") if sample else ""
        options = (("", _("leave out")), *((each, each) for each in columns))
        is_needed = what in NEEDED and not (is_listed and what in ("speaker", "text"))
        is_missing = is_needed and sample is not None and column not in columns
        use = _use(sample, what, held) if is_missing and sample else None
        reasons = ()
        if is_missing and column:
            reasons = (_("The file has no column {name}.").format(name=column),)
        elif is_missing:
            reasons = (_("No column is chosen.") if use or not columns else _(_LACKING[what]),)
        path = f"options.columns.{what}"
        control = Control(
            kind="text",
            label=_(FIELDS[what]),
            path=path,
            id=path,
            value=column,
            default=guessed,
            options=options if sample else (),
            is_there=bool(column),
            faults=(*reasons, *made.at(("options", "columns", what))),
        )
        asked.append(Asked(control=control, samples=_samples(sample, column), use=use, is_needed=is_needed))
    return tuple(asked)


def _use(sample: Sampled, what: str, held: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the button that chooses the column whose values look like what is needed."""
    column = sample.likely.get(what)
    if column is None or column in held.values():
        return None
    return f"use:{what}/{keyed(column)}", _("Use {column}").format(column=column)


def _samples(sample: Sampled | None, column: str) -> tuple[str, ...]:
    if sample is None or column not in sample.columns:
        return ()
    at = sample.columns.index(column)
    return tuple(dict.fromkeys(row[at] for row in sample.rows if row[at]))[:_SAMPLES]


def speaker_rows(made: Made) -> tuple[ValueRow, ...]:
    """Show who each value of the column of speakers is."""
    counts = _values(made, "speaker")
    said = {key.lower(): (key, value) for key, value in inside(made.value, "options", "speakers").items()}
    rows: list[ValueRow] = []
    for value, count in counts.items():
        known = SPEAKERS.get(value.strip().lower(), "")
        key, who = said.get(value.strip().lower(), (value.strip(), None))
        path = f"options.speakers.{keyed(key)}"
        options = tuple((each, _(word)) for each, word in WHO.items())
        chosen = text(who) or known
        control = Control(
            kind="text",
            label=_("{value} is").format(value=value or _("an empty cell")),
            path=path,
            id=path,
            value=chosen,
            default=known,
            options=options if chosen else (("", _("choose …")), *options),
        )
        fixes = () if chosen or not value else tuple((f"is:{who}/{keyed(value)}", _(IT_IS[who])) for who in WHO)
        rows.append(ValueRow(source=value, count=made.reader.number(count), control=control, fixes=fixes))
    return tuple(rows)


def shown_names(known: Mapping[str, str]) -> dict[str, str]:
    """Return names by their ids as lists show them: each with its id where another has the same."""
    count = Counter(name.casefold() for name in known.values())
    return {each: f"{name} ({each})" if count[name.casefold()] > 1 else name for each, name in known.items()}


def id_of(known: Mapping[str, str], given: str) -> str:
    """Return the id that a name in a list is of; what is no such name is an id itself."""
    names = {name.casefold(): each for each, name in shown_names(known).items()}
    return given if given in known else names.get(given.casefold(), given)


def is_long(known: Mapping[str, str]) -> bool:
    """Return whether there are too many names for each row to have a list of its own."""
    return len(known) > _MOST_VALUES


def target_rows(made: Made, what: Literal["queue", "agent"]) -> tuple[ValueRow, ...]:
    """Show what each queue or agent of the source is here."""
    table, known = inside(made.value, "mapping", f"{what}s"), made.queues if what == "queue" else made.agents
    shown = shown_names(known) if is_long(known) else {}
    rows: list[ValueRow] = []
    for value, count in _values(made, what, _MOST_TARGETS).items():
        if not value:
            continue
        target: Any = table.get(value)
        here = text(cast("dict[str, Any]", target).get("id")) if isinstance(target, dict) else text(target)
        path = f"mapping.{what}s.{keyed(value)}"
        control = Control(
            kind="text", label=_("{value} is").format(value=value), path=path, id=path, value=here, is_there=bool(here)
        )
        hint = ""
        if not shown:
            options = _targets(known, value, cast("object", target), here, has_table=bool(table))
            control = replace(control, options=options)
        else:
            control = replace(control, value=shown.get(here, here), list=f"list-{what}s")
            if not here:
                hint = _("Unknown") if table else _kept(known, value)
            elif here not in known:
                hint = _("Not in the directory: it is added.")
        rows.append(ValueRow(source=value, count=made.reader.number(count), control=control, hint=hint))
    return tuple(rows)


def _kept(known: Mapping[str, str], value: str) -> str:
    return _("kept as {name}").format(name=known.get(value, value))


def _targets(
    known: Mapping[str, str], value: str, target: object, here: str, *, has_table: bool
) -> tuple[tuple[str, str], ...]:
    """Return all that a queue or an agent of the source can be here."""
    kept = _kept(known, value)
    options = {"": _("Unknown"), value: kept} if has_table else {"": kept}
    options |= {each: name for each, name in known.items() if each != value}
    if here and here not in options:
        name = text(cast("dict[str, Any]", target).get("name")) if isinstance(target, dict) else ""
        options[here] = name or here
    return tuple(options.items())


def channel_rows(made: Made) -> tuple[ValueRow, ...]:
    """Show whether each word of the source for a channel is a call or a chat."""
    table = inside(made.value, "mapping", "channels")
    options = (("", _("as it says")), ("voice", _("a call")), ("chat", _("a chat")))
    return tuple(
        ValueRow(
            source=value,
            count=made.reader.number(count),
            control=_control(
                made,
                ("mapping", "channels", keyed(value)),
                _("{value} is").format(value=value),
                "choice",
                options=options,
                value=table.get(value),
            ),
        )
        for value, count in _values(made, "channel").items()
        if value
    )


def queue_note(made: Made, rows: Sequence[ValueRow]) -> str:
    """Return the sentence about queues that would become unknown; empty without one."""
    left = sum(not each.control.value for each in rows) if inside(made.value, "mapping", "queues") else 0
    return (
        ngettext(
            "{n} queue is not in the table and becomes Unknown.",
            "{n} queues are not in the table and become Unknown.",
            left,
        ).format(n=left)
        if left
        else ""
    )


def _values(made: Made, what: str, most: int = _MOST_VALUES) -> Mapping[str, int]:
    column = columns_in(made).get(what)
    found: Mapping[str, int] = made.sample.values.get(column, {}) if made.sample and column else {}
    return dict(sorted(found.items(), key=lambda each: -each[1])[:most])


def every_written(every: str) -> str:
    """Return the time between runs in words, as far as it can be read."""
    return _(_EVERY.get(every, every))


def schedule_fields(made: Made) -> tuple[Asked, ...]:
    """Show when it reads, and from which day on."""
    every = text(made.value.get("every"))
    options = tuple((each, _(word)) for each, word in _EVERY.items())
    if every not in _EVERY:
        options = (*options, (every, every))
    since = _control(made, ("since",), _("Leave out what was written before"), "text", "")
    return (
        Asked(control=_control(made, ("every",), _("It reads"), "choice", "", options, made.value.get("every"))),
        Asked(control=since, hint=_("A day as 2026-03-23; empty for everything.")),
        *(
            Asked(
                control=_control(made, path, _(label), "number", usual, value=inside(made.value, path[0]).get(path[1]))
            )
            for path, label, usual in _LIMITS
        ),
    )


def _control(  # noqa: PLR0913, PLR0917  (all of a field)
    made: Made,
    path: tuple[str, ...],
    label: str,
    kind: str = "text",
    default: str = "",
    options: tuple[tuple[str, str], ...] = (),
    value: object = None,
) -> Control:
    found = made.value.get(path[0]) if value is None and len(path) == 1 else value
    name = ".".join(path)
    said, page = meaning_of("connector", path[-1])
    return Control(
        kind=kind,
        label=label,
        path=name,
        id=name,
        value=default if found is None else text(found),
        default=default,
        options=options,
        is_there=found is not None,
        faults=made.at(path),
        help=_(said) if said else "",
        page=page,
    )
