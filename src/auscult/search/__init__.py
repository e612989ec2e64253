"""One search in everything: what was said, people, forms, questions, reasons for contact, views, documentation."""
