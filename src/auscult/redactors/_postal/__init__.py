"""Parts of addresses: what stands before a street or a postcode, streets of other countries, and streets said again."""
