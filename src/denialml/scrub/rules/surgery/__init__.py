"""Global periods and the rules of surgery."""
