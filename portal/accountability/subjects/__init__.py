"""What a person may have of what is kept about a child: a copy, with what is withheld marked."""
