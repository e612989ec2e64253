"""SUBJECT: questions about a conversation or about figures, answered by the judge from what the reader sees."""
