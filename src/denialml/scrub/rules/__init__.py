"""The rules, by group; the reference in ``docs/reference/rules`` tells what each does and why."""
