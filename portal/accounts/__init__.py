"""People: their memberships, how they are invited, and how they prove who they are."""
