"""One tenant at its limits, and how long others wait meanwhile.

    python -m bench.tenants [--database URL] [--workers 1] [--rounds 4] [--seconds 60] [--deaf] [--unlimited] [--importing]

Two accounts share one server, its workers and a database, SQLite without ``--database``. The loud account has limits (``LIMITS``) and works at them
from a process of its own: one client sends loads of 500 conversations, one single conversations, one recordings of a
minute, and two read reports and lists, together a little more than its requests of a minute. The quiet account asks one thing after the other, with a
pause between: a page of a report, a list, one conversation, a conversation until it is accepted, and one until it is
readable.

Rounds alternate in one run: the quiet account alone, then both. Figures are of all rounds: median and 95th percentile
beside the loud account, and how many times the quiet ones that is. Goal: at most 2 times the median.
The loud account obeys ``Retry-After``; with ``--deaf`` it does not, nor does it pause. ``--unlimited`` sets no
limits, to see what they are for. With ``--importing`` it only sends loads, one after the other without a pause, and
has no limits; the quiet account sends one conversation every two seconds until it is readable, and asks for pages between.
``AUSCULT_`` settings reach the server: with ``AUSCULT_WORKERS_MOST=1`` it has no workers for loads alone. Client, server, worker and database share the machine.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple, TypeAlias

import httpx
import jwt
import msgspec
import sqlalchemy as sa

from auscult import bootstrap
from auscult.client import Access
from auscult.config import read_settings
from auscult.domain.limits import Limits, Owner
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import evaluations
from bench.flow import AT_A_TIME, Home, accept, drained, encoded, named
from tests.e2e.sounding import wav
from tests.waiting import wait_until

LIMITS = Limits(requests=600, backlog=2_000, storage_bytes=20_000_000_000, sound_minutes=10_000)
BEFORE = 2_000
"""Conversations that each account has before the first round."""
EVERY_S = {"load": 0.5, "single": 0.5, "sound": 1.0, "report": 0.3, "list": 0.3}
"""Pauses of the loud account's clients: together they ask a little more than it may."""
PAUSE_S = 0.1
IMPORTING, IMPORTING_PAUSE_S = ("readable", "list", "report", "conversation"), 0.5
AT_WORK_S = 5
"""Seconds until the backlog of the loud account is full."""
FASTEST = 200
"""Conversations a second that the loud account may come to send."""
GOAL = 2
SCOPES = ("Quality AI", "conversations:read", "recordings:write")
REPORT = "/qualityai/api/v1/public/qualitymanagement/app/{app}/scorereporting"
DAYS = {"startDate": "2026-01-01", "endDate": "2026-03-31"}

Found: TypeAlias = dict[str, list[float]]
"""Milliseconds of each answer, by what was asked."""


class Account:
    """One account's requests, without the patience of our own client. Threads may share it."""

    def __init__(self, url: str, access: Access) -> None:
        """Nothing is sent yet."""
        self.access = access
        self._http = httpx.Client(base_url=url, timeout=120)
        self._headers = {"accountId": access.account, "orgId": access.org, "iId": access.app}
        self._token, self._until = "", 0.0

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> httpx.Response:
        """Send one request."""
        if time.monotonic() > self._until:
            self._token, self._until = _token(self.access), time.monotonic() + 60
        return self._http.request(
            method, path, content=body, headers={**self._headers, "auth": self._token, "Content-Type": kind}
        )

    def report(self) -> httpx.Response:
        """Ask for the first page of a report."""
        return self.ask("POST", REPORT.replace("{app}", self.access.app), msgspec.json.encode(DAYS))

    def listing(self) -> httpx.Response:
        """Ask for a list of twenty conversations."""
        return self.ask("GET", "/api/v1/conversations?limit=20")

    def load(self, documents: Sequence[bytes], wait: int = 0) -> httpx.Response:
        """Send conversations."""
        return self.ask("POST", f"/api/v1/conversations?wait={wait}", b"\n".join(documents), "application/x-ndjson")

    def sound(self, conversation_id: str, body: bytes) -> httpx.Response:
        """Send a recording."""
        return self.ask("POST", f"/api/v1/conversations/{conversation_id}/recordings", body, "audio/wav")


def _token(access: Access) -> str:
    now = int(time.time())
    claims = {"appId": access.client_id, "iat": now, "exp": now + 300}
    return jwt.encode(claims, access.client_secret, algorithm="HS256")


class Work(NamedTuple):
    """The work of the loud account."""

    url: str
    access: Access
    seed: int
    seconds: float
    is_deaf: bool


def importing(work: Work, ready: Event, over: Event, answers: "multiprocessing.Queue[Counter[str]]") -> None:
    """Send loads until it is over, as fast as they are accepted; put the number of conversations that were."""
    documents = encoded(round(work.seconds * FASTEST), work.seed)
    groups = [documents[at : at + AT_A_TIME] for at in range(0, len(documents), AT_A_TIME)]
    account, told = Account(work.url, work.access), Counter[str]()
    ready.set()
    for group in groups:
        while not over.is_set():
            answer = account.load(group)
            told[f"load {answer.status_code}"] += len(group)
            if answer.status_code == httpx.codes.ACCEPTED:
                break
            over.wait(float(answer.headers.get("retry-after", 1)))
    over.wait()
    answers.put(told)


def loud(work: Work, ready: Event, over: Event, answers: "multiprocessing.Queue[Counter[str]]") -> None:
    """Work at the limits until it is over; put how often each was answered with what."""
    documents = encoded(round(work.seconds * FASTEST), work.seed)
    groups = [documents[at : at + AT_A_TIME] for at in range(0, len(documents), AT_A_TIME)]
    single = encoded(2_000, work.seed + 1)
    names = [msgspec.json.decode(each)["id"] for each in single]
    told: Counter[str] = Counter()

    def again(what: str, step: Callable[[Account, int], httpx.Response]) -> None:
        account = Account(work.url, work.access)
        for number in count():
            if over.is_set():
                return
            answer = step(account, number)
            told[f"{what} {answer.status_code}"] += 1
            if not work.is_deaf:
                over.wait(float(answer.headers.get("retry-after", EVERY_S[what])))

    steps: list[tuple[str, Callable[[Account, int], httpx.Response]]] = [
        ("load", lambda account, n: account.load(groups[n % len(groups)])),
        ("single", lambda account, n: account.load([single[n % len(single)]])),
        ("sound", lambda account, n: account.sound(names[n % 10], wav(n.to_bytes(4, "little") * 240_000))),
        ("report", lambda account, _: account.report()),
        ("list", lambda account, _: account.listing()),
    ]
    ready.set()
    with ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(again, *step) for step in steps]:
            done.result()
    answers.put(told)


@contextmanager
def beside(work: Work, told: Counter[str], act: Callable[..., None] = loud) -> Iterator[None]:
    """Let the loud account work until the end of the block."""
    context = multiprocessing.get_context("spawn")
    ready, over, answers = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=act, args=(work, ready, over, answers))
    process.start()
    try:
        assert ready.wait(300)
        time.sleep(AT_WORK_S)
        yield
    finally:
        over.set()
        told.update(answers.get(timeout=180))
        process.join()


def quiet(
    account: Account, documents: Iterator[bytes], seconds: float, found: Found, asked: tuple[Sequence[str], float]
) -> None:
    """Ask one thing after the other, those named or all, with a pause between, and keep how long each answer took."""
    names, pause_s = asked
    known = account.listing().json()["items"][0]["id"]
    steps: dict[str, Callable[[], httpx.Response]] = {
        "report": account.report,
        "list": account.listing,
        "conversation": lambda: account.ask("GET", f"/api/v1/conversations/{known}"),
        "accepted": lambda: account.load([next(documents)]),
        "readable": lambda: account.load([next(documents)], wait=60),
    }
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for name in names or steps:
            began = time.perf_counter()
            answer = steps[name]()
            assert answer.status_code == (202 if name == "accepted" else 200), (name, answer.status_code, answer.text)
            found.setdefault(name, []).append(1000 * (time.perf_counter() - began))
            time.sleep(pause_s)


def printed(alone: Found, both: Found, told: Counter[str]) -> None:
    """Print a line for each request, and what the loud account was told."""
    for name, before in alone.items():
        after = both[name]
        median, high = (statistics.median(each) for each in (before, after))
        low95, high95 = (statistics.quantiles(each, n=20)[18] for each in (before, after))
        mark = "" if high <= GOAL * median else f", more than {GOAL}"
        print(
            f"{name:13} median {median:6.1f} -> {high:6.1f} ms, {high / median:4.2f} times{mark}; "
            f"p95 {low95:6.1f} -> {high95:6.1f} ms, {high95 / low95:4.2f} times ({len(before)}, {len(after)})"
        )
    print("the loud account was answered:", ", ".join(f"{name}: {n:,}" for name, n in sorted(told.items())))


def main() -> None:
    """Fill both accounts, and measure in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", help="an empty PostgreSQL database")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--unlimited", action="store_true")
    parser.add_argument("--importing", action="store_true")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, {chosen.rounds} rounds of {chosen.seconds:.0f} s each")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = chosen.database or f"sqlite:///{folder}/tenants.db"
        ours, theirs = (Home(url, folder, f"st-{each}", *SCOPES, account=f"acc-{each}") for each in ("quiet", "loud"))
        settings = read_settings({}, database_url=url, state_dir=str(folder))
        with bootstrap.open(settings) as application:
            limits = Limits() if chosen.unlimited or chosen.importing else LIMITS
            application.store.limits.save(Owner(theirs.access.account), limits)
        ours.settings["recordings"] = str(folder / "sound")
        ours.settings |= {name[8:].lower(): value for name, value in os.environ.items() if name.startswith("AUSCULT_")}
        act, asked = (importing, (IMPORTING, IMPORTING_PAUSE_S)) if chosen.importing else (loud, ((), PAUSE_S))
        readable = 0
        alone: Found = {}
        both: Found = {}
        told: Counter[str] = Counter()
        with bootstrap.open(settings) as application, ours.serving(chosen.workers):
            theirs.url_of_server = ours.url_of_server
            for home, seed in ((ours, 1), (theirs, 2)):
                accept(home, encoded(BEFORE, seed), clients=1)
                with home.client() as own:
                    drained(own, BEFORE, None)
            account = Account(ours.url_of_server, ours.access)
            recorded = partial(Database(url).value, sa.select(sa.func.count()).select_from(evaluations))
            documents = (msgspec.json.encode(each) for each in named(40_000, 3))
            for turn in range(chosen.rounds):
                quiet(account, documents, chosen.seconds, alone, asked)
                work = Work(ours.url_of_server, theirs.access, 100 + 2 * turn, chosen.seconds, chosen.deaf)
                with beside(work, told, act):
                    before = recorded()
                    quiet(account, documents, chosen.seconds, both, asked)
                    readable += recorded() - before
                if turn + 1 < chosen.rounds:
                    wait_until(lambda: not application.store.limits.waiting())
        printed(alone, both, told)
        print(
            f"the loud account: {readable / chosen.rounds / chosen.seconds:.0f} readable a second; load {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()
