"""The one recogniser of personal data: tokens, readings of numbers, validators, and the fitted decision."""
