"""What comes from the terminal: bytes to messages, whatever the bytes are, and what must not act on its way in."""
