"""The journal: what was meant, sent, answered and decided, in one SQLite file that several processes share.

The only room that imports sqlite3. Imports the model room and the standard library; never engine, ib, config or a
front end.
"""
