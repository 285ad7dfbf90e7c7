"""Inviting a professional who called to refer: a draft of what they said, in their organisation's space."""
