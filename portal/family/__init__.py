"""The family's own page behind a link: what it agrees to, within which limits, and what follows when it stops."""
