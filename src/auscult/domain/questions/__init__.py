"""Questions of a form beyond YES, NO and NA: sections, grades, conditions, reasons and bands. Pure."""
