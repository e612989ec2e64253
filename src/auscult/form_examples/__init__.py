"""Examples of forms: what a question should answer in a conversation. A form is tried on them at each change."""
