"""Pages of the score report from many rows, against the same server sending the same bytes from memory.

Rows are synthetic and written straight into the listing, because filling takes the time. Everything else is the
real thing: one server process, its own port, tokens checked, eight connections that ask as fast as they are answered.

    python -m bench.pages [--rows 1000000] [--database URL] [--seconds 3]
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
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import msgspec

from auscult import bootstrap
from auscult.config import Settings, read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret
from auscult.storage.apps import Apps, take_turn
from auscult.storage.cells import cell_of
from auscult.storage.database import Database
from auscult.storage.filing import Filing, file_rows
from auscult.storage.instants import ms_of

GOLDEN = Path(__file__).parent.parent / "tests" / "golden"
TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
REPORT = "scorereporting"
PATH = f"/qualityai/api/v1/public/qualitymanagement/app/{TENANT.app_id}/{REPORT}"
MEMORY = "/bench/bytes"
CONNECTIONS = 8
ROUNDS = 5
BATCH = 5_000


def sample_row() -> bytes:
    """The largest row of the golden sample: eight metrics, about 1.5 KB as it is sent."""
    results = json.loads((GOLDEN / f"{REPORT}.response.json").read_bytes())["results"]
    return max((msgspec.json.encode(row) for row in results), key=len)


def filings(rows: int) -> Iterator[list[Filing]]:
    """Rows spread evenly over ninety days, in the order in which they would come in."""
    body, chance = sample_row(), random.Random(1)  # noqa: S311  (spread, not secrecy)
    at = body.index(b'"conversationId":"') + len(b'"conversationId":"')
    end = body.index(b'"', at)
    step = timedelta(days=DAYS) / rows
    for start in range(0, rows, BATCH):
        group: list[Filing] = []
        for number in range(start, min(rows, start + BATCH)):
            conversation = Conversation(
                id=f"c-{number:012d}-{chance.getrandbits(64):016x}",
                channel=chance.choice(("voice", "chat")),
                direction=chance.choice(("inbound", "inbound", "outbound")),
                started_at=FIRST + number * step,
            )
            status = chance.choices(("evaluated", "below_threshold"), (19, 1))[0]
            group.append(
                Filing(
                    conversation_id=conversation.id,
                    started_at=ms_of(conversation.started_at),
                    cell=cell_of(conversation, status),  # type: ignore[arg-type]
                    facets=(("queue", f"qu-{number % 20}"),),
                    rows={REPORT: body[:at] + conversation.id.encode() + body[end:]},
                    filed_at=None,
                )
            )
        yield group


def fill(url: str, rows: int) -> float:
    """Write the rows; how many seconds that took."""
    database = Database(url)
    app = Apps(database).key(TENANT)
    began = time.perf_counter()
    for group in filings(rows):
        with database.writing() as connection:
            take_turn(connection, app)
            file_rows(connection, database.dialect, app, group)
    took = time.perf_counter() - began
    database.close()
    return took


def serve(url: str, port: int, memory: str) -> None:
    """Be the server: the real application, and beside it one path that sends a file's bytes from memory."""
    import uvicorn  # noqa: PLC0415  (only the child needs it)
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import Response  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from auscult.server.listening import uvicorn_config  # noqa: PLC0415

    page = Path(memory).read_bytes()

    async def send(_: Request) -> Response:
        return Response(page, media_type="application/json")

    with bootstrap.open(settings_for(url)) as application:
        app = application.server_app()
        app.router.routes.insert(0, Route(MEMORY, send, methods=["POST"]))
        uvicorn.Server(uvicorn_config(app, "127.0.0.1", port)).run()


def settings_for(url: str) -> Settings:
    """Settings of a server that limits nobody."""
    return read_settings({**os.environ, "AUSCULT_RATE_LIMIT": "0"}, database_url=url)


class Asker:
    """Asks one thing over and over on several connections."""

    def __init__(self, port: int, path: str, body: bytes, token: str) -> None:
        """Prepare the request."""
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nauth: {token}\r\naccountId: {TENANT.account_id}\r\n"
        head += f"orgId: {TENANT.org_id}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._request = head.encode() + body
        self._port = port

    def ask(self) -> bytes:
        """The body of one answer."""
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            head, body = self._exchange(connection, memoryview(bytearray(1 << 20)))
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit((head + body).decode())
        return body

    def rate(self, seconds: float) -> float:
        """Answers a second over all connections."""
        counts = [0] * CONNECTIONS
        until = time.perf_counter() + seconds

        def work(number: int) -> None:
            room = memoryview(bytearray(1 << 20))
            with socket.create_connection(("127.0.0.1", self._port)) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while time.perf_counter() < until:
                    self._exchange(connection, room)
                    counts[number] += 1

        began = time.perf_counter()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - began)

    def _exchange(self, connection: socket.socket, room: memoryview) -> tuple[bytes, bytes]:
        """Send the request, read one whole answer into ``room``."""
        connection.sendall(self._request)
        size, end = 0, -1
        while end < 0:
            size += connection.recv_into(room[size:])
            end = bytes(room[: min(size, 4096)]).find(b"\r\n\r\n")
        head = bytes(room[: end + 4])
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while size < end + 4 + length:
            size += connection.recv_into(room[size:])
        return head, bytes(room[end + 4 : end + 260]) if length > 4096 else bytes(room[end + 4 : size])


def body_of(since: datetime, until: datetime, offset: int = 0) -> bytes:
    """A request of a hundred rows."""
    dates = {"startDate": f"{since:%Y-%m-%d %H:%M:%S}", "endDate": f"{until:%Y-%m-%d %H:%M:%S}"}
    return json.dumps({**dates, "limit": 100, "offset": offset}).encode()


def measure(port: int, token: str, rows: int, seconds: float) -> dict[str, list[float]]:
    """Pages a second of each case, round after round, so that all cases see the same weather."""
    whole = (FIRST, FIRST + timedelta(days=DAYS))
    middle = FIRST + timedelta(days=DAYS // 2, minutes=17)
    cases = {
        "same bytes from memory": (MEMORY, b"{}"),
        "offset 0 of the whole table": (PATH, body_of(*whole)),
        f"offset {rows * 9 // 10:,}": (PATH, body_of(*whole, rows * 9 // 10)),
        "offset 0 of one day": (PATH, body_of(middle, middle + timedelta(days=1))),
    }
    askers = {name: Asker(port, path, body, token) for name, (path, body) in cases.items()}
    for asker in askers.values():
        asker.ask()
    rates: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, asker in askers.items():
            rates[name].append(asker.rate(seconds / ROUNDS))
    return rates


def walk(port: int, token: str, rows: int) -> float:
    """Pages a second when every page is another one: offsets all over the table, none asked for twice."""
    whole = (FIRST, FIRST + timedelta(days=DAYS))
    chance = random.Random(2)  # noqa: S311  (spread, not secrecy)
    askers = [Asker(port, PATH, body_of(*whole, chance.randrange(rows * 9 // 10)), token) for _ in range(300)]
    began = time.perf_counter()
    for asker in askers:
        asker.ask()
    return len(askers) / (time.perf_counter() - began)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--seconds", type=float, default=10, help="for each case")
    parser.add_argument("--serve", nargs=2, metavar=("PORT", "BYTES"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(chosen.database, int(chosen.serve[0]), chosen.serve[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        run(chosen.database or f"sqlite:///{folder}/bench.db", chosen.rows, chosen.seconds, Path(folder))


def run(url: str, rows: int, seconds: float, folder: Path) -> None:
    """Do all of it on one database."""
    client = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=TENANT.account_id,
        app_ids=frozenset({TENANT.app_id}),
        scopes=frozenset({"Quality AI"}),
        created_at=datetime.now(UTC),
    )
    with bootstrap.open(settings_for(url)) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(client)
        took = fill(url, rows)
    token = jwt.encode({"appId": client.client_id}, client.secret)
    memory = folder / "page.json"
    row = sample_row()
    memory.write_bytes(b'{"results":[' + b",".join([row] * 100) + b'],"totalResults":1,"hasMore":false,"totalPages":1}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.pages", "--database", url, "--serve", str(port), str(memory)]
    server = subprocess.Popen(command)  # noqa: S603  (ourselves)
    try:
        wait_for(port)
        rates = measure(port, token, rows, seconds)
        pages = walk(port, token, rows)
    finally:
        server.terminate()
        server.wait()
    print(f"{os.cpu_count()} cores, {url.partition(':')[0]}, {rows:,} rows filled in {took:.0f} s")
    print(f"pages of 100 rows, {len(memory.read_bytes()):,} bytes, {CONNECTIONS} connections; median of {ROUNDS}")
    base = statistics.median(rates["same bytes from memory"])
    for name, values in rates.items():
        rate = statistics.median(values)
        print(f"  {name:<32} {rate:8.0f} pages/s   {rate / base:5.2f} of memory")
    print(f"  {'random offsets, one connection':<32} {pages:8.0f} pages/s")


def wait_for(port: int) -> None:
    """Wait until something listens."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("the server did not start")


if __name__ == "__main__":
    main()
