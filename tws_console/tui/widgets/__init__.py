"""Widgets drawn line by line. May import textual; not the engine."""
