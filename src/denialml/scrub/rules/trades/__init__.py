"""Drugs, equipment, therapy, laboratory, anaesthesia and telehealth."""
