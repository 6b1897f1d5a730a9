"""Photos of strangers: decoded in a guarded process, kept as a plain JPEG and nothing else."""
