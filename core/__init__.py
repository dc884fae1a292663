"""What Handrail does about a resident's need; knows no channel, no web framework and no provider."""
