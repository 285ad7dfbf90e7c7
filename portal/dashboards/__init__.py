"""Each audience's first page, put together from panels that keep themselves fresh."""
