"""Pictures of every screen of the console, taken in Chromium from the demo's data: ``docs/images/console``.

``python -m tools.screenshots`` loads the example conversations, repeats them over half a year, has some of them audited,
and takes each screen in light and dark, and some as narrow as a phone.
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
from auscult.cli.operations.demo import life as demo_life
from auscult.cli.operations.demo import sound as demo_sound
from auscult.config import Settings
from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.domain.connectors.run import Order
from auscult.reports import REPORTS
from auscult.server.serving.listening import uvicorn_config
from auscult.services.audits.plans import Planning
from auscult.services.conversations.latest import Sought, latest
from auscult.storage.store import AppStore, Store

HERE = Path(__file__).parent.parent / "docs" / "images" / "console"
CONNECTOR = "genesys-eu"
QUALITY = 82
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-prefers-reduced-motion")


class Shot(NamedTuple):
    """One picture: the file's name, the page's path, the window's width, the theme, and whether the page is shown whole."""

    name: str
    path: str
    width: int = 1440
    theme: str = "light"
    is_whole: bool = False


def shots(conversation_id: str, audit_id: str, plan_id: str) -> tuple[Shot, ...]:
    """Return every picture of a QA manager. The conversation, the audit and the plan are ones that show something."""
    conversation = f"/conversations/{conversation_id}"
    return (
        Shot("home-light", "", is_whole=True),
        Shot("home-dark", "", theme="dark", is_whole=True),
        Shot("conversations-light", "/conversations"),
        Shot("conversations-dark", "/conversations", theme="dark"),
        Shot("conversations-360", "/conversations", width=360),
        Shot("conversation-light", conversation),
        Shot("conversation-dark", conversation, theme="dark"),
        Shot("conversation-360", conversation, width=360, theme="dark"),
        Shot("desk-light", f"/audits/{audit_id}"),
        Shot("desk-dark", f"/audits/{audit_id}", theme="dark"),
        Shot("overview-light", "/overview", is_whole=True),
        Shot("overview-dark", "/overview", theme="dark", is_whole=True),
        Shot("metric-light", "/metrics/em-empathy", is_whole=True),
        Shot("agents-light", "/agents"),
        Shot("insights-light", "/insights", is_whole=True),
        Shot("insights-360", "/insights", width=360, theme="dark", is_whole=True),
        Shot("plan-light", f"/plans/{plan_id}"),
        Shot("plan-editor-light", "/plans/new", is_whole=True),
        Shot("plan-editor-360", "/plans/new", width=360, theme="dark"),
        Shot("auditors-light", "/auditors"),
        Shot("form-editor-dark", "/forms/ef-starter-voice", theme="dark"),
        Shot("form-editor-light", "/forms/ef-starter-voice"),
    )


def shots_of_administration() -> tuple[Shot, ...]:
    """Return the pictures that an administrator takes."""
    return (
        Shot("users-light", "/administration/users"),
        Shot("jobs-light", "/administration/jobs"),
        Shot("retention-dark", "/administration/retention", theme="dark"),
        Shot("connectors-light", "/connectors"),
        Shot("connector-light", f"/connectors/{CONNECTOR}", is_whole=True),
    )


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


def take(driver: Chrome, address: str, shot: Shot, folder: Path) -> None:
    """Take one picture."""
    height = 960 if shot.width > 640 else 780  # noqa: PLR2004  (a phone's)
    view = {"width": shot.width, "height": height, "deviceScaleFactor": 1, "mobile": shot.width <= 640}  # noqa: PLR2004
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
    driver.add_cookie({"name": "auscult_theme", "value": shot.theme, "path": "/console"})
    driver.get(f"{address}/console{shot.path}")
    driver.execute_script("return document.fonts.ready")
    if shot.is_whole:
        view["height"] = driver.execute_script("return document.documentElement.scrollHeight")
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (folder / f"{shot.name}.webp").write_bytes(base64.b64decode(taken["data"]))


def planned(app: AppStore, auditors: Sequence[str]) -> str:
    """Make a plan for two auditors, draw it, and return its id."""
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
    return plan.plan_id


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
    """Take all pictures."""
    HERE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/auscult.db", state_dir=folder, workers=1)
        files = sorted((demo.examples() / demo.CONVERSATIONS).glob("*.ndjson"))
        with bootstrap.open(settings) as application:
            demo.load_examples(application, files)
            console = demo_life.add_people(application.store, demo.TENANT)
            demo_life.fill(application, demo.TENANT, files, demo_sound.recordings(demo.examples()))
            app = application.store.within(demo.TENANT)
            missed = latest(app, Sought(missed=("em-empathy",), agents=("a-00b31a2d2af9",)), limit=50).items
            shown = next(
                each for each in missed if each.audit.state == "not_assigned"
            )  # others may be hidden from Dana
            audits = app.audits.listing(state="assigned", auditor=console.people[0].email, limit=1)
            plan_id = planned(app, [each.email for each in console.people[:2]])
            connected(application.store, settings, Path(folder) / "exports")
            with serving(application, console) as address, browser() as driver:
                driver.get(f"{address}/console/link/{console.secret}")
                for shot in shots(shown.id, audits[0].conversation_id, plan_id):
                    take(driver, address, shot, HERE)
                    print(HERE / f"{shot.name}.webp")
                become(driver, console.people[-1].email)
                for shot in shots_of_administration():
                    take(driver, address, shot, HERE)
                    print(HERE / f"{shot.name}.webp")
    return 0


if __name__ == "__main__":
    sys.exit(main())
