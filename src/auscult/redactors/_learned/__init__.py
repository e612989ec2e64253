"""A second opinion that was learned from labelled utterances: it adds to what the rules find, and takes nothing away."""
