"""Tuning: certainty of suggestions and thresholds of forms, fitted to what people decided, published and undone by a person."""
