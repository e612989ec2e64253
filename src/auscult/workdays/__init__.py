"""SUBJECT: the working days of an app, by which deadlines are counted: its week, the holidays of its country, its own."""
