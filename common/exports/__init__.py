"""Long lists and ledgers as files: made by a job, kept for some hours, own to who asked."""
