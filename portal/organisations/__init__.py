"""Partner organisations, their agreements, and the statutory services around them."""
