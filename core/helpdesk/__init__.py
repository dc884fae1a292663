"""Help requests: opened when a person is wanted, worked by volunteers, closed with an outcome, followed up."""
