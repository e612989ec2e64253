"""All tables, one module a capability. What they are for: docs/reference/database.md."""
