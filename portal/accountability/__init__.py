"""Answering for what was done with families' information: who looked, what is kept, and what people may ask for."""
