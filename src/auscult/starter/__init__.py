"""The forms that come along: one for telephone conversations, one for chats, with the same ten metrics.

What each metric looks for and how far it agrees with people: docs/explanation/starter-forms.md.
"""
