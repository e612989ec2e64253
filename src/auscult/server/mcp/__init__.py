"""The Model Context Protocol: assistants read conversations, forms and figures through tools."""
