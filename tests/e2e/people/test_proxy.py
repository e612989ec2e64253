"""Limits on sign-in behind nginx, with the file that the how-to page shows."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from auscult.services.people.sign_in import SOURCE_TRIES
from tests.e2e.serving import serving
from tests.waiting import fixed_port, wait_until

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "run-several-processes.md"


@pytest.fixture
def proxy(sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    """Address of an nginx before a server, with the file of the page but without TLS."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    (shown,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(), re.DOTALL)
    port, paths = fixed_port(), ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    with serving(sqlite_url) as service:
        server = service.url.removeprefix("http://")
        shown = re.sub(r"(server \S+:8484;\s*)+", f"server {server};\n", shown).replace(
            "listen 443 ssl", f"listen 127.0.0.1:{port}"
        )
        temporary = "".join(f"{each}_temp_path {tmp_path}/{each};" for each in paths)
        file = tmp_path / "nginx.conf"
        file.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors;"
            f"events {{}} http {{ access_log off; {temporary} {shown} }}"
        )
        with subprocess.Popen([NGINX, "-c", file, "-e", tmp_path / "errors"]) as running:  # noqa: S603
            try:
                url = f"http://127.0.0.1:{port}"
                wait_until(lambda: _answers(url))
                yield url
            finally:
                running.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.landing
def test_a_client_that_states_other_addresses_is_limited(proxy: str) -> None:
    """A new ``X-Forwarded-For`` in each request evades no limit: nginx overwrites it."""
    with httpx.Client(base_url=proxy, headers={"Origin": proxy}) as http:
        answers = [
            http.post(
                "/api/v1/session",
                json={"email": f"nobody-{n}@example.com", "password": "wrong"},
                headers={"X-Forwarded-For": f"203.0.113.{n}"},
            ).status_code
            for n in range(SOURCE_TRIES + 2)
        ]
    assert answers == [401] * SOURCE_TRIES + [429, 429]
