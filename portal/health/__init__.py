"""Whether the portal is alive, ready, and has a scheduler."""
