"""The risk model: splits by knowledge, training, calibration, evaluation, reasons and the registry."""

import os

# Threads that wait for each other shall sleep. Spinning, they cost four times the processor time on a busy machine.
# OpenMP reads this once, when LightGBM is first loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
