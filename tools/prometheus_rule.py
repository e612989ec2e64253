"""Writes the alert rules as a resource of the Prometheus Operator, from the rule file; with ``--check`` compares only."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yaml"
RESOURCE = ROOT / "deploy" / "kubernetes" / "components" / "prometheus-operator" / "rules.yaml"
HEAD = """# Generated from deploy/prometheus/alerts.yaml by `make docs`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: auscult
spec:
"""


def main() -> int:
    """Write the resource, or with ``--check`` compare; 1 when it differs."""
    lines = RULES.read_text(encoding="utf-8").splitlines(keepends=True)
    text = HEAD + "".join(f"  {line}" for line in lines if not line.startswith("#"))
    if "--check" not in sys.argv[1:]:
        RESOURCE.write_text(text, encoding="utf-8")
        return 0
    if RESOURCE.read_text(encoding="utf-8") != text:
        print(f"{RESOURCE.relative_to(ROOT)} differs from {RULES.relative_to(ROOT)}: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
