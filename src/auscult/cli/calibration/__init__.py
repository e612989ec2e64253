"""Commands for calibration sessions."""
