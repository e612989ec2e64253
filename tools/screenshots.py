"""Pictures of every screen of the console, taken in Chromium from the demo's data: ``docs/images/console``.

``python -m tools.screenshots`` loads the example conversations, repeats them over half a year, has some of them worked
on, and takes each screen that a page of the documentation shows. With a folder it takes them there in light and dark, and
as narrow as a phone, for a check by eye.
"""

import base64
import contextlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver

from auscult import bootstrap
from auscult.bootstrap.scheduling import connecting
from auscult.cli.operations import demo
from auscult.cli.operations.demo import audits as demo_audits
from auscult.cli.operations.demo import life as demo_life
from auscult.cli.operations.demo import reviews as demo_reviews
from auscult.cli.operations.demo import sound as demo_sound
from auscult.cli.operations.demo import together
from auscult.config import Settings
from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.domain.connectors.run import Order
from auscult.reports import REPORTS
from auscult.server.serving.listening import uvicorn_config
from auscult.services.audits.plans import Planning
from auscult.services.conversations.latest import Sought, latest
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore, Store

HERE = Path(__file__).parent.parent / "docs" / "images" / "console"
CONNECTOR = "genesys-eu"
AI_AGENT = "ai-lark"
AI_CONVERSATION = "ai-05-failure-hidden"
QUALITY = 82
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-prefers-reduced-motion")


class Shot(NamedTuple):
    """One picture: the file's name, the page's path, and whether the page is shown whole."""

    name: str
    path: str
    is_whole: bool = False


class View(NamedTuple):
    """The settings of a picture: the window's width and the theme."""

    width: int = 1440
    theme: str = "light"


EVERY_VIEW = (View(), View(theme="dark"), View(390), View(390, "dark"))
"""The views of ``python -m tools.screenshots FOLDER``."""


def shots(conversation_id: str, audit_id: str, dispute_id: str) -> tuple[Shot, ...]:
    """Return every picture of a QA manager. The conversation, audit and dispute are ones that show something."""
    return (
        Shot("home", "", is_whole=True),
        Shot("notices", "/notices"),
        Shot("conversations", "/conversations"),
        Shot("conversation", f"/conversations/{conversation_id}"),
        Shot("desk", f"/audits/{audit_id}"),
        Shot("dispute", f"/disputes/{dispute_id}"),
        Shot("overview", "/overview", is_whole=True),
        Shot("insights", "/insights", is_whole=True),
        Shot("plan-editor", "/plans/new", is_whole=True),
        Shot("form-editor", "/forms/ef-starter-voice"),
        Shot("ai-agents", "/ai-agents", is_whole=True),
        Shot("ai-agent", f"/ai-agents/{AI_AGENT}?a=11&b=12", is_whole=True),
        Shot("ai-conversation", f"/conversations/{AI_CONVERSATION}"),
    )


OF_AGENT = (Shot("own-home", "", is_whole=True),)
OF_ADMINISTRATOR = (
    Shot("users", "/administration/users"),
    Shot("connector", f"/connectors/{CONNECTOR}", is_whole=True),
)
"""Pictures that an agent and an administrator take."""


@contextlib.contextmanager
def serving(application: bootstrap.Application, console: Any) -> Iterator[str]:
    """Serve a console on a free port; its address."""
    server = uvicorn.Server(uvicorn_config(application.server_app(console), demo.HOST, 0))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://{demo.HOST}:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def browser() -> Iterator[Chrome]:
    """Start Chromium, and end it."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in _FLAGS:
        options.add_argument(flag)
    driver = Chrome(options=options, service=Driver(shutil.which("chromedriver") or ""))
    try:
        yield driver
    finally:
        driver.quit()


def take(driver: Chrome, address: str, shot: Shot, folder: Path, views: Sequence[View]) -> None:
    """Store the pictures of a page: the one of the documentation is light, and has no width in its name."""
    for width, theme in views:
        is_phone = width <= 640  # noqa: PLR2004
        view = {"width": width, "height": 780 if is_phone else 960, "deviceScaleFactor": 1, "mobile": is_phone}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
        driver.add_cookie({"name": "auscult_theme", "value": theme, "path": "/console"})
        driver.get(f"{address}/console{shot.path}")
        driver.execute_script("return document.fonts.ready")
        if shot.is_whole:
            view["height"] = driver.execute_script("return document.documentElement.scrollHeight")
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
        taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        file = folder / f"{shot.name}-{theme}{f'-{width}' if is_phone else ''}.webp"
        file.write_bytes(base64.b64decode(taken["data"]))
        print(file)


def planned(app: AppStore, auditors: Sequence[str]) -> None:
    """Make a plan for two auditors, and draw it."""
    now = datetime.now(UTC)
    newest = latest(app, Sought(statuses=("evaluated",), channels=("voice",)), limit=1).items[0]
    document = PlanDocument(
        name="Monthly service plan",
        form_id=newest.form.id if newest.form else "",
        frame=Frame(since=now - timedelta(days=60), until=now),
        quota=Quota(per="queue", count=6),
        auditors=tuple(PlanAuditor(user=each, share=share) for each, share in zip(auditors, (40, 60), strict=True)),
        second_share=0.2,
        hidden=("machine", "others"),
        due_days=7,
    )
    planning = Planning(app, REPORTS, lambda: datetime.now(UTC))
    plan = planning.create(document, auditors[0])
    planning.draw(plan.plan_id, auditors[0])


def connected(store: Store, settings: Settings, folder: Path) -> None:
    """Put a connector in force that has read a folder of conversations once, and refused one."""
    folder.mkdir()
    turn = {"speaker": "agent", "text": "Thank you for calling, how can I help?"}
    for number, queue in enumerate(("billing", "billing", "retention-2")):
        call = {
            "custom_id": f"call-{number}",
            "channel": "voice",
            "started_at": datetime.now(UTC),
            "queues": [{"id": queue}],
            "turns": [turn],
        }
        (folder / f"call-{number}.json").write_bytes(msgspec.json.encode(call))
    (folder / "call-9.json").write_bytes(b"{")
    table = "mapping:\n  queues:\n    billing: {id: billing, name: Billing}\n"
    document = f"name: {CONNECTOR}\nplace: folder:{folder}\nformat: native\nevery: 15m\nsettle_s: 0\n{table}"
    service = connecting(store, demo.TENANT, settings)
    service.apply(document.encode())
    service.run(CONNECTOR, Order(kind="manual"))


def become(driver: Chrome, email: str) -> None:
    """Act as another person of the demo, by the form of the menu."""
    script = (
        "const form = document.querySelector('.personas form'); form.requestSubmit(form.querySelector(arguments[0]))"
    )
    driver.execute_script(script, f"button[value='{email}']")


def main() -> int:
    """Store all pictures of the documentation, or those of every view in a folder that is named."""
    target, views = (Path(sys.argv[1]), EVERY_VIEW) if len(sys.argv) > 1 else (HERE, EVERY_VIEW[:1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/auscult.db", state_dir=folder, workers=1)
        files = sorted((demo.examples() / demo.CONVERSATIONS).glob("*.ndjson"))
        languages = sorted((demo.examples() / demo.LANGUAGES).glob("*.ndjson"))
        with bootstrap.open(settings) as application:
            demo.load_examples(application, files)
            app = application.store.within(demo.TENANT)
            demo_audits.plan_and_audit(application, demo.TENANT, demo.examples(), list(demo.scored_examples(app)))
            demo_reviews.review_and_calibrate(application.store, demo.TENANT)
            disputes = app.disputes.disputes(DisputeQuery(state="open", limit=1))
            console = demo_life.add_people(application.store, demo.TENANT)
            demo_life.fill(application, demo.TENANT, [*files, *languages], demo_sound.recordings(demo.examples()))
            planned(app, [each.email for each in console.people[:2]])
            manager = console.people[0].email
            missed = latest(app, Sought(missed=("em-empathy",), agents=("a-00b31a2d2af9",)), limit=50).items
            hidden = {conversation_id for conversation_id, _ in app.queue.hidden(manager)}
            shown = next(each for each in missed if each.audit.state == "not_assigned" and each.id not in hidden)
            own = [each.conversation_id for each in app.audits.listing(state="assigned", auditor=manager)]
            audited = next(
                each for each in own if (case := app.audits.case(each)) and case.conversation.language == "en"
            )
            connected(application.store, settings, Path(folder) / "exports")
            with serving(application, console) as address, browser() as driver:
                driver.get(f"{address}/console/link/{console.secret}")
                for shot in shots(shown.id, audited, disputes[0].dispute.dispute_id):
                    take(driver, address, shot, target, views)
                for email, pictures in (
                    (together.AGENT_SIGNED_IN, OF_AGENT),
                    (console.people[-1].email, OF_ADMINISTRATOR),
                ):
                    become(driver, email)
                    for shot in pictures:
                        take(driver, address, shot, target, views)
    return 0


if __name__ == "__main__":
    sys.exit(main())
