"""The review list: what was not understood, without anything that says whose words they are, for a person to label."""
