"""Settings, folders, themes, log and the small files that processes of ours leave for each other.

May import the model room and, where a module says so, pydantic. Never engine, ib, journal, cli or tui.
"""
