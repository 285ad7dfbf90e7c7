"""Whether a scheduler is alive: the sign of life each leaves, and who watches for it."""
