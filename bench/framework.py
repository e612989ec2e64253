"""Processor time that a server spends on one report page, routes of our own API and /healthz, and its memory.

Processor time of the process, and not requests a second, which depend on what else the machine does. For comparing two
checkouts give the other one's folder: rounds of both alternate.

    python -m bench.framework [--beside FOLDER] [--seconds 4] [--rounds 3]
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

HERE = Path(__file__).parent.parent
_SERVE = """
import os, sys, tempfile
from pathlib import Path
from tests.databases import database
from tests.e2e.serving import PATH, TENANT, serving
with tempfile.TemporaryDirectory() as folder, database("sqlite", "", Path(folder)) as url:
    with serving(url, state_dir=folder, rate_limit=0) as service:
        token = service.token(service.new_client("Quality AI", "conversations:read", "forms:read"))
        print(service.url, token, TENANT.account_id, TENANT.org_id, PATH.replace("{app}", TENANT.app_id), flush=True)
        sys.stdin.readline()
"""


class Checkout:
    """A server of one checkout, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Start it on a small database."""
        environment = {**os.environ, "PYTHONPATH": f"{folder / 'src'}:{folder}"}
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _SERVE], cwd=folder, env=environment, stdin=-1, stdout=-1, stderr=-3, text=True
        )
        assert self._process.stdout
        self.url, token, account, org, self.report = self._process.stdout.readline().split()
        self.headers = {"auth": token, "accountId": account, "orgId": org, "Content-Type": "application/json"}

    def cases(self) -> dict[str, tuple[str, str, bytes]]:
        """Return what is asked."""
        return {
            "report page": ("POST", self.report, b'{"startDate":"2025-02-21","endDate":"2025-02-21"}'),
            "list of conversations": ("GET", "/api/v1/conversations?limit=2", b""),
            "one form": ("GET", "/api/v1/forms/ef-golden-inbound", b""),
            "healthz": ("GET", "/healthz", b""),
        }

    def microseconds(self, method: str, path: str, body: bytes, seconds: float) -> float:
        """Return the processor time of one request, asked on one connection again and again."""
        with httpx.Client(base_url=self.url, headers=self.headers) as http:
            request = http.build_request(method, path, content=body)
            assert http.send(request).status_code == 200, path
            before, end, n = self._spent_s(), time.perf_counter() + seconds, 0
            while time.perf_counter() < end:
                http.send(http.build_request(method, path, content=body)).read()
                n += 1
        return (self._spent_s() - before) / n * 1e6

    def _spent_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Return the resident memory of the process."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def end(self) -> None:
        """End the process."""
        self._process.communicate("\n", timeout=60)


def main() -> None:
    """Print a line for each case: the median of the rounds, of each checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=Path, help="folder of another checkout")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    checkouts = {"here": Checkout(HERE), **({"beside": Checkout(chosen.beside)} if chosen.beside else {})}
    spent_by: dict[tuple[str, str], list[float]] = {}
    for _ in range(chosen.rounds):
        for case in next(iter(checkouts.values())).cases():
            for name, checkout in checkouts.items():
                spent = checkout.microseconds(*checkout.cases()[case], chosen.seconds)
                spent_by.setdefault((case, name), []).append(spent)
    for (case, name), found in spent_by.items():
        print(f"{case:24} {name:8} {statistics.median(found):8.0f} µs a request")
    for name, checkout in checkouts.items():
        print(f"{'memory':24} {name:8} {checkout.megabytes():8.0f} MB")
        checkout.end()


if __name__ == "__main__":
    main()
