"""The pages, one file each with its style sheet beside it. May import textual; not the engine."""
