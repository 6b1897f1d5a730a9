"""PDF files of strangers: looked through in a guarded process, kept as they are when harmless."""
