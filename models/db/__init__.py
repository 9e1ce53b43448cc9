"""How the database is spoken to, without knowing what is in it."""
