"""Safeguarding concerns: raised by anybody on a record, read by KSAF's safeguarding team alone, decided and filed."""
