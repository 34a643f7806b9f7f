"""The risk model: splits by knowledge, training, calibration, evaluation, reasons and the registry."""
