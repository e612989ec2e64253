"""``auscult clients`` and ``auscult token``: shown once, listed without the secret, revoked for good."""

import json
from pathlib import Path

import jwt
import pytest

from tests.integration.program import TENANT, auscult

pytestmark = pytest.mark.night


@pytest.mark.landing
def test_add_shows_id_and_secret_once_and_token_signs_with_it(tmp_path: Path) -> None:
    """The shape that programs read; a token of it is signed with the secret (rule 14)."""
    added = auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI", "--scope", "forms:write", "--json")
    assert (added.status, added.err) == (0, "")
    client = added.last
    assert set(client) == {"client_id", "client_secret"}
    assert client["client_id"].startswith("cs-")

    keys = ("--client-id", client["client_id"], "--client-secret")
    token = auscult(tmp_path, "token", *keys, client["client_secret"], "--expires", "1h").out.strip()
    assert jwt.decode(token, client["client_secret"], algorithms=["HS256"])["appId"] == client["client_id"]
    hidden = auscult(tmp_path, "token", *keys, "-", stdin=client["client_secret"] + "\n").out.strip()
    assert jwt.decode(hidden, client["client_secret"], algorithms=["HS256"])["appId"] == client["client_id"]

    listed = auscult(tmp_path, "clients", "list", "--json")
    assert client["client_secret"] not in listed.out
    assert listed.last["client_id"] == client["client_id"]
    assert listed.last["account_id"] == "a-1"
    assert listed.last["app_ids"] == ["st-1"]
    assert listed.last["scopes"] == ["Quality AI", "forms:write"]
    assert "revoked_at" not in listed.last or listed.last["revoked_at"] is None


def test_secrets_are_encrypted_with_a_key_that_only_the_owner_reads(tmp_path: Path) -> None:
    """The key is made once beside a new embedded database; the database alone tells no secret."""
    secret = auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI", "--json").last["client_secret"]
    kept = [path for path in tmp_path.iterdir() if secret.encode() in path.read_bytes()]
    keys = [path for path in tmp_path.iterdir() if path.suffix == ".key"]
    assert kept == []
    assert [path.stat().st_mode & 0o777 for path in keys] == [0o600]


def test_a_client_is_set_to_a_wire(tmp_path: Path) -> None:
    """W: `clients set ID --wire 2026-10 --app P`; off by default, listed, undone; another value names those there are."""
    client = auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI", "--json").last["client_id"]
    assert auscult(tmp_path, "clients", "list", "--json").last["wire"] == "off"
    assert "wire" not in auscult(tmp_path, "clients", "list").out
    done = auscult(tmp_path, "clients", "set", client, "--wire", "2026-10", "--app", "st-1", "--json")
    assert (done.status, done.last["client_id"], done.last["wire"]) == (0, client, "2026-10")
    assert auscult(tmp_path, "clients", "list", "--json").last["wire"] == "2026-10"
    assert "wire 2026-10" in auscult(tmp_path, "clients", "list").out
    other = auscult(tmp_path, "clients", "set", client, "--wire", "2027-01", "--app", "st-1")
    assert (other.status, "off, 2026-10" in other.err) == (2, True)
    assert auscult(tmp_path, "clients", "set", "cs-none", "--wire", "off", "--app", "st-1").status == 1
    auscult(tmp_path, "clients", "set", client, "--wire", "off", "--app", "st-1")
    assert auscult(tmp_path, "clients", "list", "--json").last["wire"] == "off"


def test_revoke_ends_a_client(tmp_path: Path) -> None:
    """It stays in the list, as revoked; an unknown one is an error."""
    client = auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI", "--json").last["client_id"]
    assert auscult(tmp_path, "clients", "revoke", client).out == f"{client} is revoked\n"
    assert "revoked" in auscult(tmp_path, "clients", "list").out
    unknown = auscult(tmp_path, "clients", "revoke", "cs-none")
    assert (unknown.status, unknown.err.startswith("error: ")) == (1, True)


def test_an_unknown_scope_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """A slip in a scope would make a client that can read nothing."""
    refused = auscult(tmp_path, "clients", "add", *TENANT, "--scope", "quality ai", "--json")
    error = json.loads(refused.err)["error"]
    assert (refused.status, error["reason"], error["value"]) == (1, "scope.unknown", "quality ai")
    assert "Quality AI" in error["message"]
    assert list(tmp_path.iterdir()) == []
