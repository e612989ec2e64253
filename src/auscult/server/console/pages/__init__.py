"""The pages: each a handler here, a template and a test of one name. They call the same services as the API."""
