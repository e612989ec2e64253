"""Each write of the log through every door that makes it: console, API, command and assistant record the same."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import httpx2
import pytest
import typer.main
from litestar.routes import HTTPRoute
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from auscult import bootstrap
from auscult.cli import build
from auscult.cli.generated.table import table
from auscult.config import Settings
from auscult.domain.people.directory import DirectoryQueue
from auscult.domain.people.principal import operator
from auscult.server.console.privacy.log_words import ACTIONS
from auscult.server.mcp.tools import TOOLS
from auscult.server.people import vendor_queues
from auscult.server.vendor import hooks, recordings
from auscult.server.vendor.routes import ServedRoute
from auscult.services.people.users import Access, Users
from tests.data_files import data_of, lines_of
from tests.databases import database
from tests.e2e.consoles import console, email_of, example, signed_in
from tests.e2e.named import recording
from tests.e2e.people.signing_in import add
from tests.e2e.serving import KEY, TENANT, Service
from tests.golden.interfaces import commands
from tests.integration.connectors.placing import document
from tests.integration.in_process import auscult

pytestmark = pytest.mark.landing
HERE = Path(__file__).parent


def rows(name: str) -> list[list[str]]:
    """Return the three columns of a table of writes."""
    return [[part.strip() for part in line.split("|", 2)] for line in lines_of(HERE / name)]


WRITES, UNRECORDED = rows("writes.txt"), rows("unrecorded_writes.txt")
BASES = {"api": "/api/v1", "console": "/console", "scim": "/scim/v2", "vendor": ""}
CALLERS = {"command": "cli:", "scim": "client:cs-", "vendor": "client:cs-"}
"""Principals of doors that the administrator does not come through."""
NOTHING = "-"
AS_OFTEN = "+"
"""Ends an action that a write records once or more."""

FILES: dict[str, str] = data_of(__file__, "files")
"""Files that commands and pages are given."""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A console whose database the commands of this process open as well."""
    folder = tmp_path / "in"
    folder.mkdir()
    with (
        database("sqlite", "", tmp_path, content=example(1, 6)) as url,
        console(url, weeks=1, a_week=6, state_dir=str(tmp_path), connector_folders=str(folder), rate_limit=0) as found,
    ):
        monkeypatch.setenv("AUSCULT_DATABASE_URL", url)
        monkeypatch.setenv("AUSCULT_SECRET_KEY", KEY)
        yield found


def named(service: Service, folder: Path) -> dict[str, str]:
    """Return what requests name: files of a folder, a user, conversations, turns of one of them, and a recording."""
    names = {"folder": str(folder / "in"), "out": str(folder / "out"), "queue": "q-9"}
    files = {**FILES, "document": document(f"folder:{folder / 'in'}", "two").decode()}
    for name, content in files.items():
        names[name] = str(folder / f"{name}.md")
        Path(names[name]).write_text(content)
    app, users = service.store.within(TENANT), Users(service.store, operator())
    other = add(service, "other", "auditor")
    users.grant(users.find(email_of("administrator")), None, Access(role="administrator"))  # of the whole account
    app.people.directory.put_queues([DirectoryQueue(queue_id="q-9", name="Nine")])
    for index, each in enumerate(app.conversations.rerender("", 9)):
        about, evaluation = each.conversation, each.evaluation
        names |= {f"c{index}": about.id, f"customer{index}": about.customer.id or "" if about.customer else ""}
        names |= {f"c{index}.{number}": turn.id for number, turn in enumerate(about.turns[:2])}
        if evaluation.form:
            names |= {"form": evaluation.form.id, "metric": evaluation.results[0].metric.id}
    return {**names, "user": users.find(other).user_id, "recording": recording(service, names["c0"])}


def through(door: str, request: str, service: Service, browser: httpx.Client, names: dict[str, str]) -> str:
    """Make a request through a door; return why it was refused. Ids that the API answers with are in `names`."""
    first, _, rest = request.partition(" ")
    if door == "command":
        words, _, typed = request.partition(" < ")
        result = auscult(*words.split(), stdin=typed)
        return result.err if result.status else ""
    if door == "console":
        given = parse_qs(rest)
        files = {
            each: (Path(given[each][0]).name, Path(given.pop(each)[0]).read_bytes()) for each in {"file"} & {*given}
        }
        done = browser.request("POST" if rest != "-" else "GET", f"/console{first}", data=given, files=files or None)
        return "" if done.status_code in (200, 201, 303) else done.text
    if door == "assistant":
        token = browser.post("/api/v1/tokens", json={"name": "assistant", "days": 1}).json()["token"]
        return asyncio.run(assisted(service.url, token, first, json.loads(rest)))
    path, _, body = rest.partition(" ")
    headers = {"Content-Type": "application/json" if body.startswith("{") else "text/markdown"}
    client: httpx.Client = browser
    if door != "api":
        client = service.http
        headers = service.headers(auth=names["token"], iId=TENANT.app_id)
    done = client.request(first, f"{service.url}{BASES[door]}{path}", content=body or None, headers=headers)
    names |= dict(re.findall(r'"(\w+_id|id)":"([^"]+)"', done.text))
    return "" if done.is_success else done.text


async def assisted(url: str, token: str, tool: str, arguments: dict[str, Any]) -> str:
    """Call a tool as an assistant of the person with this token does; return why it was refused."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        done = await client.call_tool(tool, arguments)
        return str(done) if done.is_error else ""


def written(expected: str, made: list[str]) -> bool:
    """Return whether a write left these entries."""
    wanted = expected.removeprefix(NOTHING).split()
    often = {each.removesuffix(AS_OFTEN) for each in wanted if each.endswith(AS_OFTEN)}
    found = [key for key, group in groupby(made) for _ in ([1] if key in often else group)]
    return found == [each.removesuffix(AS_OFTEN) for each in wanted]


def test_every_door_records_the_same(service: Service, tmp_path: Path) -> None:
    """A write is logged alike through every door. Each action has a line in ``writes.txt`` or a test that asserts it."""
    log, names = service.store.log, named(service, tmp_path)
    names["token"] = service.token(service.new_client("users:write", "recordings:write"))
    doors: dict[str, set[str]] = defaultdict(set)
    wrong: list[tuple[str, str, list[str], str]] = []
    with signed_in(service, "administrator") as browser:
        for expected, door, request in WRITES:
            if door == "alone":
                verbs, text = [each.partition(".")[2] for each in expected.split()], Path(request).read_text()
                wrong += [(door, request, [each], "") for each in verbs if each not in text]
                doors |= {each: {door} for each in expected.split()}
                continue
            before = max((each.number for each in log.entries()), default=0)
            filled = re.sub(r"\{([a-z0-9_.]+)\}", lambda found: names.get(found[1], found[0]), request)
            refused = through(door, filled, service, browser, names)
            made = [each for each in log.entries(before) if door != "assistant" or each.action != "token.issued"]
            by = CALLERS.get(door, f"user:{email_of('administrator')}")
            strangers = [each.principal for each in made if not each.principal.startswith((by, "system"))]
            if (refused and "refused" not in expected) or strangers or not written(expected, [e.action for e in made]):
                wrong.append((door, request, [each.action for each in made] + strangers, refused[:300]))
            for each in made:
                doors[each.action].add(door)
                names[each.action] = (each.target or "").partition(":")[2]
    assert not wrong, "\n".join(map(str, wrong))
    assert not set(ACTIONS) - set(doors), sorted(set(ACTIONS) - set(doors))


def pattern_of(path: str) -> str:
    """Return the pattern of a path with names in braces."""
    return re.sub(r"\\{[^}]+\\}", "[^/ ]+", re.escape(path))


def doors_of(application: bootstrap.Application) -> Iterator[tuple[str, str, str]]:
    """Yield each way to write: the door, its name there, and a pattern of requests."""
    paths = {base: door for door, base in BASES.items() if base}
    for route in application.server_app().litestar.routes:
        base = next((each for each in (*paths, "/assist") if route.path.startswith(f"{each}/")), "")
        for method, (handler, _) in route.route_handler_map.items() if base and isinstance(route, HTTPRoute) else ():
            name = route.path_format.removeprefix(base)
            if method not in ("GET", "OPTIONS", "HEAD") and base == "/console":
                yield "console", name, f"{pattern_of(name)}( (?!-$).*)?"
            elif method not in ("GET", "OPTIONS", "HEAD"):
                yield paths.get(base, "api"), handler.handler_name, rf"{method} {pattern_of(name)}([ ?].*)?"
    for each in (kind for module in (hooks, recordings, vendor_queues) for kind in vars(module).values()):
        if isinstance(each, type) and issubclass(each, ServedRoute) and {"POST", "DELETE"} & {*each.methods}:
            templates = "|".join(map(pattern_of, getattr(each, "templates", ())))
            if templates:
                yield "vendor", each.__name__, rf"(POST|DELETE) ({templates})([ ?].*)?"
    programs = [" ".join(words) for words in commands(typer.main.get_command(build()), ())]
    groups = {words.rpartition(" ")[0] for words in programs} | {""}
    yield from (("command", words, rf"{words}( .*)?") for words in programs if words not in groups)
    yield from (("assistant", each.name, rf"{each.name} .*") for each in TOOLS if each.writes)


def test_every_way_to_write_is_tried_or_says_why_not(sqlite_url: str) -> None:
    """A route, a command or a tool that is new fails here, until its write is in one table or the other."""
    generated = {*table()}  # these run the handlers of operations
    excused = {(door, name.strip()) for _, door, names in UNRECORDED for name in names.split(",")}
    with bootstrap.open(Settings(database_url=sqlite_url)) as application:
        ways = [each for each in doors_of(application) if each[0] != "command" or each[1] not in generated]
    known = {(door, name) for door, name, _ in ways}
    tried = set[tuple[str, str]]()
    for _, door, request in WRITES:
        found = [(way.count("[^"), name) for its, name, way in ways if door == its and re.fullmatch(way, request)]
        tried |= {(door, name) for _, name in sorted(found)[:1]}  # a path of words before one of parameters
    missing = sorted(known - tried - excused)
    assert not missing, "\n".join(map(str, missing))
    assert excused <= known - tried, sorted(excused - (known - tried))
