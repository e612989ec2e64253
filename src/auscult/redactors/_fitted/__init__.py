"""One fitted decision for all kinds: tokens, numbers in them, checks of these, signs, and weights over the signs."""
