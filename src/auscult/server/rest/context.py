"""Values that handlers receive by name: the app that a request is about, its caller, the services of this process."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar

from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from auscult.domain.people.principal import Principal as AppRights
from auscult.server.auth.principal import Principal
from auscult.server.rest.request import ApiRequest
from auscult.storage.store import AppStore, Store

if TYPE_CHECKING:  # commands import handlers, and none of what a server alone has
    from auscult.domain.probe import Probe
    from auscult.domain.scoring.explaining import Explainer
    from auscult.server.live import LiveService
    from auscult.server.settings import ServerSettings
    from auscult.services.people.principals import Principals
    from auscult.services.people.sign_in import SignIn
    from auscult.services.people.single_sign_on import SingleSignOn
    from auscult.services.recordings.links import RecordingLinks
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.services.scoring.intake.admission import AdmissionControl
    from auscult.services.scoring.render import Reports
    from auscult.storage.recordings.folder import RecordingFolder


class Services(NamedTuple):
    """The services that handlers work with."""

    store: Store
    reports: "Reports"
    settings: "ServerSettings"
    answered: "Callable[[], frozenset[type[Probe]]]"
    now: Callable[[], datetime]
    live: "LiveService"
    room: "AdmissionControl"
    principals: "Principals"
    sign_in: "SignIn"
    recordings: "RecordingFolder"
    recording_links: "RecordingLinks"
    trying: "Callable[[], Evaluator]"
    sign_on: "SingleSignOn | None" = None
    explainer: "Explainer | None" = None


class Ground(Protocol):
    """The part of the services that use cases need; commands have it without a server."""

    @property
    def store(self) -> Store:
        """The whole store: people, beyond the app."""
        ...

    @property
    def reports(self) -> "Reports":
        """The reports that are rendered when something changes."""
        ...

    @property
    def settings(self) -> "ServerSettings":
        """The operator's options for serving."""
        ...

    @property
    def answered(self) -> "Callable[[], frozenset[type[Probe]]]":
        """The kinds of probe for which an engine is configured."""
        ...

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock."""
        ...

    @property
    def trying(self) -> "Callable[[], Evaluator]":
        """The services that forms are tried with."""
        ...


T = TypeVar("T")
Use: TypeAlias = NamedDependency[SkipValidation[T]]
"""``Sessions = Use[Calibrating]``, ``sessions: Sessions``: a use case that ``operation.router`` provides by this name."""
App = NamedDependency[SkipValidation[AppStore]]
"""``app: App``: the store, narrowed to the app that a request is about."""
Caller = NamedDependency[SkipValidation[Principal]]
"""``caller: Caller``: the caller, with their permissions."""
Rights = NamedDependency[SkipValidation[AppRights]]
"""``rights: Rights``: the caller's rights in that app, as pairs of permission and scope."""
Server = NamedDependency[SkipValidation[Services]]
"""``server: Server``: the services of this process."""
Basis = NamedDependency[SkipValidation[Ground]]
"""``server: Basis``: the part of them that commands have, too."""


def dependencies(services: Services) -> dict[str, Provide]:
    """Return the dependencies of every router of the API."""

    async def app(request: ApiRequest) -> AppStore:
        return request.app_store

    async def caller(request: ApiRequest) -> Principal:
        return request.user

    async def rights(request: ApiRequest) -> AppRights:
        return request.rights

    async def server() -> Services:
        return services

    return {
        "app": Provide(app),
        "caller": Provide(caller),
        "rights": Provide(rights),
        "server": Provide(server),
    }
