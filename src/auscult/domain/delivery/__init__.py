"""Values of webhook deliveries."""
