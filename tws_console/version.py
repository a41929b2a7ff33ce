"""The version, written down once: reading it from the installed package's metadata costs more than the rest of the
start.
"""

VERSION = "0.1.0"
