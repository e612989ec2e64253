"""What a user does in a day, with every process guarded; prints what the kernel counted, as JSON.

    python scene.py AUSCULT FORM

Run in a folder with ``chats.ndjson``, and best in a network namespace of its own, where nothing but loopback is:
there the kernel counts every packet that finds no way out, whoever sent it, Python or not.
"""

import fcntl
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCSIFFLAGS = 0x8914
UP_AND_RUNNING = 0x41
TENANT = ("--account", "a-1", "--org", "o-1", "--app", "st-1")


def packets_without_a_way() -> int:
    """How often something was to be sent where no route leads, in this network namespace."""
    found = 0
    lines = Path("/proc/net/snmp").read_text(encoding="utf-8").splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        if names.startswith("Ip:"):
            found += int(values.split()[names.split().index("OutNoRoutes")])
    sixth = Path("/proc/net/snmp6")
    lines = sixth.read_text(encoding="utf-8").splitlines() if sixth.exists() else []
    return found + sum(int(line.split()[1]) for line in lines if line.startswith("Ip6OutNoRoutes"))


def loopback_up() -> bool:
    """Bring loopback up where we may: in a namespace of our own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))
        except PermissionError:
            return False
    return True


def play(auscult: str, form: str) -> None:
    """Apply a form, load, score, serve, ask, end."""
    guarded = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}

    def run(*words: str) -> str:
        done = subprocess.run([auscult, *words], env=guarded, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
        return done.stdout

    run("forms", "apply", form, *TENANT)
    assert json.loads(run("load", "chats.ndjson", *TENANT, "--json").splitlines()[-1])["scored"] > 0
    assert run("score", "chats.ndjson", "--form", form).count("\n") > 0
    run("doctor")
    with subprocess.Popen(  # noqa: S603
        [auscult, "serve", "--port", "0"], env=guarded, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        port = int(server.stdout.readline().split()[2].rpartition(":")[2])
        for path in ("/docs", "/openapi.json", "/healthz"):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=180)
            asked.request("GET", path)
            assert asked.getresponse().status == http.client.OK
            asked.close()
        run("load", "chats.ndjson", *TENANT)
        server.send_signal(signal.SIGTERM)
        assert server.wait(180) == 0


if __name__ == "__main__":
    is_alone = loopback_up()
    before = packets_without_a_way()
    play(sys.argv[1], sys.argv[2])
    print(json.dumps({"alone": is_alone, "lost": packets_without_a_way() - before}))  # noqa: T201
