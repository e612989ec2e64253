"""Print a month of calls as NDJSON: those of bank-voice again and again, on other days and by other agents.

One agent gets better during the month, one gets worse, and the others stay as they are. Each run prints the same.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

CALLS = [json.loads(line) for line in (Path(__file__).parent / "bank-voice/calls.ndjson").open(encoding="utf-8")]
QUEUES = [("qu-cards", "Cards"), ("qu-loans", "Loans"), ("qu-accounts", "Accounts")]
AGENTS = {"a-priya": "Priya", "a-callum": "Callum", "a-mei": "Mei", "a-jonas": "Jonas"}
CARE = {"a-priya": (0.9, 0.9), "a-callum": (0.3, 0.8), "a-mei": (0.7, 0.7), "a-jonas": (0.8, 0.4)}
"""The share of good calls of an agent, on the first and on the last day."""

dice = random.Random(7)  # noqa: S311  (no secret)
good, bad = (CALLS[0], CALLS[2]), (CALLS[1], CALLS[3])
for day in range(30):
    for number in range(8):
        agent = dice.choice(list(AGENTS))
        first, last = CARE[agent]
        call = dice.choice(good if dice.random() < first + (last - first) * day / 29 else bad)
        began = datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(days=day, hours=number, minutes=dice.randrange(50))
        lasted = datetime.fromisoformat(call["ended_at"]) - datetime.fromisoformat(call["started_at"])
        queue_id, queue = dice.choice(QUEUES)
        made = call | {
            "id": f"september-{day + 1:02}-{number + 1}",
            "started_at": began.isoformat(),
            "ended_at": (began + lasted).isoformat(),
            "queues": [{"id": queue_id, "name": queue}],
            "agents": [{"id": agent, "name": AGENTS[agent]}],
            "customer": {"id": f"u-{dice.randrange(10_000)}"},
        }
        if "events" in made:
            made["events"] = [event | {"agent_id": agent} for event in made["events"]]
        print(json.dumps(made, ensure_ascii=False, separators=(",", ":")))
