"""Values of scoring: batches, and conversations as the store holds them."""
