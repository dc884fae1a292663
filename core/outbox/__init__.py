"""The one way out: every text answer, the assistant's and a volunteer's, with one status and one retry rule."""
