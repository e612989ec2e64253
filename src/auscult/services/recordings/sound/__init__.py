"""The sound of recordings: codecs read, samples, figures, copies."""
