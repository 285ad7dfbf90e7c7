"""Whether KSAF knows this family already: likely the same child, or others of the same home. For KSAF alone."""
