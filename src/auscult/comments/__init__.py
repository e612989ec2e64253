"""SUBJECT: comments on turns and on whole conversations, in threads."""
