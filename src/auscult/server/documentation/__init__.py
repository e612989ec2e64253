"""The descriptions of all APIs: an OpenAPI document, and a page of it for people."""
