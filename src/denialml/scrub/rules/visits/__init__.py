"""Evaluation and management visits."""
