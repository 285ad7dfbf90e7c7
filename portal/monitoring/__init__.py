"""How the portal itself is doing: for whatever keeps it running, for Prometheus, and in plain words for KSAF."""
