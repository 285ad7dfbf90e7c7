"""Speed, measured: the portal beside the barest view that could answer the same, and small beside large."""
