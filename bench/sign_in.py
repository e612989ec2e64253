"""Signing in while strangers flood it: seconds that a right password takes.

    python -m bench.sign_in [--connections 200] [--tries 10] [--database URL]

The server is ``auscult serve``, the flood a process of its own that keeps ``--connections`` connections busy with
unknown e-mail addresses, from 1 and from 50 network addresses of 127.0.0.0/8. Meanwhile a user signs in ``--tries``
times a second apart, from another network address, and from the flood's own in a browser that is known there.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

AUSCULT = Path(sys.executable).parent / "auscult"
EMAIL, PASSWORD = "ann@example.com", "a bench for quiet mornings"
TENANT = ("--account", "a-1", "--org", "o-1", "--app", "st-1")
GOAL_S = 3


async def flood(url: str, connections: int, addresses: int) -> None:
    """Try names that no user has until the process is ended; print the answers so far every second."""
    host, port = url.removeprefix("http://").split(":")
    answers: Counter[str] = Counter()

    async def one(number: int) -> None:
        here = f"127.0.1.{number % addresses + 1}"
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, int(port), local_addr=(here, 0))
                while True:
                    body = f'{{"email":"no-{number}-{answers.total()}@example.com","password":"wrong"}}'.encode()
                    head = f"POST /api/v1/session HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {url}\r\n"
                    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                    writer.write(head.encode() + body)
                    found = await reader.readuntil(b"\r\n\r\n")
                    length = re.search(rb"content-length: (\d+)", found)
                    await reader.readexactly(int(length[1]) if length else 0)
                    answers[found.split(b" ", 2)[1].decode()] += 1
            except (OSError, asyncio.IncompleteReadError):
                answers["lost"] += 1
                await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(one(number)) for number in range(connections)]
    while tasks:
        await asyncio.sleep(1)
        print(dict(answers), flush=True)


@contextmanager
def serving(database: str, folder: str) -> Iterator[str]:
    """Address of a server with one user."""
    environment = {**os.environ, "AUSCULT_DATABASE_URL": database, "AUSCULT_STATE_DIR": folder}
    add = [str(AUSCULT), "users", "add", EMAIL, "--role", "administrator", *TENANT, "--password-stdin"]
    subprocess.run(add, input=PASSWORD, text=True, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    command = [str(AUSCULT), "serve", "--port", "0", "--workers", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            yield server.stdout.readline().split()[2] if server.stdout else ""
        finally:
            server.terminate()


def sign_in(browser: httpx.Client, url: str) -> tuple[float, int]:
    """Sign in; the seconds it took, and the status."""
    since = time.perf_counter()
    answer = browser.post(f"{url}/api/v1/session", json={"email": EMAIL, "password": PASSWORD}, headers={"Origin": url})
    return time.perf_counter() - since, answer.status_code


def browser(address: str) -> httpx.Client:
    """Return a browser at a network address."""
    return httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=120)


def measure(url: str, connections: int, addresses: int, tries: int) -> None:
    """Sign in during a flood, and print the seconds."""
    inside, outside = browser("127.0.1.1"), browser("127.0.2.1")
    quiet_s, status = sign_in(inside, url)
    print(f"quiet: {quiet_s:.2f} s ({status})")
    command = [sys.executable, "-m", "bench.sign_in", "--flood", url, "--addresses", str(addresses)]
    with subprocess.Popen([*command, "--connections", str(connections)], stdout=subprocess.PIPE, text=True) as flooding:  # noqa: S603
        time.sleep(1)
        took: dict[str, list[tuple[float, int]]] = {"from another address": [], "known browser, same address": []}
        for _ in range(tries):
            for found, one in zip(took.values(), (outside, inside), strict=True):
                if one is outside:
                    one.cookies.clear()  # a stranger each time
                found.append(sign_in(one, url))
            time.sleep(1)
        flooding.terminate()
        lines = flooding.stdout.read().splitlines() if flooding.stdout else []
    print(f"flood of {connections} connections from {addresses} addresses: {lines[-1] if lines else ''}")
    for name, found in took.items():
        longest = max(seconds for seconds, _ in found)
        mark = "" if longest <= GOAL_S else f", more than {GOAL_S} s"
        print(f"  {name}: longest {longest:.2f} s of {tries}, answers {dict(Counter(s for _, s in found))}{mark}")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--tries", type=int, default=10)
    parser.add_argument("--database")
    parser.add_argument("--addresses", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--flood", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.flood:
        asyncio.run(flood(given.flood, given.connections, given.addresses))
        return
    for addresses in (1, 50):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(given.database or f"sqlite:///{folder}/bench.db", folder) as url,
        ):
            measure(url, given.connections, addresses, given.tries)


if __name__ == "__main__":
    main()
