"""Mail that leaves after the transaction that asked for it, and never carries a name."""
