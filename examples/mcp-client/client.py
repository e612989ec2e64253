"""An assistant without a model: it asks auscult over MCP as one would, and prints the answers.

It starts ``auscult mcp`` and speaks to it on standard input and output, as desktop assistants do.
"""

import asyncio
import json
import sys
from typing import Any

from mcp import Client, StdioServerParameters

DRAFT = """Agent: Good morning, thank you for calling Fenwick Vale Bank, this is Ines. Calls are recorded.
Customer: Hello, I have lost my card.
Agent: I am sorry to hear that. Can you confirm your date of birth and your PIN?"""


async def ask(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """Call a tool and return its answer. A refusal raises its reason."""
    answer = await client.call_tool(tool, arguments)
    text = answer.content[0].text
    if answer.is_error:
        raise RuntimeError(text)
    found: dict[str, Any] = json.loads(text)
    return found


async def main(app: str) -> None:
    """Ask for the worst call and its evidence, then have a transcript scored that is stored nowhere."""
    server = StdioServerParameters(command="auscult", args=["mcp", "--app", app])
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        print("tools:", ", ".join(tool.name for tool in tools))

        found = await ask(client, "search_conversations", limit=50)
        worst = min((one for one in found["items"] if one["score"] is not None), key=lambda one: one["score"])
        shown = await ask(client, "get_conversation", conversation_id=worst["id"])
        print(f"worst call: {shown['id']}, score {shown['evaluation']['score']}")
        for verdict in shown["evaluation"]["metrics"]:
            if verdict["adhered"] is False:
                quoted = [f'"{one["text"]}"' for one in verdict["evidence"] if one.get("text")]
                print(f"  {verdict['id']}:", *(quoted or [verdict["reason"]]))

        scored = await ask(client, "score_transcript", transcript=DRAFT, form_id="ef-bank-voice")
        missed = [one["id"] for one in scored["metrics"] if one["adhered"] is False]
        print(f"draft: score {scored['score']}, missed {', '.join(missed)}")


asyncio.run(main(sys.argv[1]))
