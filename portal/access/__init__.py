"""Who may do what (policy) with whose rows (scope)."""
