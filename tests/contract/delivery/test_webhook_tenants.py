"""Webhooks of two tenants, over both databases: an endpoint of one that never answers holds up nobody else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from auscult.domain.change import new_webhook_secret
from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.tenancy import Tenant
from auscult.services.delivery.webhooks import OF_AN_APP, WebhookDispatch
from auscult.storage import Store
from auscult.workers.background.webhook_dispatcher import AT_ONCE, WebhookDispatcher
from auscult.workers.webhook_sender import TOO_SLOW, UNREACHABLE, HttpSender
from tests.contract.delivery.test_feed import receiving, webhook
from tests.contract.storing import OTHER, TENANT, conversation, put
from tests.waiting import wait_until


@contextmanager
def dripping() -> Iterator[tuple[str, list[socket.socket]]]:
    """The address of an endpoint that answers a byte now and then and never ends; its connections that are open."""
    server = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()
    connections: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nx-a: ")
                while not ending.wait(0.05):
                    connection.sendall(b"a")
            except OSError:
                connections.remove(connection)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook", connections
    finally:
        ending.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_slow_endpoints_of_one_tenant_hold_no_other_up(store: Store) -> None:
    """More endpoints that never answer than can be sent to at once: another tenant hears of its change meanwhile.

    The dispatcher then ends, though exchanges are in hand; what was cut off counts as no try, and is due again.
    """
    for tenant in (TENANT, OTHER):
        store.ensure(tenant)
    hostile, other = store.within(TENANT), store.within(OTHER)
    secret = new_webhook_secret()
    dispatch = WebhookDispatch(store, HttpSender(OPERATOR), lambda: datetime.now(UTC))
    with dripping() as (slow, connections), receiving(secret) as (url, taken, _):
        for _ in range(AT_ONCE + 1):
            hostile.webhooks.add(webhook(slow, secret))
        other.webhooks.add(webhook(url, secret))
        put(hostile, conversation("c-1"))
        with WebhookDispatcher(dispatch):
            wait_until(lambda: len(connections) == OF_AN_APP)
            put(other, conversation("c-2"))
            wait_until(lambda: bool(taken))
            assert len(connections) == OF_AN_APP
        assert [id_ for id_, _ in taken] == [f"{OTHER.app_id}.1"]
    assert all(each.failures == 0 and not each.is_disabled for each in hostile.webhooks.listing())
    assert store.webhook_work.claim(0) is not None


def test_a_whole_exchange_has_a_limit() -> None:
    """A byte now and then is no answer: the exchange ends when its time is over."""
    with dripping() as (slow, connections):
        assert HttpSender(OPERATOR, timeout_s=0.3).send(slow, {}, b"{}") == (None, TOO_SLOW)
        wait_until(lambda: not connections)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "https://a..b/", f"https://{'a' * 70}.example/", "http://[::1]:9/", "http://:99999/"]
)
def test_failures_to_connect_have_one_name(url: str) -> None:
    """A closed port, a name that cannot be and an address without a host look the same from outside."""
    assert HttpSender(OPERATOR, timeout_s=5).send(url, {}, b"{}") == (None, UNREACHABLE)


def test_an_app_with_letters_beyond_ascii_is_told(store: Store) -> None:
    """The id of a message is a header, which has ASCII alone; the app's name stands in it percent-encoded."""
    tenant = Tenant(account_id="ac-1", org_id="o-1", app_id="st-größe")
    store.ensure(tenant)
    app, secret = store.within(tenant), new_webhook_secret()
    with receiving(secret) as (url, taken, _):
        app.webhooks.add(webhook(url, secret))
        put(app, conversation("c-1"))
        assert WebhookDispatch(store, HttpSender(OPERATOR), lambda: datetime.now(UTC)).run_once()
    assert [(id_, told["data"]["app_id"]) for id_, told in taken] == [("st-gr%C3%B6%C3%9Fe.1", "st-größe")]


def test_a_name_and_password_in_an_address_are_sent() -> None:
    """An address may carry a login, as with other clients; it stays out of the request line."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://user:p%40ss@127.0.0.1:{server.getsockname()[1]}/hook?a=1"
        assert HttpSender(OPERATOR).send(url, {}, b"{}") == (204, None)
        thread.join()
    assert heard[0].startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert b"Authorization: Basic dXNlcjpwQHNz\r\n" in heard[0]
