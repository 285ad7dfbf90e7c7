"""A child changes school: what KSAF is told, and what the new and the old school see from then on."""
