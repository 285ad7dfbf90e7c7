"""An organisation closes: what it still has, and what becomes of each of that in one go; opening it again."""
