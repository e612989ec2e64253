"""All figures: ``make bench``."""

from bench import pages, qa

qa.main([])
pages.main([])
