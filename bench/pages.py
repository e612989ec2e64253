"""Pages of the five reports from many rows, against the same server sending the same bytes from memory.

Rows are synthetic and written straight into the listings, because filling takes the time. Everything else is the real
thing: one server process on a port of its own, tokens checked, eight connections that ask as fast as they are answered.

    python -m bench.pages [--rows 1000000] [--database URL] [--seconds 10] [--pull] [report …]
"""

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from litestar import Request, Response, post, put

from auscult import bootstrap
from auscult.config import Settings, read_settings
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from auscult.reports import REPORTS
from auscult.server.asgi import Receive, Scope, Send
from bench import qa14x8
from bench.asking import CONNECTIONS, Asker
from bench.filling import DAYS, FIRST, TENANT, fill
from bench.program import AUSCULT

MEMORY, BARE = "/bench/memory", "/bench/bare"
ROUNDS = 5
RANDOM, RANDOM_AT_ONCE = 600, 50
WHOLE = (FIRST, FIRST + timedelta(days=DAYS) - timedelta(seconds=1))
DAY = (FIRST + timedelta(days=44, minutes=17), FIRST + timedelta(days=45, minutes=17))
WEEK = (FIRST, FIRST + timedelta(days=6, hours=23))
"""What the two reports with a longest range take instead of everything."""

Body = dict[str, object]


def settings_for(url: str) -> Settings:
    """Settings of a server that limits nobody."""
    return read_settings({**os.environ, "AUSCULT_RATE_LIMIT": "0"}, database_url=url)


def serve(url: str, port: int) -> None:
    """Be the server: the real application, a path that sends bytes from memory, and a bare ASGI function that does."""
    import uvicorn  # noqa: PLC0415  (only the child needs it)

    from auscult.server.serving.listening import uvicorn_config  # noqa: PLC0415

    kept = [b""]

    @put(MEMORY)
    async def keep(request: Request) -> None:
        kept[0] = await request.body()

    @post(MEMORY, status_code=200)
    async def send(request: Request) -> Response:
        await request.body()
        return Response(kept[0], media_type="application/json")

    with bootstrap.open(settings_for(url)) as application:
        app = application.server_app()
        app.litestar.register(keep)
        app.litestar.register(send)

        async def bare(scope: Scope, receive: Receive, send: Send) -> None:
            """Send the kept bytes without a framework: what the server itself costs."""
            if scope["type"] == "http" and scope["path"] == BARE:
                await receive()
                size = str(len(kept[0])).encode()
                headers = [(b"content-type", b"application/json"), (b"content-length", size)]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": kept[0], "more_body": False})
            else:
                await app(scope, receive, send)

        uvicorn.Server(uvicorn_config(bare, "127.0.0.1", port)).run()


@contextmanager
def serving(url: str):  # noqa: ANN201  (two numbers)
    """Port of a server on this database, in a process of its own, and the number of that process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "bench.pages", "--database", url, "--serve", str(port)]) as server:  # noqa: S603
        try:
            for _ in range(1_200):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port, server.pid
        finally:
            server.terminate()


class Bench:
    """One report on one server."""

    def __init__(self, report: str, port: int, headers: Mapping[str, str]) -> None:
        """Ask for its first path."""
        self.report = report
        self.port = port
        self._headers = headers
        names = {"{streamId}": TENANT.app_id, "{botId}": TENANT.app_id, "{accountId}": TENANT.account_id}
        self._path = REPORTS[report].paths[0]
        for name, value in names.items():
            self._path = self._path.replace(name, value)
        self.size = REPORTS[report].limits.maximum
        self.widest = WEEK if report in ("calldetails", "aaconversation") else WHOLE

    def asker(self, span: tuple[datetime, datetime], offset: int = 0, **more: object) -> Asker:
        """Asks for one page of a range."""
        since, until = span
        body: Body = {"startDate": f"{since:%Y-%m-%d %H:%M:%S}", "endDate": f"{until:%Y-%m-%d %H:%M:%S}"}
        body |= {"limit": self.size, "offset": offset}
        if self.report == "aaconversation":
            flags = ("includeHistory", "includeAgenticHistory", "includeFeedback", "includeSummary")
            body = {"from": f"{since:%Y-%m-%d}", "to": f"{until:%Y-%m-%d}", "limit": self.size}
            body |= {"page": offset // self.size + 1, **dict.fromkeys(flags, True)}
        return Asker(self.port, self._path, json.dumps(body | more).encode(), self._headers)

    def memory(self, page: bytes) -> Asker:
        """Asks for the same bytes from memory."""
        import httpx  # noqa: PLC0415

        httpx.put(f"http://127.0.0.1:{self.port}{MEMORY}", content=page).raise_for_status()
        return Asker(self.port, MEMORY, b"{}", {})


def compare(bench: Bench, rows: int, seconds: float) -> None:
    """Print pages a second of each case, round after round, so that all cases see the same weather."""
    first = bench.asker(bench.widest)
    page = first.ask()
    deep = int(rows * 0.9) if bench.widest is WHOLE else int(rows * 0.9 * 7 / DAYS)
    cases = {
        "the same bytes from memory": bench.memory(page),
        "the widest range, first page": first,
        f"the widest range, offset {deep:,}": bench.asker(bench.widest, deep),
        "one day, first page": bench.asker(DAY),
    }
    if bench.widest is WHOLE:
        cases |= {
            "filtered by queue": bench.asker(WHOLE, queues=["qu-7"]),
            "filtered by direction": bench.asker(WHOLE, contact_direction="outbound"),
            "filtered by channel": bench.asker(WHOLE, channel=["chat"]),
        }
    rates: dict[str, list[float]] = {name: [] for name in cases}
    for asker in cases.values():
        asker.ask()
    for _ in range(ROUNDS):
        for name, asker in cases.items():
            rates[name].append(asker.rate(seconds / ROUNDS))
    base = statistics.median(rates["the same bytes from memory"])
    print(f"{bench.report}: pages of {bench.size}, {len(page):,} bytes")
    for name, values in rates.items():
        rate = statistics.median(values)
        print(f"  {name:<38} {rate:7.0f} pages/s   {rate / base:5.2f} of memory", flush=True)


def random_offsets(bench: Bench, rows: int, pid: int) -> None:
    """Print what pages cost where every page is another one, so that nothing is remembered of any.

    Each is asked for on a connection of its own, in turn with the same number of bytes from a bare ASGI function under
    the same server. Framework, token, count of requests, thread and database are the difference.
    """
    chance = random.Random(2)  # noqa: S311  (spread, not secrecy)
    askers = [bench.asker(WHOLE, chance.randrange(rows * 9 // 10)) for _ in range(RANDOM)]
    bench.memory(askers[0].ask())
    bare = Asker(bench.port, BARE, b"{}", {})
    walls, spent = ([0.0, 0.0] for _ in range(2))
    for start in range(0, RANDOM, RANDOM_AT_ONCE):
        group = askers[start : start + RANDOM_AT_ONCE]
        for kind, some in enumerate((group, [bare] * len(group))):
            began, before = time.perf_counter(), processor_s(pid)
            for asker in some:
                asker.ask()
            walls[kind] += time.perf_counter() - began
            spent[kind] += processor_s(pid) - before
    page, function = (RANDOM / wall for wall in walls)
    print(f"  {'random offsets, a new connection each':<38} {page:7.0f} pages/s   {page / function:5.2f} of bare ASGI")
    page, function = (each / RANDOM * 1e6 for each in spent)
    print(
        f"  {'… processor time of the server':<38} {page:7.0f} µs        {function / page:5.2f} of it bare ASGI",
        flush=True,
    )


def processor_s(pid: int) -> float:
    """Return the processor seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pull(bench: Bench) -> None:
    """Print conversations a second of one client that pulls everything, page after page, and reads the JSON."""
    began, offset, more = time.perf_counter(), 0, True
    while more:
        answer = json.loads(bench.asker(WHOLE, offset).ask())
        offset += len(answer["results"])
        more = answer["hasMore"]
    rate = offset / (time.perf_counter() - began)
    print(f"  whole pull, one client: {rate:,.0f} conversations/s ({offset:,} in all); the vendor's ceiling is 100")


def while_loading(bench: Bench, url: str, folder: Path, seconds: float) -> None:
    """Print what a reader is left with while a load into another app writes as fast as it can."""
    file = folder / "load.ndjson"
    qa14x8.write(file, 20_000)
    tenant = ("--account", TENANT.account_id, "--org", TENANT.org_id, "--app", "st-busy", "--database", url)
    subprocess.run([AUSCULT, "forms", "apply", qa14x8.FORM, *tenant], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    asker = bench.asker(WHOLE)
    alone = asker.rate(seconds)
    command = [AUSCULT, "load", file, *tenant]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as load:  # noqa: S603
        time.sleep(3)  # until its worker has started
        beside = asker.rate(seconds)
        busy = load.poll() is None
        load.terminate()
    print(
        f"  while a load runs: {beside:.0f} pages/s, {beside / alone:.2f} of alone{'' if busy else ' (it ended early)'}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="*", default=[])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; otherwise a new SQLite file")
    parser.add_argument("--seconds", type=float, default=10, help="for each case")
    parser.add_argument("--pull", action="store_true", help="pull everything once, too")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(chosen.database, chosen.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{folder}/bench.db"
        print(
            f"{os.cpu_count()} cores, {url.partition(':')[0]}, {chosen.rows:,} rows a report, {CONNECTIONS} connections"
        )
        headers = prepare(url)
        for report in chosen.reports or REPORTS:
            took = fill(url, report, chosen.rows)
            with serving(url) as (port, pid):
                bench = Bench(report, port, headers)
                compare(bench, chosen.rows, chosen.seconds)
                if report == "scorereporting":
                    random_offsets(bench, chosen.rows, pid)
                    while_loading(bench, url, Path(folder), chosen.seconds)
                    if chosen.pull:
                        pull(bench)
            print(f"  filled in {took:.0f} s", flush=True)


def prepare(url: str) -> dict[str, str]:
    """Make the database, a tenant and a client; the headers of its requests."""
    scopes = frozenset(scope for report in REPORTS.values() for scope in report.scopes)
    client = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=TENANT.account_id,
        app_ids=frozenset({TENANT.app_id}),
        scopes=scopes,
        created_at=datetime.now(UTC),
    )
    with bootstrap.open(settings_for(url)) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(client)
    token = jwt.encode({"appId": client.client_id}, client.secret)
    return {"auth": token, "accountId": TENANT.account_id, "orgId": TENANT.org_id, "iId": TENANT.app_id}


if __name__ == "__main__":
    main()
