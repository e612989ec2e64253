"""Examples of forms: expected answers of questions in conversations. A form is tried on them at each change."""
