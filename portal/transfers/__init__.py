"""Pathway 3: a family offered to the next service, with KSAF alongside until that service has accepted."""
