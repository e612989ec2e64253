"""Forms and other documents of an app."""
