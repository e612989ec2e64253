"""The use cases of connectors: applied, listed, checked, run now or when due, paused, removed."""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import yaml

from auscult.domain.connectors.contract import Mapper
from auscult.domain.connectors.document import PULLED, Connector, addresses_of, destination_of
from auscult.domain.connectors.run import Counts, Order, Run, Standing
from auscult.domain.conversation import Speaker
from auscult.domain.definitions.definition import Definition
from auscult.domain.delivery.addresses import Networks
from auscult.domain.delivery.destinations import ELSEWHERE, Destination, SecretBoundError, bound_elsewhere
from auscult.domain.errors import ConflictError, ConnectorError, NotFoundError, RequestError, coded
from auscult.domain.operations.guarding import guarded
from auscult.formats import Limits
from auscult.outgoing.dialling import check_address
from auscult.services.connectors.any_format import AnyFormat
from auscult.services.connectors.checking import Check, Extent, check
from auscult.services.connectors.documents import (
    check_connector,
    check_needed,
    check_secrets,
    make_mapper,
    read_connector,
)
from auscult.services.connectors.evaluations import Evaluations
from auscult.services.connectors.running import LEASE, Running
from auscult.services.connectors.trying import Tried, try_place
from auscult.services.privacy.log import SYSTEM, record
from auscult.services.scoring.render import Reports
from auscult.storage.connectors.places import open_place
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)
KIND = "connector"
OVERLAP = timedelta(days=1)
_LOOKED_AT = 100
_AGAIN = timedelta(hours=1)


class Connectors:
    """The connectors of one app. Cheap to make; threads may share one."""

    def __init__(  # noqa: PLR0913  (all that connectors need)
        self,
        app: AppStore,
        limits: Limits,
        now: Callable[[], datetime],
        networks: Networks,
        *,
        lease: timedelta = LEASE,
        folders: tuple[str, ...] | None = None,
        reports: Reports | None = None,
        by: str = SYSTEM,
    ) -> None:
        """Work on an app. ``networks`` are those in which a place may lie.

        ``folders`` are those below which a place may lie, and then secrets are needed; None: any.

        ``reports`` are rendered again where an evaluation by people is taken in; None: there are none.

        ``now`` returns aware UTC time; ``by`` is the principal in the access log.
        """
        self._app = app
        self._limits = limits
        self._now = now
        self._networks = networks
        self._lease = lease
        self._folders = folders
        self._reports = reports or {}
        self._by = by

    def apply(self, document: bytes, secrets: Mapping[str, str] | None = None, file: str = "connector") -> Definition:
        """Store a document as a new version; unchanged, the version stays. ``secrets`` None keeps those that are stored.

        Raises ``ConnectorError``, ``AddressRefusedError``, ``RequestError`` ``connector.place_not_allowed``, and
        ``SecretBoundError`` where the stored ones are for another destination.
        """
        connector = self.read(document, file)
        name, to, before = connector.name, destination_of(connector), self._destination(connector.name)
        given = self._given(connector, secrets)
        check_needed(connector, given)
        stored = self._app.definitions.publish(KIND, name, document)
        self._app.connectors.apply(name, secrets, following(connector.every_s, self._now()), to=to)
        self._log("connector.applied", name, version=stored.version, secrets=sorted(secrets or ()))
        if before not in (None, to):
            self._log("connector.destination_changed", name, **_hosts(before, to))
        return stored

    def set_sides(self, name: str, sides: Mapping[str, Speaker]) -> Definition:
        """Store a new version of a connector whose speakers are on these sides. Raises as ``apply`` and ``get`` do."""
        return self.apply(with_sides(self.definition(name).document, sides))

    def read(self, document: bytes, file: str = "connector") -> Connector:
        """Return the connector in a document. Raises ``ConnectorError`` with every problem."""
        found = check_connector(document, self._app.tenant.app_id)
        if found.connector is None:
            raise ConnectorError.of(each.describe(file) for each in found.problems)
        return found.connector

    def get(self, name: str) -> Connector:
        """Return a connector at its newest version. Raises ``NotFoundError`` ``connector.unknown``."""
        return read_connector(self.definition(name), self._app.tenant.app_id)

    def definition(self, name: str, version: int | None = None) -> Definition:
        """Return a document as it was applied. Raises ``NotFoundError`` ``connector.unknown``."""
        self._app.connectors.get(name)
        found = self._app.definitions.get(KIND, name, version)
        if found is None:
            message = coded("connector {name!r} has no version {version}", name=name, version=version)
            raise NotFoundError(message, code="connector.unknown", field="version", value=version)
        return found

    def remove(self, name: str) -> None:
        """Remove a connector. Raises ``NotFoundError`` ``connector.unknown``."""
        self._app.connectors.remove(name)
        self._app.definitions.remove(KIND, name)
        self._log("connector.removed", name)

    def pause(self, name: str, *, is_paused: bool) -> None:
        """Pause or resume a connector. Raises ``NotFoundError`` ``connector.unknown``.

        Paused, no run begins, and a run in progress ends after the group that it is storing.
        """
        self._app.connectors.pause(name, is_paused=is_paused)
        self._log("connector.paused" if is_paused else "connector.resumed", name)

    def check(self, name: str, order: Order | None = None, *, is_whole: bool = False) -> Check:
        """Try a stored connector; with ``is_whole`` as a dry run of everything. Raises ``NotFoundError``."""
        connector = self.get(name)
        return self._check(connector, self._kept(connector), order, is_whole=is_whole)

    def try_document(
        self,
        document: bytes,
        secrets: Mapping[str, str] | None,
        file: str = "connector",
        extent: Extent | None = None,
    ) -> Check:
        """Try a document that is not stored, within ``extent`` (None: its first rows).

        ``secrets`` None takes those that are stored for its name, if any.
        Raises ``ConnectorError``, ``AddressRefusedError``, ``RequestError`` ``connector.place_not_allowed``.
        """
        connector, given = self._allowed(document, secrets, file)
        return self._check(connector, given, None, is_whole=False, extent=extent)

    def try_place(
        self, document: bytes, secrets: Mapping[str, str] | None, key: str = "", file: str = "connector"
    ) -> Tried:
        """List the place of a document that is not stored, and read the first rows of a file. Raises as ``try_document``."""
        connector, given = self._allowed(document, secrets, file)
        return try_place(
            connector,
            self._mapper(connector),
            lambda: open_place(connector, given, self._networks, connector.since),
            self._now,
            key,
        )

    def run(self, name: str, order: Order, wait_for_room: Callable[[int], None] = lambda _size: None) -> Run:
        """Run a connector now, and return the run, which has the reason where it failed.

        Raises ``NotFoundError`` ``connector.unknown``; ``ConflictError`` ``connector.paused``, ``connector.running``.
        """
        if self._app.connectors.get(name).is_paused:
            message = coded("connector {name!r} is paused; resume it first", name=name)
            raise ConflictError(message, code="connector.paused", field="name", value=name)
        try:
            connector = self.get(name)
            secrets = self._kept(connector)
        except (ConnectorError, SecretBoundError) as error:
            return self._failed(name, order, error.coded)
        running = Running(
            self._app,
            connector,
            self._mapper(connector),
            lambda: open_place(connector, secrets, self._networks, self._since(connector, order)),
            self._now,
            wait_for_room=wait_for_room,
            lease=self._lease,
            submit=Evaluations(self._app, self._reports, name).submit,
        )
        return self._run(name, running.run(order, None if order.is_dry else following(connector.every_s, self._now())))

    def order(self, name: str, order: Order) -> Standing:
        """Ask a worker for a run. Raises as ``run`` does."""
        standing = self._app.connectors.get(name)
        if standing.is_paused:
            message = coded("connector {name!r} is paused; resume it first", name=name)
            raise ConflictError(message, code="connector.paused", field="name", value=name)
        self._app.connectors.order(name, order)
        return self._app.connectors.get(name)

    def run_due(self, wait_for_room: Callable[[int], None] = lambda _size: None) -> list[Run]:
        """Run what is due, one after the other; what runs already is left to its run."""
        runs: list[Run] = []
        for name, _ in self._app.connectors.due(self._now()):
            with guarded(LOG, f"connector {name}"), suppress(ConflictError, NotFoundError):
                # Refused where another worker was quicker, or it was paused or removed.
                order = dict(self._app.connectors.due(self._now())).get(name)  # those before may have run for hours
                if order is not None:
                    runs.append(self.run(name, order, wait_for_room))
        return runs

    def _failed(self, name: str, order: Order, reason: str) -> Run:
        """Store and return a run that failed before it began, of a connector that is tried again in an hour."""
        at, version = self._now(), self.definition(name).version
        is_scheduled = self._app.connectors.get(name).next_at is not None and not order.is_dry
        next_at = at + _AGAIN if is_scheduled else None
        begun = self._app.connectors.begin(name, version, order, at=at, lease=self._lease, next_at=next_at)
        begun.end(Counts(), at=at, error=reason)
        return self._run(name, begun.number)

    def _run(self, name: str, number: int) -> Run:
        return next(each for each in self._app.connectors.runs(name) if each.number == number)

    def _allowed(
        self, document: bytes, secrets: Mapping[str, str] | None, file: str
    ) -> tuple[Connector, Mapping[str, str]]:
        """Return the connector in a document that may be tried, and the secrets to try it with."""
        connector = self.read(document, file)
        return connector, self._given(connector, secrets)

    def _given(self, connector: Connector, secrets: Mapping[str, str] | None) -> Mapping[str, str]:
        """Return the secrets of a connector that may be read: those that are given, else those that are stored for it."""
        if secrets is not None:
            check_secrets(connector, secrets)
        found = self._kept(connector) if secrets is None else secrets
        self._check_allowed(connector, found)
        return found

    def _kept(self, connector: Connector) -> Mapping[str, str]:
        """Return the stored secrets of a connector. Raises ``SecretBoundError`` where they are for another destination."""
        names = self._stored_secrets(connector.name)
        before, to = self._destination(connector.name), destination_of(connector)
        if names and before != to:
            self._log("connector.secrets_refused", connector.name, **_hosts(before, to))
            raise bound_elsewhere(names, before, to)
        return self._app.connectors.secrets(connector.name, to) if names else {}

    def stored(self, name: str, connector: Connector | None) -> tuple[tuple[str, ...], str]:
        """Return the names of stored secrets, and their destination where a document leads elsewhere, else ""."""
        names, before = self._stored_secrets(name), self._destination(name)
        is_bound = connector is None or before == destination_of(connector)
        return names, "" if is_bound or not names else str(before or ELSEWHERE)

    def _destination(self, name: str) -> Destination | None:
        """Return the destination of the stored secrets, else of the document in force; None where neither is known."""
        found = self._app.connectors.destination(name)
        with suppress(NotFoundError, ConnectorError):  # new, or refused by this version
            return found or destination_of(self.get(name))
        return found

    def _log(self, action: str, name: str, **details: object) -> None:
        record(self._app, self._by, action, f"connector:{name}", **details)

    def _check(
        self,
        connector: Connector,
        secrets: Mapping[str, str],
        order: Order | None,
        *,
        is_whole: bool,
        extent: Extent | None = None,
    ) -> Check:
        since = self._since(connector, order or Order(kind="manual")) if is_whole else connector.since
        return check(
            connector,
            self._mapper(connector),
            lambda: open_place(connector, secrets, self._networks, since),
            self._now,
            order=order,
            is_whole=is_whole,
            extent=extent,
            refused=self._app.privacy.refused,
        )

    def _mapper(self, connector: Connector) -> Mapper:
        mapper = make_mapper(connector, self._app.tenant.app_id, self._limits)
        return mapper.in_app(self._app) if isinstance(mapper, AnyFormat) else mapper

    def _since(self, connector: Connector, order: Order) -> datetime | None:
        """Return the time from which an API is asked for changes; None for everything.

        That is a day before the last run of this version which read all that there was: items become complete, and
        clocks differ. What it lists again is in the manifest.
        """
        if order.since is not None or order.until is not None or order.is_repeated:
            return order.since
        if connector.kind not in PULLED:
            return None
        whole = (
            each.started_at - OVERLAP
            for each in self._app.connectors.runs(connector.name, _LOOKED_AT)
            if each.version == connector.version and _is_whole(each)
        )
        known = [each for each in (next(whole, None), connector.since) if each is not None]
        return max(known, default=None)

    def _check_allowed(self, connector: Connector, secrets: Mapping[str, str]) -> None:
        """Refuse what lies in a network that is not opened, and what only the command line on the server may read.

        That are its folders, and what its own credentials open.
        """
        for field, address in addresses_of(connector):
            is_plain = address.startswith("http://")
            check_address(field, address, self._networks.without_internet() if is_plain else self._networks)
        if self._folders is None:
            return
        if connector.kind == "folder":
            path = PurePosixPath(connector.place.removeprefix("folder:"))
            if ".." not in path.parts and any(path.is_relative_to(each) for each in self._folders):
                return
            raise RequestError(
                "the folder {path} cannot be read over the API; apply the connector with the command line on the server, or name a folder around it in AUSCULT_CONNECTOR_FOLDERS",
                path=path,
                code="connector.place_not_allowed",
                field="place",
                value=connector.place,
            )
        if not secrets and not connector.access.anonymous:
            raise RequestError(
                "a connector that is applied over the API brings its own credentials; give secrets, or set "
                "access.anonymous where none are needed",
                code="connector.place_not_allowed",
                field="secrets",
            )

    def _stored_secrets(self, name: str) -> tuple[str, ...]:
        """Return the names of the secrets that are stored for a connector, none where it is new."""
        return next((each.secrets for each in self._app.connectors.listing() if each.name == name), ())


def following(every_s: int, at: datetime) -> datetime | None:
    """Return the next time of a schedule after an instant, at multiples of its step since midnight UTC; None without."""
    if not every_s:
        return None
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % every_s + every_s, UTC)


def _is_whole(run: Run) -> bool:
    """Return whether a run read everything that the source had, and nothing was left for the next one."""
    is_range = run.order.since is not None or run.order.until is not None or bool(run.order.prefix)
    return run.state == "done" and not is_range and not run.order.is_dry and not run.counts.postponed


def _hosts(before: Destination | None, to: Destination) -> dict[str, str | None]:
    return {"before": before and before.host, "after": to.host}


def with_sides(document: bytes, sides: Mapping[str, Speaker]) -> bytes:
    """Return a document that was checked, YAML or JSON, with the sides of some speakers; others keep theirs."""
    text = document.decode()
    root = _composed(text)
    mapping = _value(root, "mapping")
    speakers = None if mapping is None else _value(mapping, "speakers")
    if speakers is not None:
        first, last = speakers.start_mark.index, speakers.end_mark.index
        before = text[first:last]
        given = {key.value: value.value for key, value in speakers.value}
        return _joined(
            text[:first], json.dumps(given | {**sides}, ensure_ascii=False), _blank_end(before) + text[last:]
        )
    added = json.dumps(sides, ensure_ascii=False)
    if mapping is not None:
        return _inserted(text, mapping, f'"speakers": {added}')
    if root.flow_style:
        return _inserted(text, root, f'"mapping": {{"speakers": {added}}}')
    return _joined(text.rstrip(), f"\nmapping:\n  speakers: {added}\n", "")


def _composed(text: str) -> yaml.MappingNode:
    node: object = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise TypeError("the document of a stored connector is a mapping")
    return node


def _value(node: yaml.MappingNode, name: str) -> yaml.MappingNode | None:
    found = (value for key, value in node.value if key.value == name)
    return next((value for value in found if isinstance(value, yaml.MappingNode)), None)


def _inserted(text: str, node: yaml.MappingNode, entry: str) -> bytes:
    """Put an entry first into a mapping, in its style."""
    at = node.start_mark.index
    if node.flow_style:
        return _joined(text[: at + 1], f"{entry}{', ' if node.value else ''}", text[at + 1 :])
    return _joined(text[:at], f"{entry}\n{' ' * node.start_mark.column}", text[at:])


def _blank_end(text: str) -> str:
    return text[len(text.rstrip()) :]


def _joined(before: str, between: str, after: str) -> bytes:
    return f"{before}{between}{after}".encode()
