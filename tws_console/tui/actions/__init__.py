"""What a user can do, by what it is about. Data: modules here import each other and the standard library only."""
