"""View models: one struct per page with every text as the page shows it, built from the results of the services.

Templates decide on markup only; the contents and the wording of a page are decided here.
"""
