"""A form tried before it is published: on conversations, on its examples, on a past, and where it reaches."""
