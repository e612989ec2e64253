"""The way out: whom it asks, how long it waits, and what it takes for an answer; with real servers on real ports."""

import ipaddress
import socket
import threading
from collections.abc import Callable
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.delivery.addresses import is_public
from auscult.domain.errors import SettingsError
from auscult.engines._breaker import FAILURES
from auscult.engines._outside.asking import BadReplyError, Outside, PostponedError, side_by_side
from auscult.engines._outside.hosts import Hosts, NotAllowedError, Origin, Rule, origin_of, read_hosts
from auscult.engines._outside.web import Message, UnreachableError, exchange
from tests.data_files import data_of
from tests.scripted_system import Given, ScriptedSystem, Sent, system, told
from tests.waiting import PATIENCE_S


def rule(of: ScriptedSystem, **chosen: object) -> Rule:
    """What is allowed of a system of the test."""
    return Rule(origin_of(of.url), is_private=True)._replace(**chosen)


def way_out(of: ScriptedSystem, **chosen: object) -> Outside:
    """A way out to one system."""
    return Outside(Hosts([rule(of, **chosen)]))


def always(given: Given) -> Callable[[Sent], Given]:
    """The same answer to everybody."""
    return lambda _sent: given


def test_a_request_carries_what_form_and_operator_say() -> None:
    """Headers of both, the operator's winning; nothing of this machine's environment."""
    with system(always(told({"a": 1}))) as crm:
        out = way_out(crm, headers=(("Authorization", "Bearer s"), ("X-Both", "operator")))
        headers = (("X-Form", "form"), ("X-Both", "form"))
        reply = out.send(Message("POST", f"{crm.url}/find?of=1%2F2", headers, b'{"id": 1}'), "st-1")
    assert (reply.status, reply.body) == (200, b'{"a": 1}')
    (sent,) = crm.sent
    assert (sent.method, sent.path, sent.body) == ("POST", "/find?of=1%2F2", b'{"id": 1}')
    assert sent.headers["Authorization"] == "Bearer s"
    assert (sent.headers["X-Form"], sent.headers["X-Both"]) == ("form", "operator")
    assert sent.headers["User-Agent"].startswith("auscult/")


@pytest.mark.parametrize("url", data_of(__file__, "what_is_not_allowed_is_not_asked"))
def test_what_is_not_allowed_is_not_asked(url: str) -> None:
    """Only hosts that the operator names; no connection is opened."""
    with system(always(told({}))) as crm, pytest.raises(PostponedError):
        way_out(crm).send(Message("GET", url), "st-1")
    assert crm.sent == []


def test_the_port_and_the_scheme_are_part_of_what_is_allowed() -> None:
    """Another port of an allowed host is another host."""
    hosts = Hosts([Rule(Origin("https", "crm.example.com", 443))])
    assert hosts.rule("https://CRM.example.com/x", "").origin.port == 443
    for url in ("http://crm.example.com/", "https://crm.example.com:8443/", "https://crm.example.com.evil.example/"):
        with pytest.raises(NotAllowedError):
            hosts.rule(url, "")


def test_a_host_may_be_for_some_apps_only() -> None:
    """Rule 16: a form of another app does not get at it."""
    hosts = Hosts([Rule(Origin("https", "crm.example.com", 443), apps=frozenset({"st-1"}))])
    assert hosts.rule("https://crm.example.com/", "st-1")
    for app_id in ("st-2", ""):
        with pytest.raises(NotAllowedError, match="not be asked for this app"):
            hosts.rule("https://crm.example.com/", app_id)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_private_addresses_are_refused_unless_allowed(name: str) -> None:
    """An allowed name that leads into the own network is not followed there."""
    with system(always(told({}))) as crm:
        origin = Origin("http", name, origin_of(crm.url).port)
        with pytest.raises(NotAllowedError, match=r"no address of the internet.*is_private: true"):
            exchange(Message("GET", f"{origin}/"), Rule(origin))
        assert crm.sent == []
        assert exchange(Message("GET", f"{origin}/"), Rule(origin, is_private=True)).status == 200


def test_a_name_is_resolved_once_and_the_address_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to a public address first and to a private one later cannot be used to get in."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) > 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotAllowedError, match=r"10\.0\.0\.1"):
        exchange(Message("GET", "http://rebinding.example/"), Rule(Origin("http", "rebinding.example", 80)))
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        *((one, False) for one in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1")),
        *((one, False) for one in ("100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1")),
        *((one, False) for one in ("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1")),
        *((one, False) for one in ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")),
        ("64:ff9b::5db8:d822", True),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    """Also where one address carries another within it."""
    assert is_public(address) is public


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_as_private_as_itself(address: ipaddress.IPv4Address) -> None:
    """IPv4 within IPv6, in the three ways that gateways translate."""
    inner = is_public(str(address))
    assert is_public(f"::ffff:{address}") == inner
    assert is_public(str(ipaddress.IPv6Address((0x64FF9B << 96) | int(address)))) == inner


def test_redirects_are_not_followed() -> None:
    """Not to another host, nor to the same one."""
    with system(always(Given(status=302, headers=(("Location", "http://169.254.169.254/"),)))) as crm:
        with pytest.raises(PostponedError, match=r"redirects are not followed.*169\.254"):
            way_out(crm).send(Message("GET", f"{crm.url}/"), "")
        assert len(crm.sent) == 1


def test_a_slow_system_is_not_waited_for() -> None:
    """Slow to begin, and slow with every byte: the whole exchange has its time."""
    for slow in (Given(delay_s=3), Given(body=b"x" * 1000, drip_s=0.02)):
        with system(always(slow)) as crm, pytest.raises(UnreachableError, match=r"took longer than 0\.2 s"):
            exchange(Message("GET", f"{crm.url}/"), rule(crm, timeout_ms=200))


@pytest.mark.parametrize("has_length", [True, False])
def test_an_oversized_reply_is_cut_off(has_length: bool) -> None:
    """Whether it says so before or not."""
    with system(always(Given(body=b"x" * 5000, has_length=has_length))) as crm:
        with pytest.raises(BadReplyError, match="more than 4999 bytes"):
            way_out(crm, max_bytes=4999).send(Message("GET", f"{crm.url}/"), "")
        assert len(way_out(crm, max_bytes=5000).send(Message("GET", f"{crm.url}/"), "").body) == 5000


@pytest.mark.parametrize(
    ("answer", "reason", "after_s"),
    [
        (Given(hang_up=True), "does not answer", None),
        (Given(status=503, headers=(("Retry-After", "7"),)), "answers 503", 7.0),
        (Given(status=429, headers=(("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"),)), "answers 429", None),
        (Given(status=500), "answers 500", None),
        (Given(status=401), "does not let us in", None),
        (Given(status=403), "does not let us in", None),
    ],
)
def test_what_may_pass_is_postponed(answer: Given, reason: str, after_s: float | None) -> None:
    """Trouble of the system's own, and credentials that somebody must mend: the conversation waits."""
    with system(always(answer)) as crm, pytest.raises(PostponedError) as later:
        way_out(crm).send(Message("GET", f"{crm.url}/"), "")
    assert reason in later.value.postponed.reason
    assert later.value.postponed.after_s == after_s


def test_a_system_that_is_down_is_left_in_peace() -> None:
    """After some failures in a row it is not asked for a while; another system is."""
    with system(always(Given(status=500))) as crm, system(always(told({}))) as other:
        out = Outside(Hosts([rule(crm), rule(other)]))
        for _ in range(FAILURES + 3):
            with pytest.raises(PostponedError) as later:
                out.send(Message("GET", f"{crm.url}/"), "")
        assert len(crm.sent) == FAILURES
        assert "left in peace" in later.value.postponed.reason
        assert later.value.postponed.after_s is not None
        assert out.send(Message("GET", f"{other.url}/"), "").status == 200


def test_nobody_there_is_postponed() -> None:
    """A port where nobody listens, and a name that leads nowhere."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = Origin("http", "127.0.0.1", free.getsockname()[1])
    for one in (origin, Origin("http", "nobody.invalid", 80)):
        with pytest.raises(UnreachableError):
            exchange(Message("GET", f"{one}/"), Rule(one, is_private=True))


def test_an_unencrypted_answer_is_none_of_https() -> None:
    """What does not speak TLS is not talked to."""
    with system(always(told({}))) as crm:
        origin = origin_of(crm.url)._replace(scheme="https")
        with pytest.raises(UnreachableError):
            exchange(Message("GET", f"{origin}/"), Rule(origin, is_private=True))
    assert crm.sent == []


HOSTS = data_of(__file__, "hosts").encode()


def test_the_operators_document_is_read() -> None:
    """Defaults are narrow: public addresses, ten seconds, one MiB."""
    hosts = read_hosts(HOSTS, "hosts.yaml")
    assert hosts.rule("https://crm.example.com/a", "st-1") == Rule(
        Origin("https", "crm.example.com", 443),
        (("Authorization", "Bearer s3cret"),),
        frozenset({"st-1"}),
        timeout_ms=3000,
        max_bytes=2000,
    )
    assert hosts.rule("http://10.0.0.5:8080/", "any") == Rule(Origin("http", "10.0.0.5", 8080), is_private=True)
    assert not read_hosts(b"hosts: []", "h")


@pytest.mark.parametrize(("document", "told"), data_of(__file__, "faults_of_the_operators_document_are_told"))
def test_faults_of_the_operators_document_are_told(document: str, told: str) -> None:
    """File, line, field, and what would be right."""
    with pytest.raises(SettingsError) as refused:
        read_hosts(document.encode(), "h")
    assert told in refused.value.message
    assert refused.value.reason == "hosts.invalid"


def test_jobs_are_done_side_by_side_and_end_when_told() -> None:
    """So many at a time; whoever closes does not wait for those under way."""
    going, may_go, closed = threading.Semaphore(0), Event(), Event()

    def work(job: int) -> int:
        going.release()
        may_go.wait(PATIENCE_S)
        return job

    found = side_by_side(range(5), work, 2, closed)
    results: list[int] = []
    reader = threading.Thread(target=lambda: results.extend(found))
    reader.start()
    for _ in range(2):
        assert going.acquire(timeout=PATIENCE_S)
    assert not going.acquire(blocking=False)
    may_go.set()
    reader.join(PATIENCE_S)
    assert sorted(results) == [0, 1, 2, 3, 4]
    may_go.clear()
    closed.set()
    assert list(side_by_side(range(5), work, 2, closed)) == []


def test_what_a_job_raises_comes_out() -> None:
    """A fault of ours is not lost in a thread."""
    with pytest.raises(ZeroDivisionError):
        list(side_by_side([0], lambda job: 1 // job, 1, Event()))
