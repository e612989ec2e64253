"""The Model Context Protocol over both transports, asked with the SDK's own client, as every role."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.data_files import data_of
from tests.databases import database
from tests.e2e.consoles import QUEUE, ROLES, console, example, signed_in
from tests.e2e.serving import KEY, TENANT, Service
from tests.integration.program import environment

pytestmark = pytest.mark.night

Found = TypeVar("Found")
READING = data_of(__file__, "reading")
WRITING = ["save_form_draft", "assign_audit", "add_comment"]
WRITING_OF_ROLE = {
    "administrator": WRITING,
    "qa-manager": WRITING,
    "auditor": ["add_comment"],
    "supervisor": ["assign_audit", "add_comment"],
    "agent": ["add_comment"],
    "analyst": [],
    "inspector": [],
}
SCOPES = ("conversations:read", "forms:read", "audits:read")
TRANSCRIPT = "Agent: Hello, thank you for calling, this is Sam.\nCustomer: Hi, where is my parcel?"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a server with example conversations and one user of each role."""
    folder = tmp_path_factory.mktemp("mcp")
    with (
        database("sqlite", "", folder, content=example()) as url,
        console(url, state_dir=str(folder)) as found,
    ):
        yield found


def over_http(url: str, token: str, use: Callable[[Client], Awaitable[Found]], **headers: str) -> Found:
    """Return what ``use`` does with a client of ``/mcp`` that sends a token."""

    async def run() -> Found:
        given = {"Authorization": f"Bearer {token}", **headers}
        async with (
            httpx2.AsyncClient(headers=given, timeout=60) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            return await use(client)

    return asyncio.run(run())


def over_stdio(service: Service, use: Callable[[Client], Awaitable[Found]], *words: str) -> Found:
    """Return what ``use`` does with a client that starts ``auscult mcp``."""

    async def run() -> Found:
        settings = service.application.settings
        database_url = str(settings.database_url)
        command = StdioServerParameters(
            command=str(Path(sys.executable).with_name("auscult")),
            args=["mcp", "--database", database_url, "--app", TENANT.app_id, *words],
            env=environment(AUSCULT_SECRET_KEY=KEY),
        )
        async with Client(command) as client:
            return await use(client)

    return asyncio.run(run())


async def names(client: Client) -> list[str]:
    """Return the names of the tools that are listed."""
    return [tool.name for tool in (await client.list_tools()).tools]


def calling(name: str, **arguments: Any) -> Callable[[Client], Awaitable[Any]]:
    """Return a use of a client: call a tool; its answer as JSON, or the refusal as text."""

    async def use(client: Client) -> Any:
        found = await client.call_tool(name, arguments)
        (content,) = found.content
        assert content.type == "text"
        text: str = content.text
        return text if found.is_error else json.loads(text)

    return use


def token_of(service: Service, *scopes: str) -> str:
    """Return a token of a client with these scopes."""
    return service.token(service.new_client(*scopes))


def personal(service: Service, role: str) -> str:
    """Return a personal token of the user of a role."""
    with signed_in(service, role) as browser:
        answer = browser.post("/api/v1/tokens", json={"name": "assistant", "days": 1})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


@pytest.mark.landing
def test_every_tool_answers_as_the_api_does(service: Service) -> None:
    """The shapes of /api/v1, over HTTP with a client's token; what is refused names what would be right."""

    async def use(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == READING
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        for tool in tools.values():
            assert tool.description
            assert tool.input_schema["examples"]
            assert all(map(described, tool.input_schema["properties"].values())), tool.name
        found = await calling("search_conversations", limit=2)(client)
        assert len(found["items"]) == 2
        more = await calling("search_conversations", limit=2, cursor=found["next_cursor"])(client)
        assert {one["id"] for one in more["items"]}.isdisjoint(one["id"] for one in found["items"])
        shown = await calling("get_conversation", conversation_id=found["items"][0]["id"])(client)
        assert shown["turns"]
        assert shown["turns_total"] >= len(shown["turns"])
        forms = await calling("list_forms")(client)
        form_id = forms["items"][0]["id"]
        document = (await calling("get_form", form_id=form_id)(client))["document"]
        assert (await calling("check_form", document=document)(client))["id"] == form_id
        metric = await calling("get_metric", metric_id="em-greeting")(client)
        assert metric["metric"]["id"] == "em-greeting"
        assert metric["estimate"] is None
        assert "no audit for form" in metric["estimate_reason"]
        scored = await calling("score_transcript", transcript=TRANSCRIPT, form_id=metric["form_id"])(client)
        greeting = next(one for one in scored["metrics"] if one["id"] == "em-greeting")
        assert (greeting["qualification"], greeting["evidence"][0]["turn_id"]) == ("YES", "t1")
        since = (datetime.now(UTC) - timedelta(days=20)).date().isoformat()
        assert "groups" in await calling("get_insights", since=since)(client)

    over_http(service.url, token_of(service, *SCOPES), use)


def described(field: dict[str, Any]) -> bool:
    """Return whether an argument has a description, or what may be given for it has."""
    return "description" in field or any("description" in each for each in field.get("anyOf", ()))


@pytest.mark.landing
def test_refusals_name_what_is_wrong(service: Service) -> None:
    """An unknown id, an argument that does not exist, one out of range, an unknown tool: an error that can be acted on."""

    async def use(client: Client) -> None:
        assert "c-none" in await calling("get_conversation", conversation_id="c-none")(client)
        assert "ef-none" in await calling("get_form", form_id="ef-none")(client)
        for up in (".", ".."):
            assert f"'{up}' is no id" in await calling("get_conversation", conversation_id=up)(client)
            assert f"'{up}' is no id" in await calling("get_form", form_id=up)(client)
        missing = await calling("get_metric", metric_id="em-none")(client)
        assert "unknown metric 'em-none'" in missing
        assert "em-greeting" in missing
        assert "limit" in await calling("search_conversations", limit=51)(client)
        assert "wrong" in await calling("search_conversations", wrong=1)(client)
        some = (await calling("search_conversations", limit=1)(client))["items"][0]["id"]
        for start in ("from_turn", "from_character", "from_metric"):
            assert f"{start} is 99999" in await calling("get_conversation", conversation_id=some, **{start: 99999})(
                client
            )
        late = await calling("get_form", form_id="ef-starter-voice", from_character=99999)(client)
        assert "from_character is 99999" in late
        assert "available: search_conversations" in await calling("erase_everything")(client)
        assert "line 1" in await calling("score_transcript", transcript="hello", form_id="ef-starter-voice")(client)

    over_http(service.url, token_of(service, *SCOPES), use)


def test_a_client_is_shown_what_its_scopes_reach(service: Service) -> None:
    """Tools that write are listed with their scope only, marked as such; without a scope a tool refuses with its name."""
    everything = token_of(service, "conversations:read", "forms:write", "audits:write")
    assert over_http(service.url, everything, names) == [*READING, *WRITING]

    async def hints(client: Client) -> list[tuple[bool | None, bool | None, bool]]:
        return [
            (tool.annotations.read_only_hint, tool.annotations.idempotent_hint, "WRITES" in (tool.description or ""))
            for tool in (await client.list_tools()).tools
            if tool.annotations
        ]

    written = [(False, True, True), (False, True, True), (False, False, True)]
    assert over_http(service.url, everything, hints) == [(True, True, False)] * len(READING) + written
    few = token_of(service, "forms:read")
    assert "conversations:read" in over_http(service.url, few, calling("search_conversations"))
    draft = {"form_id": "ef-starter-voice", "document": "id: ef-starter-voice\nname: Draft\n"}
    assert over_http(service.url, everything, calling("save_form_draft", **draft))["id"] == "ef-starter-voice"
    assert "unknown tool" in over_http(service.url, few, calling("save_form_draft", **draft))


def test_a_comment_is_written_in_the_name_of_its_caller(service: Service) -> None:
    """On a turn, as the API shows it then; a turn that is not there is refused by name; without the scope there is no tool."""
    some = over_http(service.url, token_of(service, *SCOPES), calling("search_conversations", limit=1))["items"][0][
        "id"
    ]
    token = personal(service, "auditor")
    shown = over_http(service.url, token, calling("get_conversation", conversation_id=some))
    turn = shown["turns"][0]["id"]
    comment = {"conversation_id": some, "text": "Is this warm enough? 🙂", "turn_id": turn}
    made = over_http(service.url, token, calling("add_comment", **comment))
    assert (made["turn_id"], made["audience"]) == (turn, "colleagues")
    assert [(each["by"], each["text"]) for each in made["comments"]] == [("auditor@example.com", comment["text"])]
    listed = httpx.get(
        f"{service.url}/api/v1/conversations/{some}/comments", headers={"Authorization": f"Bearer {token}"}
    )
    assert made in listed.json()["items"]
    client = service.new_client("conversations:read", "audits:write")
    of_client = over_http(service.url, service.token(client), calling("add_comment", **comment))
    assert of_client["comments"][0]["by"] == client.client_id
    of_operator = over_stdio(service, calling("add_comment", **comment))
    assert of_operator["comments"][0]["text"] == comment["text"]
    missing = over_http(service.url, token, calling("add_comment", **{**comment, "turn_id": "m-none"}))
    assert "m-none" in missing
    reader = token_of(service, *SCOPES)
    assert "unknown tool" in over_http(service.url, reader, calling("add_comment", **comment))


@pytest.mark.parametrize("role", ROLES)
def test_a_person_sees_what_their_grants_reach(service: Service, role: str) -> None:
    """Each role gets over /mcp exactly the conversations, in the same words, that the API shows to it."""
    token = personal(service, role)
    answer = httpx.get(
        f"{service.url}/api/v1/conversations", params={"limit": 50}, headers={"Authorization": f"Bearer {token}"}
    )
    found = over_http(service.url, token, calling("search_conversations", limit=50))
    if answer.status_code == 200:
        assert found == answer.json()
        if role == "supervisor":
            assert {queue["name"] for one in found["items"] for queue in one["queues"]} == {QUEUE}
    else:
        assert found == answer.json()["detail"]

    async def both(client: Client) -> tuple[Any, list[str]]:
        return await calling("search_conversations", limit=50)(client), await names(client)

    over_stdin = over_stdio(service, both, "--user", f"{role}@example.com")
    assert over_stdin == (found, [*READING, *WRITING_OF_ROLE[role]])
    assert over_http(service.url, token, names) == over_stdin[1]


def test_the_operator_on_standard_input(service: Service) -> None:
    """Without --user the caller is whoever may open the database: every tool, and the access log names them."""
    assert over_stdio(service, names) == [*READING, *WRITING]
    some = over_stdio(service, calling("search_conversations", limit=1))["items"][0]["id"]
    assert over_stdio(service, calling("get_conversation", conversation_id=some))["id"] == some
    entries = service.store.within(TENANT).log.entries()
    assert [entry.principal[:4] for entry in entries if entry.action == "assistant.opened"][-1:] == ["cli:"]


def test_who_is_refused(service: Service) -> None:
    """No token, a session's cookie alone, a page of another site: refused before anything is read."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    assert httpx.post(f"{service.url}/mcp", json=body, headers=headers).status_code == 401
    with signed_in(service, "administrator") as browser:
        assert browser.post("/mcp", json=body, headers=headers).status_code == 401
    foreign = {**headers, "Authorization": f"Bearer {token_of(service, *SCOPES)}", "Origin": "https://evil.example"}
    refused = httpx.post(f"{service.url}/mcp", json=body, headers=foreign)
    assert (refused.status_code, refused.json()["reason"]) == (403, "origin.foreign")


def test_a_request_is_complete_in_itself(service: Service) -> None:
    """Without a session or a first message, as on a server that never saw this client: answered, and no session is made."""
    asked = {"name": "list_forms", "arguments": {}}
    answer = httpx.post(
        f"{service.url}/mcp",
        json={"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": asked},
        headers={
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {token_of(service, *SCOPES)}",
        },
    )
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.json()["result"]["content"][0]["text"])["items"]
    assert "mcp-session-id" not in answer.headers


def test_a_long_form_comes_in_parts(service: Service) -> None:
    """A document that is longer than an answer: the parts together are its text, and the list names its form."""
    words = "\n".join(f"          - the agent says the words of line {number} here" for number in range(2_000))
    document = (
        "id: ef-long\nname: Long\nchannel: voice\nassignments: [{queue: q-long}]\npass_score: 50\nmetrics:\n"
        "  - id: em-long\n    name: Long\n    type: by_question\n    weight: 100\n    answer:\n      any_of:\n"
        f"        - phrases:\n{words}\n"
    ).replace("          - the", "            - the")
    assert len(document) > 60_000
    service.store.within(TENANT).forms.publish("ef-long", document.encode())

    async def use(client: Client) -> str:
        read: list[str] = []
        following: int | None = 0
        while following is not None:
            part = await calling("get_form", form_id="ef-long", from_character=following)(client)
            assert part["characters_total"] == len(document)
            read.append(part["document"])
            following = part["next_from_character"]
        metric = await calling("get_metric", metric_id="em-long", form_id="ef-long")(client)
        assert (metric["metric"]["id"], "get_form" in metric["metric_reason"]) == ("em-long", True)
        listed = await calling("list_forms")(client)
        assert "ef-long" in [one["id"] for one in listed["items"]]
        after = await calling("list_forms", cursor="ef-long")(client)
        assert "ef-long" not in [one["id"] for one in after["items"]]
        return "".join(read)

    assert over_http(service.url, token_of(service, *SCOPES), use) == document


def test_what_would_be_too_long_has_fewer_groups(service: Service) -> None:
    """Fifty groups of each kind do not fit into an answer: there are fewer, and the answer says so."""
    since, until = "2020-01-01", "2027-01-01"
    insights = calling("get_insights", since=since, until=until, limit=50)
    found = over_http(service.url, token_of(service, *SCOPES), insights)
    assert len(json.dumps(found, ensure_ascii=False)) <= 60_000
    assert 5 < found["limit_applied"] < 50


def test_a_long_conversation_comes_in_parts(service: Service) -> None:
    """No answer is longer than the limit, and the parts together are the whole transcript."""
    lines = [
        {"id": f"m{n}", "speaker": ("agent", "customer")[n % 2], "text": f"{n} " + "word " * 200} for n in range(300)
    ]
    at = datetime.now(UTC) - timedelta(days=1)
    long = {
        "id": "c-long",
        "channel": "chat",
        "started_at": at.isoformat(),
        "ended_at": (at + timedelta(minutes=30)).isoformat(),
        "turns": lines,
    }
    loading = token_of(service, "conversations:write")
    answer = httpx.post(
        f"{service.url}/api/v1/conversations",
        params={"wait": "0"},
        content=json.dumps(long).encode(),
        headers={"Authorization": f"Bearer {loading}"},
    )
    assert answer.status_code == 202, answer.text

    async def use(client: Client) -> list[str]:
        read: list[str] = []
        following: int | None = 0
        while following is not None:
            part = await calling("get_conversation", conversation_id="c-long", from_turn=following)(client)
            assert len(json.dumps(part)) < 70_000
            read += [turn["id"] for turn in part["turns"]]
            following = part["next_from_turn"]
        return read

    assert over_http(service.url, token_of(service, *SCOPES), use) == [one["id"] for one in lines]
