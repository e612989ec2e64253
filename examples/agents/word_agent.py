"""A minimal external agent: it answers requests of by_ai_agent by searching for words, and serves account balances.

    python examples/agents/word_agent.py 8600

For an agent of your own, replace ``review``. The rest implements docs/reference/metrics/by_ai_agent.md.
"""

import json
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = {"sorry": ("sorry", "apologise"), "thanks": ("thank", "thanks")}
BALANCES = {"4711": "120.50"}


def review(request: dict[str, Any]) -> dict[str, Any]:
    """Answer each sub-metric: YES with the agent's messages that contain one of its words, else NO."""
    said = [message for message in request["transcript"] if message["source"] == "agent"]
    reviewed: list[dict[str, Any]] = []
    for asked in request["subMetrics"]:
        words = WORDS.get(asked["subMetricId"], ())
        found = [message for message in said if any(word in message["text"].lower() for word in words)]
        reviewed.append(
            {
                "subMetricId": asked["subMetricId"],
                "isQualified": "YES" if found else "NO",
                "justification": f"{len(found)} messages of the agent have one of: {', '.join(words)}.",
                "messageIds": [message["messageId"] for message in found],
                "source": "agent",
                "failureReason": "" if found else f"no message has {' or '.join(words)}.",
            }
        )
    return {
        "conversationId": request["conversationId"],
        "agentEvaluation": [{request["metricId"]: {"subMetrics": reviewed}}],
    }


class Handler(BaseHTTPRequestHandler):
    """Handler of one request."""

    def do_POST(self) -> None:
        """Review a conversation."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, review(json.loads(body)))

    def do_GET(self) -> None:
        """Return the balance of an account."""
        balance = BALANCES.get(self.path.rpartition("/")[2])
        if balance is None:
            self._answer(404, {})
        else:
            self._answer(200, {"data": {"balance": balance}})

    def _answer(self, status: int, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    with suppress(KeyboardInterrupt):  # Ctrl-C ends it
        server.serve_forever()
