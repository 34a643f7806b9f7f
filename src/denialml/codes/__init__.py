"""See the plan of the house in the README."""
