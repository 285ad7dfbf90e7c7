"""How long each kind of record is kept, what then becomes of it, and what keeps it from going."""
