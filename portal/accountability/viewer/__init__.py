"""Reading the audit: everything an organisation did, and who has looked at one child's record."""
