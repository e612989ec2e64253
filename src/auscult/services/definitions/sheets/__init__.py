"""Forms as spreadsheets: a form written to cells, and cells read into a form, every fault with its cell."""
