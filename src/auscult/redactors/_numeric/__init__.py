"""Numbers of one kind each: their forms and check digits."""
