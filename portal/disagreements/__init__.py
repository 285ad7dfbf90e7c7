"""Professional disagreement: a decision challenged in stages, from the two professionals up to the partnership."""
