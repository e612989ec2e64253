"""Assembly of the console: its pages, its files, and its responses to errors."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_405_METHOD_NOT_ALLOWED, HTTP_500_INTERNAL_SERVER_ERROR

from auscult.domain.errors import AuscultError, NotFoundError
from auscult.language import LANGUAGES
from auscult.language import gettext as _
from auscult.server.api.application import behind
from auscult.server.api.assist.live import FOR_AGENTS
from auscult.server.asgi import headers_of, scope_of
from auscult.server.console.absences import OfferedPage
from auscult.server.console.ai_agents.agents import AiAgentsPage
from auscult.server.console.assets import Assets, read_assets
from auscult.server.console.assist.files import files_router
from auscult.server.console.assist.knowledge import KnowledgePage
from auscult.server.console.assist.live import LivePage
from auscult.server.console.assist.session import SessionAuthorizer, session_router
from auscult.server.console.audits.auditors import AuditorsPage
from auscult.server.console.audits.desk import DeskPage
from auscult.server.console.audits.listing import AuditsPage
from auscult.server.console.audits.plan_editor import PlanEditorPage
from auscult.server.console.audits.plans import PlansPage
from auscult.server.console.audits.results.results import ResultsPage
from auscult.server.console.audits.results.self_review import BeginSelfReview, SelfReviewPage
from auscult.server.console.calibration.sessions import CalibrationPage
from auscult.server.console.coaching.items import CoachingPage
from auscult.server.console.comments import CommentsPage
from auscult.server.console.connectors.runs import ConnectorsPage
from auscult.server.console.connectors.wizard import ConnectorWizard
from auscult.server.console.conversations.conversation import ConversationPage
from auscult.server.console.conversations.listing import ConversationsPage
from auscult.server.console.corrections.trail import CorrectionsPage
from auscult.server.console.definitions.editor import ScorecardEditor, TaxonomyEditor
from auscult.server.console.definitions.forms.beginning import FormBeginning
from auscult.server.console.definitions.forms.editor import FormEditorPage
from auscult.server.console.definitions.forms.listing import FormsPage
from auscult.server.console.definitions.forms.ready import FormReadyPage
from auscult.server.console.definitions.listing import ScorecardsPage, TaxonomiesPage
from auscult.server.console.delivery.exports import ExportsPage
from auscult.server.console.delivery.webhooks import WebhooksPage
from auscult.server.console.directory import DirectoryPage
from auscult.server.console.disputes import DisputesPage
from auscult.server.console.explanations import ExplanationsPage
from auscult.server.console.first_hour import FormPage, InvitePage, LoadPage, StepsPage
from auscult.server.console.frame.kept import KeptPages
from auscult.server.console.frame.message import MessageView, failure_view, refusal_view
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.templating import Templates
from auscult.server.console.frame.visit import (
    AFTER_COOKIE,
    BASE,
    NOTICES,
    SHORTCUTS_COOKIE,
    THEME_COOKIE,
    THEMES,
    AnyRequest,
    Console,
    NoPermissionError,
    SignInRequiredError,
    Visit,
    Visitor,
    local,
    page_response,
    page_response_of,
    theme_of,
)
from auscult.server.console.history.effects import CardEffectPage, TopicEffectPage
from auscult.server.console.history.reach import FormOlderPage, FormReachPage
from auscult.server.console.history.sorted_topics import SortedTopicsPage
from auscult.server.console.history.trial import FormTrialPage
from auscult.server.console.insights.agents import AgentsPage
from auscult.server.console.insights.contact_reasons import InsightsPage
from auscult.server.console.insights.home.home import HomePage
from auscult.server.console.insights.metric import MetricPage
from auscult.server.console.insights.overview import OverviewPage
from auscult.server.console.insights.reasons import ReasonsPage
from auscult.server.console.limits import AccountsPage
from auscult.server.console.manual import ManualPage
from auscult.server.console.notices import NoticesPage
from auscult.server.console.operations.demo import Demo
from auscult.server.console.operations.jobs import JobsPage
from auscult.server.console.operations.tabs import AdministrationPage
from auscult.server.console.people.account import PATH as ACCOUNT
from auscult.server.console.people.account import AccountPage
from auscult.server.console.people.clients import ClientsPage
from auscult.server.console.people.rights import permission_in_words
from auscult.server.console.people.roles import RolesPage
from auscult.server.console.people.sign_in import Entrance, SignInPage
from auscult.server.console.people.users import UsersPage
from auscult.server.console.people.visitors import Visitors
from auscult.server.console.people.welcome import WelcomePage
from auscult.server.console.pinned import CollectionsPage, PinsPage
from auscult.server.console.privacy.approvals import ApprovalsPage
from auscult.server.console.privacy.erasure import ErasurePage
from auscult.server.console.privacy.holds import HoldsPage
from auscult.server.console.privacy.log import LogPage
from auscult.server.console.privacy.masks import MaskPage
from auscult.server.console.privacy.redactions import RedactionsPage
from auscult.server.console.privacy.retention import RetentionPage
from auscult.server.console.privacy.settings import SettingsPage
from auscult.server.console.recordings import SoundPage
from auscult.server.console.request_language import LANGUAGE_COOKIE, choose
from auscult.server.console.schedules.reports import SchedulesPage
from auscult.server.console.search.dialog import SearchPage
from auscult.server.console.targets import TargetsPage
from auscult.server.console.taught.teaching import TeachPage
from auscult.server.console.tuning import TuningPage
from auscult.server.console.workdays import WorkingDaysPage
from auscult.server.errors import failure_of, reason_of
from auscult.server.people.cookies import check_origin, session_secret
from auscult.server.request_context import context_of
from auscult.server.rest.context import Services
from auscult.server.rest.guards import Guard
from auscult.server.rest.routing import AppRouter
from auscult.services.notices.noticing import Noticing
from auscult.services.people.principals import SecondFactorRequiredError

_YEAR_S = 365 * 24 * 3600
_HOUR_S = 3600
_LARGEST = 1 << 20
_PAGES = (
    AccountPage,
    AccountsPage,
    AdministrationPage,
    AgentsPage,
    AiAgentsPage,
    ApprovalsPage,
    AuditorsPage,
    AuditsPage,
    BeginSelfReview,
    CalibrationPage,
    CardEffectPage,
    ClientsPage,
    CoachingPage,
    CollectionsPage,
    CommentsPage,
    ConnectorsPage,
    ConnectorWizard,
    ConversationPage,
    ConversationsPage,
    CorrectionsPage,
    DeskPage,
    DisputesPage,
    ErasurePage,
    ExplanationsPage,
    ExportsPage,
    FormBeginning,
    FormEditorPage,
    FormOlderPage,
    FormPage,
    FormReachPage,
    FormReadyPage,
    FormTrialPage,
    FormsPage,
    HoldsPage,
    HomePage,
    InsightsPage,
    ReasonsPage,
    InvitePage,
    JobsPage,
    KnowledgePage,
    LivePage,
    LoadPage,
    LogPage,
    ManualPage,
    MetricPage,
    TargetsPage,
    TeachPage,
    TuningPage,
    NoticesPage,
    OfferedPage,
    OverviewPage,
    PinsPage,
    PlanEditorPage,
    PlansPage,
    ResultsPage,
    MaskPage,
    RedactionsPage,
    RetentionPage,
    RolesPage,
    SchedulesPage,
    ScorecardEditor,
    TaxonomyEditor,
    SortedTopicsPage,
    TopicEffectPage,
    ScorecardsPage,
    SearchPage,
    SelfReviewPage,
    SettingsPage,
    SignInPage,
    SoundPage,
    StepsPage,
    TaxonomiesPage,
    UsersPage,
    WebhooksPage,
    WelcomePage,
    WorkingDaysPage,
    DirectoryPage,
)


def console_router(services: Services, demo: Demo | None = None) -> Router:
    """Return the router of everything below ``/console``; with ``demo``, of a demo."""
    store, now, assets = services.store, services.now, read_assets()
    kept = KeptPages(store, now)
    console = Console(assets=assets, templates=Templates(), now=now, counts=counts_of, services=services, kept=kept)
    visitors = Visitors(store, now, demo)
    entrance = Entrance(store, visitors, services.sign_in, demo, has_sign_on=services.sign_on is not None)

    async def before(request: AnyRequest) -> Response[str] | None:
        await choose(request)
        nonce = secrets.token_urlsafe(12)
        page = await kept.find(request, nonce)
        return None if page is None else page_response(page, nonce)

    def visit(request: AnyRequest) -> Visit:
        visitor = visitors.of(request)
        if visitor is None:
            raise SignInRequiredError
        return Visit(console, request, visitor)

    # Litestar copies what it is given, so stores and templates are handed over inside functions.
    def the_console() -> Console:
        return console

    def the_entrance() -> Entrance:
        return entrance

    return AppRouter(
        BASE,
        route_handlers=[*_PAGES, _assets(assets), language, theme, shortcuts, nowhere],
        dependencies={
            "visit": Provide(visit, sync_to_thread=True),
            "console": Provide(the_console, sync_to_thread=False),
            "entrance": Provide(the_entrance, sync_to_thread=False),
        },
        before_request=before,
        guards=[same_site],
        exception_handlers=_answers(console, visit),
        include_in_schema=False,
        request_max_body_size=_LARGEST,
    )


def counts_of(visitor: Visitor) -> Mapping[str, int]:
    """Return the number of items that wait for a visitor, by the name of the page in the menu."""
    found = {NOTICES: Noticing(visitor.app, lambda: datetime.now(UTC), visitor.principal).count_unread()}
    if "audit.perform" in visitor.permissions:
        found["My audits"] = visitor.app.queue.count_waiting(visitor.email)
    if "dispute.decide" in visitor.permissions:
        found["Disputes"] = visitor.app.disputes.count_open()
    return found


def same_site(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse a write that a page of another site may have caused. Raises ``AccessError`` ``origin.*``."""
    del handler
    scope: Any = connection.scope
    headers = headers_of(scope)
    check_origin(scope, headers, session_secret(scope, headers))


def _assets(assets: Assets) -> HTTPRouteHandler:
    """Return the handler of the console's files."""
    files = {path: file for path in assets.paths() if (file := assets.get(path))}
    present = assets.version

    @get("/assets/{version:str}/{path:path}", sync_to_thread=False)
    def asset(version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
        found = files.get(path.lstrip("/"))
        if found is None:
            raise NotFoundError(f"there is no file {path}", code="path.unknown", field="path", value=path)
        lasting = f"public, max-age={_YEAR_S}, immutable" if version == present else "no-cache"
        return Response(
            found.content, media_type=found.media_type, headers={"cache-control": lasting, "vary": "accept-encoding"}
        )

    return asset


@post("/theme", sync_to_thread=False)
def theme(data: Posted) -> Redirect:
    """Store the reader's theme in a cookie, and redirect back."""
    chosen = one(data, "theme")
    return _keep(THEME_COOKIE, chosen if chosen in THEMES else "auto", data)


@post("/shortcuts", sync_to_thread=False)
def shortcuts(data: Posted) -> Redirect:
    """Store the reader's choice of shortcuts of a single key, ``on`` or ``off``, in a cookie, and redirect back."""
    return _keep(SHORTCUTS_COOKIE, "off" if one(data, "shortcuts") == "off" else "on", data)


@post("/language", sync_to_thread=False)
def language(data: Posted) -> Redirect:
    """Store the reader's language for the console and agent assist in a cookie, and redirect back."""
    chosen = one(data, "language")
    answer = _keep(LANGUAGE_COOKIE, chosen if chosen in LANGUAGES else "", data, path="/")
    answer.delete_cookie(LANGUAGE_COOKIE, path=BASE)  # where it was kept before it held for agent assist
    return answer


def _keep(cookie: str, choice: str, data: Given, path: str = BASE) -> Redirect:
    """Store a choice of the reader in a cookie for the pages below ``path``, and redirect to the page it came from."""
    answer = Redirect(local(one(data, "back", BASE)), status_code=303)
    answer.set_cookie(cookie, choice, max_age=_YEAR_S, path=path, samesite="lax", httponly=True)
    return answer


@get("/{path:path}", sync_to_thread=False)
def nowhere(path: FromPath[str]) -> Response[str]:
    """Refuse an address without a page. Raises ``NotFoundError``."""
    raise NotFoundError(f"nothing is at {path}", code="path.unknown", field="path", value=path)


_Handlers = dict[int | type[Exception], Callable[..., Response[Any]]]


def with_nowhere(handlers: Mapping[int | type[Exception], Callable[..., Response[Any]]]) -> _Handlers:
    """Return the handlers of the whole server, with a page for addresses of the console that have none.

    The router looks for ``nowhere`` only next to the first part of a path, so not for /console/forms/x/y. An address that
    only takes what a page sends, and is opened again from the bar of a browser, leads to the page above it.
    """
    refused = handlers[HTTPException]

    def answer(request: AnyRequest, error: HTTPException) -> Response[Any]:
        path = request.url.path
        is_page = path.startswith(f"{BASE}/") and not path.startswith(f"{BASE}/assets/")
        if is_page and request.method == "GET" and error.status_code == HTTP_404_NOT_FOUND:
            return Redirect(f"{BASE}/nowhere", status_code=303)
        if is_page and request.method == "GET" and error.status_code == HTTP_405_METHOD_NOT_ALLOWED:
            return Redirect(path.rpartition("/")[0], status_code=303)
        return refused(request, error)

    return {**handlers, HTTPException: answer}


def _failed(console: Console) -> Callable[[AnyRequest, Exception], Response[Any]]:
    """Return the handler of errors that nothing expected: a page that needs no database."""

    def failed(request: AnyRequest, error: Exception) -> Response[Any]:
        found, headers = failure_of(request, error, console.services.store.trouble_of)
        reason = sentence(found.coded) if headers else ""
        view = failure_view(reason, context_of(scope_of(request)).request_id, BASE)
        page = {"view": view, "theme": theme_of(request)}
        answer = page_response_of(console, "alone", page, reason_of(found).status)
        answer.headers.update(headers)
        return answer

    return failed


def _set_up(request: AnyRequest, error: SecondFactorRequiredError) -> Response[Any]:
    """Redirect a person without the second factor that the app requires to the page on which to set it up."""
    del request, error
    return Redirect(ACCOUNT, status_code=303)


def _not_open(visit: Callable[[AnyRequest], Visit]) -> Callable[[AnyRequest, Any], Response[Any]]:
    """Return the handler of a missing permission, of a page or of what is done there: a page that names it."""

    def not_open(request: AnyRequest, error: NoPermissionError | AuscultError) -> Response[Any]:
        permission = error.permission if isinstance(error, NoPermissionError) else str(error.value)
        text = _("Your role does not open this page. An administrator can change that.")
        needs = _("It needs: {permission} ({id})").format(permission=permission_in_words(permission), id=permission)
        view = MessageView(title=_("Not open to you"), text=text, href=BASE, action=_("Home"), detail=needs)
        return visit(request).page("message", "", view, 403)

    return not_open


def _answers(console: Console, visit: Callable[[AnyRequest], Visit]) -> _Handlers:
    """Return the handlers of errors: each responds with a page that shows what is wrong, and what to do."""
    failed, no_permission = _failed(console), _not_open(visit)

    def sign_in(request: AnyRequest, error: SignInRequiredError) -> Response[Any]:
        del error
        answer: Response[Any] = Redirect(f"{BASE}/sign-in", status_code=303)
        if request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            wanted = local(f"{request.url.path}{query}")
            answer.set_cookie(AFTER_COOKIE, wanted, max_age=_HOUR_S, path=BASE, samesite="lax", httponly=True)
        return answer

    def refused(request: AnyRequest, error: AuscultError) -> Response[Any]:
        if error.reason == "permission.missing":
            return no_permission(request, error)
        return message(request, error.coded, reason_of(error).status)

    def by_router(request: AnyRequest, error: HTTPException) -> Response[Any]:
        if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
            return failed(request, error)
        return message(request, error.detail, error.status_code)

    def message(request: AnyRequest, words: str, status: int) -> Response[Any]:
        view = refusal_view(status, sentence(words), BASE)
        try:
            return visit(request).page("message", "", view, status)
        except SignInRequiredError as error:
            return sign_in(request, error)
        except AuscultError:  # what is wrong is who asks, or the app that they name
            return page_response_of(console, "alone", {"view": view, "theme": theme_of(request)}, status)

    return {
        SignInRequiredError: sign_in,
        SecondFactorRequiredError: _set_up,
        NoPermissionError: no_permission,
        AuscultError: refused,
        HTTPException: by_router,
        Exception: failed,
    }


BEHIND = "/assist/-"


def routers(authorizer: SessionAuthorizer, admission: Guard, services: Services, demo: Demo | None) -> list[Router]:
    """Return the routers of the pages, of their sign-in, and of the requests of their scripts."""
    live = behind(
        BEHIND, FOR_AGENTS, method=authorizer, admission=admission, services=services, include_in_schema=False
    )
    pages = console_router(services, demo)
    return [pages, live, session_router(f"{BEHIND}/session", authorizer.sign_in), files_router(BEHIND)]
