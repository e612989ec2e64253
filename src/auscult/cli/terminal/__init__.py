"""Parts that commands share: options, input, errors, progress."""
