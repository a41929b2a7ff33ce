"""Short questions with typed results. May import textual; not the engine, which is reached through `tui.facade`."""
