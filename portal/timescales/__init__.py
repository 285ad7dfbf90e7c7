"""Time owed: the working calendar, the policy of timescales and the ladder of prompts."""
