"""The form: its eight sections as data, what they require, what would make them stronger, and drafts of it."""
