"""Statements that stand beside a record which somebody said is wrong: history stays, and its readers see both."""
