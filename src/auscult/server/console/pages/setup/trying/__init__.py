"""The tab that tries a form: its requests, files to try it on, and words that are added to its questions."""
