"""Parts of addresses: beginnings before a street or a postcode, streets of other countries, and streets said again."""
