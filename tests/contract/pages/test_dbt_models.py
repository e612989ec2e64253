"""Models of the dbt package, run on DuckDB: dbt's own functions are replaced by what they return there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PACKAGE = Path(__file__).parents[3] / "integrations" / "dbt"
CONVERSATIONS = """
CREATE TABLE conversations AS SELECT * FROM (VALUES
  ('c-1', TIMESTAMPTZ '2026-03-23 10:00:00Z', ['qu-1', 'qu-2'], ['a-1', 'a-2'], 'ef-1', 1, 80, TRUE, 'audited', 90),
  ('c-2', TIMESTAMPTZ '2026-03-23 11:00:00Z', ['qu-2'], ['a-1'], 'ef-1', 1, 40, FALSE, 'not_assigned', NULL),
  ('c-3', TIMESTAMPTZ '2026-03-24 10:00:00Z', [], [], NULL, NULL, NULL, NULL, 'not_assigned', NULL)
) t(conversation_id, started_at, queue_ids, agent_ids, form_id, form_version, score, passed, audit_state, audit_score)
"""
VERDICTS = """
CREATE TABLE verdicts AS SELECT * FROM (VALUES
  ('c-1', 'ef-1', 1, 'em-1', 'Greeting', 'YES', TRUE, FALSE, 'YES'),
  ('c-2', 'ef-1', 1, 'em-1', 'Greeting', 'NO', FALSE, TRUE, '-'),
  ('c-2', 'ef-1', 1, 'em-2', 'Hold', 'NA', NULL, FALSE, '-')
) t(conversation_id, form_id, form_version, metric_id, metric_name, qualification, adhered, is_fatal_error,
    audit_qualification)
"""


def compiled(path: Path) -> str:
    """Return SQL as dbt compiles it for DuckDB."""
    text = re.sub(r"\{\{ source\('auscult', '(\w+)'\) \}\}", r"\1", path.read_text(encoding="utf-8"))
    text = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", text)
    return re.sub(r'\{\{ auscult\.last_of\("(\w+)"\) \}\}', r"\1[-1]", text)


def test_models_have_the_numbers_of_the_tables() -> None:
    """Every model runs; means, shares and counts are those of three conversations; the package's own test passes."""
    duckdb: Any = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = 'UTC'; {CONVERSATIONS}; {VERDICTS}")
        models = sorted((PACKAGE / "models").glob("*.sql"))
        for model in models:
            connection.execute(f"CREATE VIEW {model.stem} AS {compiled(model)}")
        described = yaml.safe_load((PACKAGE / "models" / "models.yml").read_text(encoding="utf-8"))
        assert [one["name"] for one in described["models"]] == [
            *("auscult_daily_scores", "auscult_metric_rates", "auscult_agents", "auscult_audit_agreement")
        ]
        assert {one["name"] for one in described["models"]} == {model.stem for model in models}
        scores = "SELECT queue_id, conversations, mean_score, share_passed FROM auscult_daily_scores WHERE scored > 0"
        assert connection.execute(scores).fetchall() == [("qu-2", 2, 60, 0.5)]
        agents = "SELECT agent_id, conversations, mean_score, audited FROM auscult_agents ORDER BY 1"
        assert connection.execute(agents).fetchall() == [("a-1", 2, 60, 1), ("a-2", 1, 80, 1)]
        rates = "SELECT metric_id, applicable, share_adhered, fatal_errors FROM auscult_metric_rates ORDER BY 1"
        assert connection.execute(rates).fetchall() == [("em-1", 2, 0.5, 1), ("em-2", 0, None, 0)]
        assert connection.execute("SELECT audited, share_equal FROM auscult_audit_agreement").fetchall() == [(1, 1)]
        for test in (PACKAGE / "tests").glob("*.sql"):
            assert connection.execute(compiled(test)).fetchall() == []
