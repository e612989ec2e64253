"""View models: one struct a page, with every text as it stands there, made from what the services give.

A template decides about nothing but markup; what is shown of a thing, and in which words, is decided here.
"""
