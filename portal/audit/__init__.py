"""What happened, who did it, and proof that nobody rewrote it."""
